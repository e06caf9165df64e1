import { exactInterval } from './interval.ts';

/** What happened since the newest teaching. */
export interface SinceTeaching {
  /** Labels that the newest model was taught with. */
  readonly taught: number;
  /** Labels since then that would teach. */
  readonly labels: number;
  /** Of them verdicts of the machine that a person changed. */
  readonly corrections: number;
  /** Defects judged since then, but for those found downstream, and how many of them the model in use had passed. */
  readonly freshDefects: number;
  readonly freshMissed: number;
  /** Share of defects missed at the same marks by models that had not seen them; null where none was held out. */
  readonly promisedMissed: number | null;
  /** A camera's inspected area is another one. */
  readonly areaChanged: boolean;
  /** The encoder was pretrained anew. */
  readonly encoderChanged: boolean;
}

export const retrainReasons = ['encoder', 'area', 'missed', 'corrections', 'labels'] as const;
export type RetrainReason = (typeof retrainReasons)[number];

const CORRECTIONS = 5;
const LABELS = { least: 10, share: 0.2 };

/**
 * Why teaching anew would help, the weightiest reason first; empty: nothing says that it would. Missed defects count only where their
 * interval lies wholly above what cross-validation promised; those found downstream are left out, since somebody looked for them.
 */
export function retrainBecause(since: SinceTeaching): RetrainReason[] {
  const { freshDefects, freshMissed, promisedMissed } = since;
  const holds: Readonly<Record<RetrainReason, boolean>> = {
    encoder: since.encoderChanged,
    area: since.areaChanged,
    missed: promisedMissed !== null && exactInterval(freshMissed, freshDefects).lower > promisedMissed,
    corrections: since.corrections >= CORRECTIONS,
    labels: since.labels >= Math.max(LABELS.least, LABELS.share * since.taught),
  };
  return retrainReasons.filter((reason) => holds[reason]);
}
