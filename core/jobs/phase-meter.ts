import { FINETUNE_LABELS } from '#core/domain/fine-tuning.ts';
import type { JobProgress } from '#core/store/jobs.ts';
import { portion } from './job.ts';

/** A part of a job, and about how long it takes beside the others. */
export interface Phase {
  readonly name: string;
  readonly units: number;
  /** It comes once or often, or not at all: how long is left is not said before it is over. */
  readonly open?: boolean;
}

/** What is left goes at the pace of what was done, or as much faster or slower: other phases are other work. */
const FASTER = 0.6;
const SLOWER = 1.6;
/** Share of the whole before which a pace says nothing. */
const LEAST_SHARE = 0.05;

const units = (phases: readonly Phase[]): number => phases.reduce((sum, phase) => sum + phase.units, 0);

/**
 * How far a whole job is whose engine tells the phase that it is in: progress never goes back, and the time left is a range from this
 * run's own pace.
 *
 * @param plan the phases in the order in which they come; another one's own progress is told as it is
 */
export function phaseMeter(
  plan: readonly Phase[],
  now: () => number,
): (phase: string, done: number, total: number) => JobProgress {
  const startedMs = now();
  const whole = units(plan);
  let furthest = 0;
  return (phase, done, total) => {
    const own = portion(phase, done, total);
    const at = plan.findIndex(({ name }) => name === phase);
    const current = plan[at];
    if (current === undefined) return own;
    const after = plan.slice(at + 1);
    const passed = units(plan.slice(0, at)) + own.progress * current.units;
    furthest = Math.max(furthest, passed / whole);
    const isKnown = furthest >= LEAST_SHARE && ![current, ...after].some(({ open }) => open);
    const left = isKnown ? ((now() - startedMs) / 1000 / furthest) * (1 - furthest) : null;
    return {
      ...{ phase, progress: furthest },
      leftLowSeconds: left === null ? null : left * FASTER,
      leftHighSeconds: left === null ? null : left * SLOWER,
    };
  };
}

/** An encoder's arm of a comparison: comparing the pictures with good ones takes half as long again as looking at them (300 of 224 px). */
const arm = (name: 'pretrained' | 'random'): Phase[] => [
  { name: `features_${name}`, units: 1 },
  { name: `anomaly_${name}`, units: 1.5 },
];

/** @param labels of each class that has some, which decide what is tried */
export function teachPhases(labels: readonly number[]): Phase[] {
  const mayTune = labels.length > 1 && Math.min(...labels) >= FINETUNE_LABELS;
  return [
    ...arm('pretrained'),
    ...(labels.length > 1 ? arm('random') : []),
    ...(mayTune
      ? ['finetune_pretrained', 'finetune_random', 'finetune'].map((name) => ({ name, units: 2, open: true }))
      : []),
  ];
}

export const evaluatePhases: readonly Phase[] = [
  ...arm('pretrained'),
  { name: 'few_labels_pretrained', units: 0.2 },
  ...arm('random'),
  { name: 'few_labels_random', units: 0.2 },
];
