import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import { goldenPart, proposeGolden, type GoldenCandidate } from '../domain/golden.ts';
import type { ImageId } from '../domain/ids.ts';
import type { Golden } from '../golden-check.ts';
import { startForNewPictures } from '../stages.ts';
import {
  clearUntrusted,
  forgetUntrustedScores,
  goldenCandidates,
  goldenChecks,
  goldenClearings,
  goldenResults,
  goldenSet,
  openUntrusted,
  untrustedPictures,
  untrustedToJudge,
  type GoldenCheckRow,
} from '../store/golden.ts';
import { imageViews } from '../store/image-views.ts';
import { marksInForce, marksOf } from '../store/thresholds.ts';
import { knownImage, noteOf, type Implementer } from './base.ts';

const HISTORY = 30;
/** Labelled pictures to choose from beside the proposed ones, of good pictures and of defects. */
const OTHERS = 24;

const checkView = ({ id, day, outcome, who, atMs }: GoldenCheckRow) => ({ id, day, outcome, who, atMs });

/** The daily check by pictures whose verdicts are known. */
export function goldenCalls(os: Implementer, core: Core, golden: Golden) {
  const { store, person, now } = core;
  const note = noteOf(core);
  const by = () => ({ who: person(), atMs: now() });

  const propose = () => {
    const [common] = marksInForce(store.read);
    if (common === undefined) throw new AppError('needs_marks');
    const candidates = goldenCandidates(store.read);
    const marks = marksOf(
      store.read,
      candidates.map(({ id }) => id),
    );
    const marksFor = (id: ImageId) => marks.get(id) ?? common;
    const away = ({ id, score }: (typeof candidates)[number]): number => Math.abs(score - marksFor(id).review);
    const proposed = proposeGolden(candidates);
    const rest = candidates
      .filter((one) => !proposed.includes(one))
      .toSorted((a, b) => away(a) - away(b) || a.id - b.id);
    const others = [true, false].flatMap((good) => rest.filter(({ isGood }) => isGood === good).slice(0, OTHERS));
    const view = (one: GoldenCandidate, chosen: boolean) => {
      const { id, classId, isGood, score, verdict } = one;
      const expected = isGood ? ('pass' as const) : ('stop' as const);
      return {
        id,
        classId,
        expected,
        score,
        verdict,
        part: goldenPart(expected, score, marksFor(id as ImageId)),
        proposed: chosen,
      };
    };
    return { pictures: [...proposed.map((one) => view(one, true)), ...others.map((one) => view(one, false))] };
  };

  return {
    golden: {
      get: os.golden.get.handler(() => {
        const set = goldenSet(store.read);
        const history = goldenChecks(store.read, HISTORY);
        const last = history.find(({ setId }) => setId === set?.id);
        return {
          set: set && { ...set, pictures: [...set.pictures] },
          last: last === undefined ? null : { ...checkView(last), results: goldenResults(store.read, last.id) },
          history: history.map(checkView),
          clearings: goldenClearings(store.read, HISTORY),
        };
      }),
      propose: os.golden.propose.handler(propose),
      fix: os.golden.fix.handler(async ({ input }) => {
        const pictures = input.pictures.map(({ id, expected }) => ({ id: knownImage(core, id), expected }));
        await golden.fix({ ...input, pictures });
        return {};
      }),
      check: os.golden.check.handler(async () => ({ outcome: await golden.check(person()) })),
      clear: os.golden.clear.handler(({ input }) => {
        const { reason, done, rescore } = input;
        const rescored = store.write.transaction(() => {
          const open = openUntrusted(store.write);
          if (open === null) throw new AppError('golden_nothing_to_clear');
          const forgotten = rescore ? forgetUntrustedScores(store.write, open) : 0;
          clearUntrusted(store.write, { reason, done, ...by() });
          note('golden.clear', { reason, done, pictures: open.pictures, rescored: forgotten });
          return forgotten;
        });
        if (rescored > 0) startForNewPictures(core);
        core.changed();
        return { rescored };
      }),
      affected: os.golden.affected.handler(({ input }) => {
        const open = openUntrusted(store.read);
        if (open === null) return { rows: [], total: 0, toJudge: 0 };
        return {
          rows: imageViews(store.read, untrustedPictures(store.read, open, input)),
          total: open.pictures,
          toJudge: untrustedToJudge(store.read, open),
        };
      }),
    },
  };
}
