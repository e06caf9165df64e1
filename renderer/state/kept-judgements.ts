import * as v from 'valibot';
import { agreementInputs } from '#core/contract/agreement.ts';
import { judgingInputs } from '#core/contract/judging.ts';
import type { Client } from './connection.ts';

/** The call by which a judgement is sent. */
export const JudgementCall = v.variant('call', [
  v.object({ call: v.literal('teach.label'), said: judgingInputs.label }),
  v.object({ call: v.literal('review.decide'), said: judgingInputs.decide }),
  v.object({ call: v.literal('agreement.answer'), said: agreementInputs.answer }),
]);
export type JudgementCall = v.InferInput<typeof JudgementCall>;

/** A judgement that no core had acknowledged yet: of which data, and by whom. */
const KeptJudgement = v.object({ storeId: v.string(), who: v.string(), judgement: JudgementCall });
export type KeptJudgement = v.InferInput<typeof KeptJudgement>;

const prefix = 'minarai.unsent.';

/** A new place in the storage that all windows share. */
export const newPlace = (): string => `${prefix}${crypto.randomUUID()}`;

/** Lays judgements down at a place; false where the storage takes nothing. */
export function keepAt(place: string, kept: readonly KeptJudgement[]): boolean {
  try {
    if (kept.length === 0) localStorage.removeItem(place);
    else localStorage.setItem(place, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

function judgementsAt(place: string): KeptJudgement[] {
  try {
    const parsed = v.safeParse(v.array(KeptJudgement), JSON.parse(localStorage.getItem(place) ?? '[]'));
    return parsed.success ? parsed.output : [];
  } catch {
    return [];
  }
}

const keptPlaces = (): string[] => Object.keys(localStorage).filter((key) => key.startsWith(prefix));

/** What was kept before people signed in, without a name, is nobody's, and taken by the first who comes. */
const isOf = (kept: KeptJudgement, who: string): boolean => kept.who === who || kept.who === '';

/** How many judgements of this data wait for whom, other than `who`. */
export function waitingOfOthers(storeId: string, who: string): ReadonlyMap<string, number> {
  const waiting = new Map<string, number>();
  for (const kept of keptPlaces().flatMap(judgementsAt))
    if (kept.storeId === storeId && !isOf(kept, who)) waiting.set(kept.who, (waiting.get(kept.who) ?? 0) + 1);
  return waiting;
}

/** Sends a judgement that an earlier window kept, in the name of who is signed in. */
export function sendKept(
  client: Client,
  { judgement }: KeptJudgement,
  who: string,
): Promise<{ savedAtMs: number; between?: object | null }> {
  switch (judgement.call) {
    case 'teach.label':
      return client.teach.label({ ...judgement.said, who });
    case 'review.decide':
      return client.review.decide({ ...judgement.said, who });
    case 'agreement.answer':
      return client.agreement.answer(judgement.said);
  }
}

/**
 * Goes through what windows that are closed by now left of this data, each place once and by one window alone: the lock of a place
 * is held by its own window as long as that lives.
 *
 * @param who only what this person judged: nothing is sent in anybody else's name
 * @param send one judgement; it is let go when this resolves
 */
export async function takeOver(
  storeId: string,
  who: string,
  send: (kept: KeptJudgement) => Promise<void>,
): Promise<void> {
  const places = keptPlaces();
  for (const place of places)
    await navigator.locks.request(place, { ifAvailable: true }, async (lock) => {
      if (lock === null) return;
      const [ours, others] = [true, false].map((own) =>
        judgementsAt(place).filter((kept) => (kept.storeId === storeId && isOf(kept, who)) === own),
      );
      for (let rest = ours ?? []; rest[0]; rest = rest.slice(1)) {
        await send(rest[0]);
        keepAt(place, [...rest.slice(1), ...(others ?? [])]);
      }
    });
}
