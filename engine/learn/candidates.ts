import type { ImageRow } from '#core/contract/engine.ts';
import { openLooking } from '../network/looking.ts';
import { anomalyOf } from './anomaly.ts';
import { figuresOf, learnFrozen, scaleBy } from './few-labels.ts';
import type { Evidence, Example } from './evidence.ts';
import type { Figures } from './few-labels.ts';
import { fineTune } from './finetune.ts';
import { fitHead, headFeatures, rawAnswer } from './head.ts';
import type { RawAnswer } from './head.ts';
import type { Fold } from './labelled-set.ts';
import { argmax, logitsOf } from './logistic.ts';
import { pick, rowOf } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { pooledRows } from './pooled-rows.ts';
import { breathe } from './progress.ts';
import type { ProgressEvent } from './progress.ts';
import type { TeachArm } from './teach-arm.ts';
import { tuningOf } from './tuning.ts';
import type { Fit, TunedMode, Tuning } from './tuning.ts';

/*
 * Each way to learn from the labels, measured on labelled pictures whose group it did not see.
 */

export type Mode = 'good_only' | 'frozen' | TunedMode;
export type Start = 'pretrained' | 'random';

/** An answer for a labelled picture by a model that did not see its group. */
export interface HeldOutAnswer {
  readonly example: Example;
  readonly raw: RawAnswer;
  readonly anomaly: number | null;
}

export interface Candidate {
  readonly mode: Mode;
  readonly start: Start;
  readonly answers: readonly HeldOutAnswer[];
  readonly figures: Figures;
  readonly folds: number;
  /**
   * Of the labels that any fold learnt from, those that every fold which did answers right; null where no encoder was trained on
   * labels: a frozen head is bounded by what its features tell, not by how long it was trained.
   */
  readonly fit: Fit | null;
}

function candidate(
  mode: Mode,
  start: Start,
  answers: readonly HeldOutAnswer[],
  goodClass: number | null,
  folds: number,
  fit: Fit | null = null,
): Candidate {
  const figures = figuresOf(
    answers.map(({ raw }) => raw),
    answers.map(({ example }) => example.label),
    goodClass,
  );
  return { mode, start, answers, figures, folds, fit };
}

/** What a candidate said of some of the labels. */
export function restricted(whole: Candidate, held: readonly Example[], goodClass: number | null): Candidate {
  const { mode, start, fit } = whole;
  const indices = new Set(held.map(({ index }) => index));
  const answers = whole.answers.filter(({ example }) => indices.has(example.index));
  return candidate(mode, start, answers, goodClass, 1, fit);
}

/** Two candidates of one way, measured on different folds, as one; it fits its labels no better than both do. */
export function joined(a: Candidate, b: Candidate, goodClass: number | null): Candidate {
  const fit = a.fit && b.fit && (a.fit.right / a.fit.of < b.fit.right / b.fit.of ? a.fit : b.fit);
  return candidate(a.mode, a.start, [...a.answers, ...b.answers], goodClass, a.folds + b.folds, fit);
}

/** No label but "good" is used; a pool's own pictures were compared with the other folds only. */
export function goodOnlyCandidate({ evidence, set }: TeachArm, start: Start): Candidate {
  const scale = scaleBy(evidence, []);
  const { parts, classes, goodClass } = evidence;
  const answers = set.examples.map((example): HeldOutAnswer => {
    const anomaly = scale && parts ? anomalyOf(scale, parts, example.index) : 0;
    return { example, anomaly, raw: { logits: new Float64Array(classes), logOdds: anomaly } };
  });
  return candidate('good_only', start, answers, goodClass, 0);
}

/** Whether `examples` tell any two classes apart. */
export function canLearnFrom(examples: readonly Example[]): boolean {
  return new Set(examples.map(({ label }) => label)).size > 1;
}

