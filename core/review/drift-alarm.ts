import { quantile } from '#core/domain/conformal.ts';
import type { ImageId } from '#core/domain/ids.ts';
import type { Change } from '#core/domain/drift/follow.ts';
import { sidesOf } from '#core/domain/drift/measures.ts';
import type { DriftNormal, DriftPicture } from '#core/domain/drift/normal.ts';
import { inUnit } from '#core/domain/drift/units.ts';
import type { DriftAlarmRow } from '#core/store/drift.ts';

/** The pictures of the reference and those since the change, with the measure's values. */
interface BeforeAndAfter {
  readonly normal: readonly DriftPicture[];
  readonly told: readonly DriftPicture[];
}

const medianOf = (values: readonly number[]): number | null => (values.length === 0 ? null : quantile(values, 0.5));
const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, one) => sum + one, 0) / values.length;

/** The picture whose value is nearest to one, of several the newest. */
function nearest(pictures: readonly DriftPicture[], at: number, value: number | null): ImageId | null {
  const off = ({ values }: DriftPicture) => Math.abs((values[at] ?? 0) - (value ?? 0));
  const best = pictures.toSorted((a, b) => off(a) - off(b) || b.imageId - a.imageId)[0];
  return (best?.imageId ?? null) as ImageId | null;
}

/** What an alarm says: how much it was and is, in the middle of both windows, with a picture of each. */
export function alarmOf(
  { measure }: DriftNormal,
  change: Change,
  { normal, told }: BeforeAndAfter,
): Omit<DriftAlarmRow, 'id' | 'cameraId' | 'atMs'> {
  const { direction, classId } = change;
  const at = sidesOf[measure].find((side) => side.direction === direction)?.value ?? 0;
  const values = (pictures: readonly DriftPicture[]) => pictures.map((picture) => picture.values[at] ?? 0);
  const about = {
    ...{ measure, direction, classId },
    sinceImageId: change.sinceImageId as ImageId,
    atImageId: change.atImageId as ImageId,
  };
  if (measure === 'flags' || measure === 'kinds') {
    const wanted = measure === 'kinds' ? classId : direction === 'flags_up' ? 1 : 0;
    const share = (pictures: readonly DriftPicture[]) =>
      meanOf(values(pictures).map((value) => Number(measure === 'flags' ? value : value === classId)));
    const example = (pictures: readonly DriftPicture[]) => nearest(pictures, at, wanted);
    // Of a kind that was not there before there is no picture from before.
    const before = measure === 'kinds' && share(normal) === 0 ? null : example(normal);
    return { ...about, before: share(normal), after: share(told), beforeImageId: before, afterImageId: example(told) };
  }
  const [before, after] = [medianOf(values(normal)), medianOf(values(told))];
  const unit = (value: number | null) => (measure === 'look' || value === null ? null : inUnit(measure, value));
  return {
    ...about,
    ...{ before: unit(before), after: unit(after) },
    ...{ beforeImageId: nearest(normal, at, before), afterImageId: nearest(told, at, after) },
  };
}
