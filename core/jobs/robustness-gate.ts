import type { DisturbedRow } from '#core/contract/engine.ts';
import { gateAfter } from '#core/domain/gate-after.ts';
import type { CameraId } from '#core/domain/ids.ts';
import { gatedPictures, type GatedPicture } from '#core/store/measured-parts.ts';
import type { Store } from '#core/store/open.ts';
import { newestBaseline, normalOf } from '#core/store/quality.ts';

/** Says whether the picture check would keep a disturbed picture from being judged; null where it knows too little. */
export function gateOf({ read }: Store, ids: readonly number[]): (row: DisturbedRow) => boolean | null {
  const pictures = new Map<number, GatedPicture>(gatedPictures(read, ids).map((one) => [one.id, one]));
  const normals = new Map(
    [...new Set([...pictures.values()].map(({ cameraId }) => cameraId))].map((cameraId) => {
      const newest = newestBaseline(read, cameraId as CameraId);
      return [cameraId, newest === null ? null : (normalOf(read, newest.id)?.baseline ?? null)] as const;
    }),
  );
  return (row) => {
    const was = pictures.get(row.id);
    const baseline = was && normals.get(was.cameraId);
    if (!was || !baseline || was.sharpnessMiddle === null) return null;
    const { sharpnessMiddle, shiftX: x, shiftY: y, shiftPeak: peak } = was;
    const shift = x === null || y === null || peak === null ? null : { x, y, peak };
    return gateAfter({ ...was, sharpnessMiddle, shift }, row, baseline) === 'reject';
  };
}
