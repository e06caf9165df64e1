import type { CameraId, ImageId } from '#core/domain/ids.ts';
import { LEAST_REPEAT_ANGLE, nearestBefore, REPEAT_WINDOW, repeatLimit } from '#core/domain/near-duplicate.ts';
import { BASELINE_PICTURES, picturesForBaseline } from '#core/domain/quality-baseline.ts';
import { activeCheckpoint } from '#core/store/checkpoints.ts';
import { cameraVectors } from '#core/store/embeddings.ts';
import type { Store } from '#core/store/open.ts';
import * as quality from '#core/store/quality.ts';

/** Newest pictures of a camera that are looked at; older ones were when they were new. */
const NEWEST = 500;

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
  return vector.map((value) => value / length);
}

/** 1 − cosine, of two vectors of length 1. */
function angle(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (let at = 0; at < a.length; at++) dot += (a[at] ?? 0) * (b[at] ?? 0);
  return 1 - dot;
}

/**
 * Near-duplicates among the camera's newest pictures by what the encoder sees, which tells parts apart that a hash does not. How
 * near is too near is learnt from the pictures that taught the camera's baseline. A new encoder's hints replace the former's.
 * 500 pictures against 200 each take some 50 ms.
 */
export function findRepeats(store: Store, cameraId: CameraId): void {
  const checkpoint = activeCheckpoint(store.read);
  const baseline = quality.newestBaseline(store.read, cameraId);
  if (checkpoint === null || baseline === null) return;
  const read = (order: 'first' | 'newest', limit: number) =>
    cameraVectors(store.read, checkpoint.id, { cameraId, afterImageId: baseline.afterImageId, order, limit }).map(
      ({ id, vector }) => ({ id, vector: unit(vector) }),
    );
  type Seen = { readonly id: ImageId; readonly vector: Float32Array };
  const distance = (a: Seen, b: Seen): number => angle(a.vector, b.vector);
  const taught = read('first', BASELINE_PICTURES);
  const limit =
    taught.length < picturesForBaseline ? null : repeatLimit(nearestBefore(taught, distance), LEAST_REPEAT_ANGLE);
  const newest = read('newest', NEWEST + REPEAT_WINDOW);
  const rows: quality.RepeatRow[] = [];
  if (limit !== null)
    newest.forEach((picture, at) => {
      const before = newest.slice(Math.max(0, at - REPEAT_WINDOW), at);
      const near = before.find((other) => distance(picture, other) <= limit);
      if (near !== undefined) rows.push({ imageId: picture.id, ofImageId: near.id, foundBy: 'embedding' });
    });
  store.write.transaction(() => {
    quality.setEmbeddingLimit(store.write, cameraId, limit);
    quality.forgetEmbeddingRepeats(store.write, cameraId, newest[0]?.id ?? (0 as ImageId));
    quality.addRepeats(store.write, rows);
  });
}
