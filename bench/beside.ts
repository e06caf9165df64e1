import { ratesOf } from './alternate.ts';
import type { Outcome } from './alternate.ts';
import { rowOf } from './row.ts';
import type { Measurements, Row } from './row.ts';

interface Beside extends Pick<Measurements, 'target' | 'note' | 'detail'> {
  readonly what: string;
  /** Of what, a second. */
  readonly unit: string;
  readonly our: Outcome | undefined;
  /** undefined: there is none, as in a quick run. */
  readonly peer: Outcome | undefined;
  /** Why the two may not be compared, though both worked. */
  readonly incomparable?: string | undefined;
}

/** The row of two sides that took turns: items a second, ours beside the peer's. */
export function rowBeside({ what, unit, our, peer, incomparable, target, note, detail }: Beside): Row {
  const reason = our?.reason ?? peer?.reason ?? incomparable;
  return rowOf({
    what: peer ? `${what}: against ${peer.side}` : what,
    unit,
    better: 'more',
    ours: our ? ratesOf(our) : [],
    ...(our?.facts && { oursName: our.facts.detail }),
    ...(peer && {
      peer: incomparable === undefined ? ratesOf(peer) : peer.rounds.map(() => null),
      peerName: peer.facts?.detail ?? peer.side,
    }),
    ...(peer && target !== undefined && { target }),
    ...(reason !== undefined && { reason }),
    ...(note !== undefined && { note }),
    ...(detail !== undefined && { detail }),
  });
}
