import type { FewShotRow } from '#core/contract/engine.ts';
import { averagePrecision } from '#core/domain/metrics.ts';
import { Random } from '#core/domain/random.ts';
import type { Evidence, Example } from './evidence.ts';
import { distancesToKinds, drawShots, likenesses } from './few-shot.ts';

/** Numbers of examples that are measured. */
const MEASURED = [1, 2, 3, 5] as const;
/** Labelled pictures of each known kind, as after a first round of teaching. */
const KNOWN = 10;

/** Average precision with so many examples of a kind that was not known, over kinds and draws; null where none could be tried. */
export interface ShotsFound {
  readonly shots: number;
  readonly kinds: number;
  readonly averagePrecision: number | null;
}

/**
 * Each kind of defect in turn is the new one: how well are its pictures found among `test` by 1, 2, 3 or 5 examples, 10 labels of
 * each other kind being known? Seeded by number and draw alone, so that both arms get the same pictures. On groups of train rows,
 * pretrained and random start: steel_xsdd 0.75 / 0.81 / 0.86 / 0.88 and 0.55 / 0.64 / 0.68 / 0.70, magnetic_tile 0.14 / 0.22 / 0.25 /
 * 0.27 and 0.08 / 0.09 / 0.10 / 0.08.
 */
export function measureShots(
  { whitened: x, goodClass }: Evidence,
  train: readonly Example[],
  test: readonly Example[],
  draws: number,
  seed: number,
): ShotsFound[] {
  const kinds = [...new Set(train.map(({ label }) => label))].sort((a, b) => a - b);
  const membersOf = new Map(kinds.map((kind) => [kind, train.filter(({ label }) => label === kind)]));
  return MEASURED.map((shots) => {
    const figures: number[] = [];
    const tried = new Set<number>();
    for (let draw = 0; draw < draws; draw++) {
      const random = new Random(seed * 1_000_003 + shots * 1009 + draw);
      const known = kinds.flatMap((kind) => drawShots(membersOf.get(kind) ?? [], KNOWN, random));
      const distances = distancesToKinds(x, known, test, kinds);
      kinds.forEach((kind, column) => {
        const members = membersOf.get(kind) ?? [];
        if (kind === goodClass || members.length < shots || kinds.length < 2) return;
        const found = likenesses(x, drawShots(members, shots, random), test, distances, column);
        const precision = averagePrecision(
          found,
          test.map(({ label }) => label === kind),
        );
        if (precision === null) return;
        tried.add(kind);
        figures.push(precision);
      });
    }
    const mean = figures.length === 0 ? null : figures.reduce((a, b) => a + b, 0) / figures.length;
    return { shots, kinds: tried.size, averagePrecision: mean };
  });
}

/** Both arms side by side; nothing where no kind could play a new one. */
export function besideRandom(pretrained: readonly ShotsFound[], random: readonly ShotsFound[]): FewShotRow[] {
  return pretrained.flatMap(({ shots, kinds, averagePrecision: own }, at) => {
    const other = random[at]?.averagePrecision ?? null;
    return own === null || other === null ? [] : [{ shots, kinds, pretrained: own, randomInit: other }];
  });
}
