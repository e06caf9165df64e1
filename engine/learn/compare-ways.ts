import type { TeachEvent } from '#core/contract/engine.ts';
import { FINETUNE_LABELS } from '#core/domain/fine-tuning.ts';
import { Random } from '#core/domain/random.ts';
import type { Encoder } from '../encoder.ts';
import type { InputOf } from '../work.ts';
import { finetunedCandidate, frozenCandidate, joined, restricted } from './candidates.ts';
import type { Candidate, Mode } from './candidates.ts';
import type { Example } from './evidence.ts';
import { groupFolds } from './labelled-set.ts';
import { disposeReference } from './reference.ts';
import type { Fold } from './labelled-set.ts';
import { teachArm } from './teach-arm.ts';
import type { TeachArm } from './teach-arm.ts';
import { fitsOwnLabels, tunedModes } from './tuning.ts';
import type { TunedMode } from './tuning.ts';

/*
 * Which ways to learn from labels are tried, and which of them is used.
 */

type Input = InputOf<'teach'>;

/** Folds of fine-tuning: each costs a whole training. */
const FINETUNE_FOLDS = 3;
/** By how much another mode must beat the frozen head to be worth it: differences below are noise of the folds. */
const MARGIN = 0.01;
/** The same for good pictures alone, which give up the probability of a defect. */
const GOOD_ONLY_MARGIN = 0.03;
const handicap: Readonly<Record<Mode, number>> = {
  frozen: 0,
  finetuned: MARGIN,
  finetuned_full: MARGIN,
  good_only: GOOD_ONLY_MARGIN,
};

const merit = ({ figures, mode }: Candidate): number =>
  (figures.auroc ?? figures.balancedAccuracy ?? 0) - handicap[mode];

/** Every way to learn from labels, from the pretrained and from the random start (`twin`). */
export async function* learnedCandidates(
  arm: TeachArm,
  twin: Encoder,
  asked: Parameters<typeof teachArm>[1],
  input: Input,
  signal: AbortSignal,
): AsyncGenerator<TeachEvent, Candidate[]> {
  const { mode, goodClass, seed, classes } = input;
  const other = yield* teachArm(twin, asked, classes.length, goodClass, new Random(seed), signal, 'random');
  try {
    const candidates: Candidate[] = [];
    const { examples } = arm.set;
    const folds = groupFolds(examples, new Random(seed));
    const arms = [
      [arm, 'pretrained'],
      [other, 'random'],
    ] as const;
    for (const [each, start] of arms) candidates.push(await frozenCandidate(each, folds, start, signal));
    const few = folds.length <= FINETUNE_FOLDS ? folds : mergeFolds(folds, examples);
    if (mode === 'finetuned' || mode === 'finetuned_full') {
      for (const [each, start] of arms)
        candidates.push(yield* finetunedCandidate(each, few, start, mode, seed, signal));
    } else if (mode === 'auto' && rarest(examples) >= FINETUNE_LABELS) {
      for (const tuned of tunedModes)
        candidates.push(...(yield* race(arm, other, few, tuned, candidates, seed, signal)));
    }
    return candidates;
  } finally {
    if (other.reference) disposeReference(other.reference);
  }
}

/**
 * Fine-tuning takes longest, so that it is tried on one fold first, and on the others, and from a random start, only where it is
 * ahead there of every other way from the pretrained start. One that was given up keeps the figures of its one fold.
 */
async function* race(
  arm: TeachArm,
  other: TeachArm,
  folds: readonly Fold[],
  mode: TunedMode,
  rivals: readonly Candidate[],
  seed: number,
  signal: AbortSignal,
): AsyncGenerator<TeachEvent, Candidate[]> {
  const { goodClass } = arm.evidence;
  const [first, ...rest] = folds;
  if (!first) return [];
  const pretrained = yield* finetunedCandidate(arm, [first], 'pretrained', mode, seed, signal);
  const isAhead = rivals.every(
    (rival) => rival.start === 'random' || merit(restricted(rival, first.held, goodClass)) < merit(pretrained),
  );
  if (!isAhead || (pretrained.fit && !fitsOwnLabels(pretrained.fit))) return [pretrained];
  const random = yield* finetunedCandidate(other, [first], 'random', mode, seed, signal);
  const remaining = yield* finetunedCandidate(arm, rest, 'pretrained', mode, seed, signal);
  return [joined(pretrained, remaining, goodClass), random];
}

function rarest(examples: readonly Example[]): number {
  const counts = new Map<number, number>();
  for (const { label } of examples) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.min(...counts.values());
}

/** Joins folds so that {@link FINETUNE_FOLDS} are left; groups stay apart because they were. */
function mergeFolds(folds: readonly Fold[], examples: readonly Example[]): Fold[] {
  return Array.from({ length: FINETUNE_FOLDS }, (_, merged) => {
    const held = folds.flatMap((fold, at) => (at % FINETUNE_FOLDS === merged ? fold.held : []));
    const left = new Set(held);
    return { held, train: examples.filter((example) => !left.has(example)) };
  });
}

/**
 * The best candidate of the pretrained start; `undefined` where nothing was measured (good pictures only). `auto` takes none that
 * was measured on a part of the labels only, nor one that was trained and does not fit its own labels.
 */
export function choose(candidates: readonly Candidate[], mode: Input['mode']): Candidate | undefined {
  const own = candidates.filter(({ start }) => start === 'pretrained');
  if (mode !== 'auto') return own.find((one) => one.mode === mode);
  const all = Math.max(...own.map(({ answers }) => answers.length));
  return own
    .filter(({ answers, fit }) => answers.length === all && (fit === null || fitsOwnLabels(fit)))
    .toSorted((a, b) => merit(b) - merit(a))[0];
}
