import type { CameraId } from '#core/domain/ids.ts';
import type { AdmittedPicture, QualityRow } from '#core/store/images.ts';

export const plainQuality: QualityRow = {
  sharpness: 1,
  sharpnessMiddle: 1,
  mean: 0.5,
  clippedLow: 0,
  clippedHigh: 0,
  contrast: 0.1,
  shift: null,
  verdict: 'ok',
  reasons: [],
};

/** Picture number `n` of a camera, all different. */
export function picture(cameraId: CameraId, n: number, changes: Partial<AdmittedPicture> = {}): AdmittedPicture {
  return {
    cameraId,
    path: `/pictures/${n}.png`,
    fileName: `${n}.png`,
    sha256: n.toString(16).padStart(64, '0'),
    page: 0,
    width: 200,
    height: 100,
    channels: 1,
    phash: n.toString(16).padStart(16, '0'),
    takenAtMs: 1000 + n,
    seenAtMs: 2000 + n,
    bytes: 10,
    mtimeMs: 1.5,
    inode: n,
    quality: plainQuality,
    ...changes,
  };
}
