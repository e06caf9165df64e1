import { alternate, type Outcome } from './alternate.ts';
import { roundsOf } from './bench.ts';
import type { Bench } from './bench.ts';
import { ourSide } from './ours.ts';
import { pythonSide } from './python-peers.ts';
import { rowOf, type Row } from './row.ts';

/** What may pass between a hand's move and the new figures. */
const TARGET_MS = 50;

const millisecondsOf = ({ rounds }: Outcome): (number | null)[] =>
  rounds.map((measured) => measured && (1000 * measured.seconds) / measured.items);

function rows(what: string, ours: Outcome | undefined, peer: Outcome | undefined, note: string): Row[] {
  if (!ours) return [];
  const measured = {
    unit: 'ms',
    better: 'less' as const,
    ours: millisecondsOf(ours),
    oursName: ours.facts?.detail ?? '',
  };
  const told = ours.reason === undefined ? {} : { reason: ours.reason };
  return [
    ...(peer
      ? [
          rowOf({
            what,
            ...measured,
            ...told,
            note,
            peer: millisecondsOf(peer),
            peerName: `${peer.side} (${peer.facts?.detail ?? '?'})`,
          }),
        ]
      : []),
    rowOf({ what: `${what}, at most`, ...measured, ...told, target: TARGET_MS }),
  ];
}

/** What the threshold page computes on 100,000 judged scores: when a mark moves, when the page is opened, and for its suggestion. */
export const threshold: Bench = async (context) => {
  const pictures = context.quick ? 2000 : 100_000;
  const turns = context.quick ? 2 : 20;
  const side = async (work: 'move' | 'load') => {
    const params = { pictures, turns, work };
    const ours = ourSide('Minarai', 'threshold', params);
    if (context.quick) return alternate([ours], roundsOf(context), context.say);
    const peer = pythonSide(await context.peers(), 'numpy, scipy, scikit-learn', 'threshold', params);
    return alternate([ours, peer], roundsOf(context), context.say);
  };
  const [moved, movedPeer] = await side('move');
  const [loaded, loadedPeer] = await side('load');
  const suggesting = { pictures, turns, work: 'suggest' };
  const [suggested] = await alternate([ourSide('Minarai', 'threshold', suggesting)], roundsOf(context), context.say);
  const name = `${pictures.toLocaleString('en-US')} scores`;
  return [
    ...rows(`a mark moves, ${name}`, moved, movedPeer, 'both: five shares with exact bounds and 30 days by day'),
    ...rows(`the page opens, ${name}`, loaded, loadedPeer, 'ours with 95 % ranges of AUROC and AP, the peer without'),
    ...rows(`the cheapest marks, ${name}`, suggested, undefined, ''),
  ];
};
