import { existsSync } from 'node:fs';
import { fewestShared, type Side } from '../contract/agreement.ts';
import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import type { ImageId } from '../domain/ids.ts';
import { drawRound } from '../review/agreement-draw.ts';
import { agreedUnlabelled, agreementResult, blindItems, blindQueue, roundView } from '../review/agreement-rounds.ts';
import * as agreement from '../store/agreement.ts';
import { knownClass, knownImage, noteOf, type Implementer } from './base.ts';

const LISTED = 20;
const SEEDS = 2 ** 31;

/** Names that a person would take for the same. */
const spoken = (name: string): string => name.normalize('NFKC').replaceAll(/\s+/g, '').toLowerCase();

/** Two people judge the same pictures blind; where they differ a third word decides. */
export function agreementCalls(os: Implementer, core: Core) {
  const { store, settings, now, random } = core;
  const note = noteOf(core);
  const view = (round: agreement.RoundRow) => roundView(store.read, round, existsSync);
  const round = (roundId: number) => agreement.getRound(store.read, roundId);

  /** The same person does not see the pictures a second time before the first time is over. */
  const checkTurn = (one: agreement.RoundRow, side: Side): void => {
    const { answeredA, pictures, gone } = view(one);
    if (one.repeat && side === 'b' && answeredA + gone < pictures) throw new AppError('agreement_unfinished');
  };
  const finished = (roundId: number): agreement.RoundRow => {
    const one = round(roundId);
    if (view(one).state === 'open') throw new AppError('agreement_unfinished');
    return one;
  };

  return {
    agreement: {
      rounds: os.agreement.rounds.handler(() => ({ rounds: agreement.listRounds(store.read, LISTED).map(view) })),
      begin: os.agreement.begin.handler(({ input }) => {
        const { personA, repeat, size, seed = random.below(SEEDS) } = input;
        if (!repeat && spoken(personA) === spoken(input.personB)) throw new AppError('agreement_same_person');
        if (agreement.listRounds(store.read, LISTED).some((one) => view(one).state === 'open'))
          throw new AppError('agreement_open');
        const pictures = drawRound(store.read, { size, seed }, existsSync);
        if (pictures.length < fewestShared)
          throw new AppError('needs_images', { have: pictures.length, need: fewestShared });
        const personB = repeat ? personA : input.personB;
        const roundId = store.write.transaction(() => {
          note('agreement.begin', { personA, personB, repeat, pictures: pictures.length, seed });
          const about = { seed, asked: size, personA, personB, repeat, who: settings().person, startedAtMs: now() };
          return agreement.beginRound(store.write, about, pictures);
        });
        core.changed();
        return { roundId };
      }),
      stop: os.agreement.stop.handler(({ input }) => {
        const { id } = round(input.roundId);
        store.write.transaction(() => {
          agreement.stopRound(store.write, id, settings().person, now());
          note('agreement.stop', { roundId: id });
        });
        core.changed();
        return {};
      }),
      next: os.agreement.next.handler(({ input: { roundId, side, limit } }) => {
        const one = round(roundId);
        checkTurn(one, side);
        return { items: blindQueue(store.read, one, side, existsSync, limit) };
      }),
      picture: os.agreement.picture.handler(({ input }) => ({
        items: blindItems(store.read, [knownImage(core, input.imageId)]),
      })),
      answer: os.agreement.answer.handler(({ input }) => {
        const { roundId, side, imageId, classId, durationMs } = input;
        checkTurn(round(roundId), side);
        const atMs = now();
        agreement.addAnswer(store.write, {
          ...{ roundId, side, durationMs, atMs },
          imageId: knownImage(core, imageId),
          classId: classId === null ? null : knownClass(core, classId),
        });
        core.changed();
        return { savedAtMs: atMs };
      }),
      undo: os.agreement.undo.handler(({ input: { roundId, side } }) => {
        const imageId = agreement.takeBackAnswer(store.write, roundId, side, now());
        core.changed();
        return { imageId };
      }),
      result: os.agreement.result.handler(({ input }) =>
        agreementResult(store.read, finished(input.roundId), existsSync),
      ),
      resolve: os.agreement.resolve.handler(({ input }) => {
        const { roundId, who, reason } = input;
        const { id } = finished(roundId);
        const imageId = input.imageId as ImageId;
        if (!agreement.roundPictures(store.read, id).some((one) => one.imageId === imageId))
          throw new AppError('not_found', { imageId });
        const classId = knownClass(core, input.classId);
        const atMs = now();
        store.write.transaction(() => {
          agreement.resolve(store.write, id, { imageId, classId, who, reason, atMs });
          note('agreement.resolve', { roundId, imageId, classId, decidedBy: who, reason });
        });
        core.changed();
        return { savedAtMs: atMs };
      }),
      adopt: os.agreement.adopt.handler(({ input }) => {
        const one = finished(input.roundId);
        const pictures = agreedUnlabelled(store.read, one);
        const who = one.repeat ? one.personA : `${one.personA} / ${one.personB}`;
        store.write.transaction(() => {
          agreement.adoptAgreed(store.write, one.id, pictures, who, now());
          note('agreement.adopt', { roundId: one.id, labels: pictures.length });
        });
        core.changed();
        return { labels: pictures.length };
      }),
    },
  };
}
