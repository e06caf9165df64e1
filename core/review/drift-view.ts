import type { DriftMeasureView, DriftView } from '#core/contract/drift.ts';
import { quantile } from '#core/domain/conformal.ts';
import { driftAdvice } from '#core/domain/drift/advice.ts';
import { type DriftMeasure, driftMeasures, sidesOf } from '#core/domain/drift/measures.ts';
import type { DriftPicture } from '#core/domain/drift/normal.ts';
import { inUnit } from '#core/domain/drift/units.ts';
import type { CameraId } from '#core/domain/ids.ts';
import { exactInterval } from '#core/domain/interval.ts';
import type { RetrainReason } from '#core/domain/retrain.ts';
import * as drift from '#core/store/drift.ts';
import { pictureBack } from '#core/store/drift-pictures.ts';
import type { Reader } from '#core/store/handle.ts';
import { type MeasureSource, nextPictures, referencePictures, situationOf, sourceOf } from './drift-sources.ts';
import { withLooks } from './drift-looks.ts';

/** The newest pictures that a chart shows, and of how many each point is the mean. */
const SHOWN = 480;
const POINT = { measured: 8, counted: 24 } as const;

type Chart = NonNullable<DriftMeasureView['chart']>;

const meanOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

/** Means of successive pictures, in the measure's unit. */
function pointsOf(
  measure: DriftMeasure,
  pictures: readonly (DriftPicture & { readonly takenAtMs: number })[],
  at: number,
): Chart['points'] {
  const size = measure === 'flags' ? POINT.counted : POINT.measured;
  return Array.from({ length: Math.floor(pictures.length / size) }, (_, n) => {
    const some = pictures.slice(n * size, (n + 1) * size);
    const value = inUnit(measure, meanOf(some.map(({ values }) => values[at] ?? 0)));
    return { atMs: some.at(-1)?.takenAtMs ?? 0, value };
  });
}

function chartOf(
  db: Reader,
  source: MeasureSource,
  { normal, imageIds }: drift.DriftNormalRow,
  direction: string | undefined,
): Chart | null {
  const { measure, cameraId } = source;
  if (measure === 'kinds') return null;
  const at = sidesOf[measure].find((side) => side.direction === direction)?.value ?? 0;
  const found = nextPictures(db, source, pictureBack(db, cameraId, SHOWN), SHOWN).rows;
  const pictures = measure === 'look' ? withLooks(db, source, { normal, imageIds }, found) : found;
  const sample = normal.samples[at] ?? [];
  const points = pointsOf(measure, pictures, at);
  if (points.length === 0 || sample.length === 0) return null;
  if (measure === 'flags') {
    const flagged = sample.filter((value) => value === 1).length;
    const { lower, upper } = exactInterval(flagged, sample.length);
    return { points, low: lower, middle: flagged / sample.length, high: upper };
  }
  const band = (probability: number) => inUnit(measure, quantile(sample, probability));
  return { points, low: band(0.05), middle: band(0.5), high: band(0.95) };
}

function measureView(db: Reader, source: MeasureSource, alarms: DriftView['alarms']): DriftMeasureView {
  const { measure, cameraId, key, wanted } = source;
  const known = drift.driftNormal(db, cameraId, measure);
  const alarm = alarms.find((one) => one.measure === measure);
  const state = alarm === undefined ? 'steady' : 'drifted';
  if (known?.key === key)
    return {
      ...{ measure, state, why: null, pictures: known.normal.pictures, of: wanted },
      chart: chartOf(db, source, known, alarm?.direction),
    };
  const pictures = referencePictures(db, source, drift.driftedRanges(db, cameraId)).length;
  const learning = { measure, why: 'learning' as const, pictures, of: wanted, chart: null };
  return { ...learning, state: alarm === undefined ? 'not_judged' : 'drifted' };
}

/** Everything that the page of a camera says of its drift. */
export function driftView(db: Reader, cameraId: CameraId, because: readonly RetrainReason[]): DriftView {
  const situation = situationOf(db, cameraId);
  const alarms = drift.standingDrift(db, cameraId);
  const measures = driftMeasures.map((measure): DriftMeasureView => {
    const source = sourceOf(db, situation, measure);
    if (typeof source !== 'string') return measureView(db, source, alarms);
    const state = alarms.some((one) => one.measure === measure) ? 'drifted' : 'not_judged';
    return { measure, state, why: source, pictures: 0, of: 0, chart: null };
  });
  const changed = new Set(alarms.map(({ measure }) => measure));
  const scoresKnown = measures.some(({ measure, why }) => measure === 'scores' && why === null);
  const advice = alarms.length === 0 ? null : driftAdvice(changed, scoresKnown, because);
  return {
    ...{ measures, alarms },
    advice: advice && {
      ...{ actions: [...advice.actions], retrain: advice.retrain },
      ...{ for: [...advice.for], against: [...advice.against] },
    },
    answers: drift.driftClears(db, cameraId).map(({ id, how, reason, who, atMs }) => ({ id, how, reason, who, atMs })),
  };
}
