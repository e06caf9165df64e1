import { fewestShared, type Side } from '../contract/agreement.ts';
import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import type { ImageId } from '../domain/ids.ts';
import { pathsThere } from '../files-there.ts';
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
  const { store, person, now, random } = core;
  const note = noteOf(core);
  const there = ({ id }: agreement.RoundRow) =>
    pathsThere(agreement.roundPictures(store.read, id).flatMap(({ path }) => path ?? []));
  const view = async (round: agreement.RoundRow) => roundView(store.read, round, await there(round));
  const round = (roundId: number) => agreement.getRound(store.read, roundId);

  /** The same person does not see the pictures a second time before the first time is over. */
  const checkTurn = async (one: agreement.RoundRow, side: Side): Promise<void> => {
    if (!one.repeat || side === 'a') return;
    const { answeredA, pictures, gone } = await view(one);
    if (answeredA + gone < pictures) throw new AppError('agreement_unfinished');
  };
  /** Blind answers are given by whose turn it is, signed in. Throws `other_person`. */
  const checkPerson = ({ personA, personB }: agreement.RoundRow, side: Side): void => {
    const name = side === 'a' ? personA : personB;
    if (person() !== '' && spoken(person()) !== spoken(name)) throw new AppError('other_person', { name });
  };
  const finished = async (roundId: number): Promise<agreement.RoundRow> => {
    const one = round(roundId);
    if ((await view(one)).state === 'open') throw new AppError('agreement_unfinished');
    return one;
  };

  return {
    agreement: {
      rounds: os.agreement.rounds.handler(async () => ({
        rounds: await Promise.all(agreement.listRounds(store.read, LISTED).map(view)),
      })),
      begin: os.agreement.begin.handler(async ({ input }) => {
        const { personA, repeat, size, seed = random.below(SEEDS) } = input;
        if (!repeat && spoken(personA) === spoken(input.personB)) throw new AppError('agreement_same_person');
        const newest = agreement.listRounds(store.read, LISTED);
        const views = await Promise.all(newest.map(view));
        if (views.some(({ state }) => state === 'open')) throw new AppError('agreement_open');
        const pictures = await drawRound(store.read, { size, seed }, pathsThere);
        if (pictures.length < fewestShared)
          throw new AppError('needs_images', { have: pictures.length, need: fewestShared });
        const personB = repeat ? personA : input.personB;
        const roundId = store.write.transaction(() => {
          // Another window may have begun one while the files were looked for.
          if (agreement.listRounds(store.write, 1)[0]?.id !== newest[0]?.id) throw new AppError('agreement_open');
          note('agreement.begin', { personA, personB, repeat, pictures: pictures.length, seed });
          const about = { seed, asked: size, personA, personB, repeat, who: person(), startedAtMs: now() };
          return agreement.beginRound(store.write, about, pictures);
        });
        core.changed();
        return { roundId };
      }),
      stop: os.agreement.stop.handler(({ input }) => {
        const { id } = round(input.roundId);
        store.write.transaction(() => {
          agreement.stopRound(store.write, id, person(), now());
          note('agreement.stop', { roundId: id });
        });
        core.changed();
        return {};
      }),
      next: os.agreement.next.handler(async ({ input: { roundId, side, limit } }) => {
        const one = round(roundId);
        checkPerson(one, side);
        await checkTurn(one, side);
        return { items: blindQueue(store.read, one, side, await there(one), limit) };
      }),
      picture: os.agreement.picture.handler(({ input }) => ({
        items: blindItems(store.read, [knownImage(core, input.imageId)]),
      })),
      answer: os.agreement.answer.handler(({ input }) => {
        const { roundId, side, imageId, classId, durationMs } = input;
        checkPerson(round(roundId), side);
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
        checkPerson(round(roundId), side);
        const imageId = agreement.takeBackAnswer(store.write, roundId, side, now());
        core.changed();
        return { imageId };
      }),
      result: os.agreement.result.handler(async ({ input }) => {
        const one = await finished(input.roundId);
        return agreementResult(store.read, one, await there(one));
      }),
      resolve: os.agreement.resolve.handler(async ({ input }) => {
        const { roundId, reason } = input;
        const who = person();
        const { id } = await finished(roundId);
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
      adopt: os.agreement.adopt.handler(async ({ input }) => {
        const one = await finished(input.roundId);
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