/** What can be said where a fold's labels are of one class only: the anomaly alone. */
function unlearned(arm: TeachArm, held: readonly Example[]): HeldOutAnswer[] {
  const { evidence } = arm;
  const scale = scaleBy(evidence, []);
  return held.map((example) => {
    const anomaly = scale && evidence.parts ? anomalyOf(scale, evidence.parts, example.index) : null;
    const logits = new Float64Array(evidence.classes);
    return { example, anomaly, raw: { logits, logOdds: evidence.goodClass === null ? null : (anomaly ?? 0) } };
  });
}

/** Held pictures are not looked at for learning either: new ones will not have been. */
function without(evidence: Evidence, held: readonly Example[]): Evidence {
  const left = new Set(held.map(({ index }) => index));
  return { ...evidence, pool: evidence.pool.filter((index) => !left.has(index)) };
}

/** A head on frozen features, fold by fold. */
export async function frozenCandidate(
  arm: TeachArm,
  folds: readonly Fold[],
  start: Start,
  signal: AbortSignal,
): Promise<Candidate> {
  const answers: HeldOutAnswer[] = [];
  for (const { train, held } of folds) {
    await breathe(signal);
    if (!canLearnFrom(train)) {
      answers.push(...unlearned(arm, held));
      continue;
    }
    const model = learnFrozen(without(arm.evidence, held), train);
    for (const example of held)
      answers.push({ example, raw: model.answer(example.index), anomaly: model.anomaly(example.index) });
  }
  return candidate('frozen', start, answers, arm.evidence.goodClass, folds.length);
}

/** Head of the frozen features as the start, then the encoder and the head trained on together. */
export async function* tuneOn(
  arm: TeachArm,
  examples: readonly Example[],
  tuning: Tuning,
  seed: number,
  signal: AbortSignal,
  phase: string,
): ReturnType<typeof fineTune> {
  const { evidence, survey, standard, encoder } = arm;
  const indices = examples.map(({ index }) => index);
  const labels = examples.map(({ label }) => label);
  const head = fitHead(pick(evidence.features, indices), labels, evidence.classes, evidence.metric);
  const rows = indices.map((index) => survey.rows[index] as ImageRow);
  return yield* fineTune({ encoder, head, standard }, rows, labels, tuning, seed, signal, phase);
}

/** Fine-tuning, fold by fold; the anomaly stays that of the encoder before it. */
export async function* finetunedCandidate(
  arm: TeachArm,
  folds: readonly Fold[],
  start: Start,
  mode: TunedMode,
  seed: number,
  signal: AbortSignal,
): AsyncGenerator<ProgressEvent, Candidate> {
  const { evidence, survey, standard, set } = arm;
  const tuning = tuningOf(mode, set.examples.length);
  const answers: HeldOutAnswer[] = [];
  const taught = new Set<number>();
  const wrong = new Set<number>();
  for (const { train, held } of folds) {
    if (!canLearnFrom(train)) {
      answers.push(...unlearned(arm, held));
      continue;
    }
    const tuned = yield* tuneOn(arm, train, tuning, seed, signal, `finetune_${start}`);
    try {
      const rows = [...train, ...held].map(({ index }) => survey.rows[index] as ImageRow);
      const looking = openLooking(tuned.encoder);
      let pooled: Matrix;
      try {
        ({ pooled } = await pooledRows(looking, tuned.encoder.config.width, rows, signal));
      } finally {
        looking.dispose();
      }
      const x = headFeatures(pooled, standard);
      train.forEach(({ index, label }, at) => {
        taught.add(index);
        if (argmax(logitsOf(tuned.head, rowOf(x, at))) !== label) wrong.add(index);
      });
      // Weighed as for the frozen head, which the fine-tuned one begins as.
      const frozen = learnFrozen(without(evidence, held), train);
      held.forEach((example, at) => {
        const anomaly = frozen.anomaly(example.index);
        const raw = rawAnswer(tuned.head, rowOf(x, train.length + at), evidence.goodClass, anomaly, frozen.blend);
        answers.push({ example, anomaly, raw });
      });
    } finally {
      tuned.encoder.dispose();
    }
  }
  const fit = { right: taught.size - wrong.size, of: taught.size };
  return candidate(mode, start, answers, evidence.goodClass, folds.length, fit);
}
