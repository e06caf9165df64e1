import { blockDiscrepancy, type KernelReference, strangeness } from '#core/domain/drift/kernel.ts';
import type { DiscrepancyOf } from '#core/domain/drift/follow.ts';
import type { DriftNormal, DriftPicture } from '#core/domain/drift/normal.ts';
import type { ImageId } from '#core/domain/ids.ts';
import { vectorsOf } from '#core/store/embeddings.ts';
import type { Reader } from '#core/store/handle.ts';
import type { MeasureSource } from './drift-sources.ts';

/** How a measure normally is, and the pictures that told it. */
export interface Learnt {
  readonly normal: DriftNormal;
  readonly imageIds: readonly ImageId[];
}

/** Embeddings of pictures in their order; null where one of them is gone. */
export function embeddingsOf(
  db: Reader,
  { checkpointId }: MeasureSource,
  ids: readonly number[],
): Float32Array[] | null {
  if (checkpointId === null) return null;
  const found = new Map(vectorsOf(db, checkpointId, ids).map(({ id, vector }) => [id as number, vector]));
  const vectors = ids.flatMap((id) => found.get(id) ?? []);
  return vectors.length === ids.length ? vectors : null;
}

/** What looks are compared with; null where none of its embeddings is left. */
function kernelOf(db: Reader, { checkpointId }: MeasureSource, { normal, imageIds }: Learnt): KernelReference | null {
  if (checkpointId === null || normal.blocks === null) return null;
  const compared = imageIds.filter((_, at) => at % 2 === 0);
  // Pictures that were deleted since are missing: what is left stands for them.
  const vectors = vectorsOf(db, checkpointId, compared).map(({ vector }) => vector);
  return vectors.length === 0 ? null : { width: normal.blocks.width, compared: vectors };
}

/** How much blocks of pictures differ from the reference. */
export function discrepancies(db: Reader, source: MeasureSource, learnt: Learnt): DiscrepancyOf {
  const kernel = kernelOf(db, source, learnt);
  return (ids) => {
    const vectors = kernel === null ? null : embeddingsOf(db, source, ids);
    return vectors === null || kernel === null ? null : blockDiscrepancy(vectors, kernel);
  };
}

/** Pictures with how strange they look as their value; those without an embedding are left out. */
export function withLooks<T extends DriftPicture>(
  db: Reader,
  source: MeasureSource,
  learnt: Learnt,
  pictures: readonly T[],
): T[] {
  const kernel = kernelOf(db, source, learnt);
  if (kernel === null || source.checkpointId === null) return [];
  const ids = pictures.map(({ imageId }) => imageId);
  const strange = new Map(
    vectorsOf(db, source.checkpointId, ids).map(({ id, vector }) => [id as number, strangeness(vector, kernel)]),
  );
  return pictures.flatMap((picture) => {
    const value = strange.get(picture.imageId);
    return value === undefined ? [] : { ...picture, values: [value] };
  });
}
