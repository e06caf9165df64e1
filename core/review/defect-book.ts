import { limitCrops } from '#core/domain/limit-crop.ts';
import type { ImageId } from '#core/domain/ids.ts';
import type { BorrowedView, DefectBook, SampleView } from '#core/contract/book.ts';
import type { ImageView } from '#core/contract/views.ts';
import { activeCheckpoint } from '#core/store/checkpoints.ts';
import { classDescriptions } from '#core/store/class-changes.ts';
import { listClasses } from '#core/store/classes.ts';
import { embeddingVector, vectors } from '#core/store/embeddings.ts';
import type { Reader } from '#core/store/handle.ts';
import { imageViews } from '#core/store/image-views.ts';
import { borrowedSamples, type BorrowedSample } from '#core/store/line-copies.ts';
import { bookHistory, bookVersion, limitSamples, type SampleRow } from '#core/store/limit-samples.ts';
import { nearest } from './nearest.ts';

const LISTED_CHANGES = 100;
/** Look-alikes that are tried before a sample stands without a good picture beside it: a file may be gone. */
const TRIED = 3;

/** A picture's numbers as the book shows them. */
const facts = ({ id, width, height, fileName }: ImageView) => ({ id, width, height, fileName });

/** The labelled good pictures that look most like each of these, the most alike first. */
function likeGood(db: Reader, ids: readonly ImageId[]): Map<ImageId, ImageId[]> {
  const checkpoint = activeCheckpoint(db);
  if (checkpoint === null || ids.length === 0) return new Map();
  const good = [...vectors(db, checkpoint.id, 'good')];
  return new Map(
    ids.map((id) => {
      const vector = embeddingVector(db, checkpoint.id, id);
      const like = vector === null ? [] : nearest(vector, good, TRIED).map((one) => one.id as ImageId);
      return [id, like.filter((one) => one !== id)] as const;
    }),
  );
}

/**
 * The defect book as it is now: each class in use with its samples, all crops of a class at one scale, and beside each limit that is
 * bad the same place of a good picture.
 *
 * @param whichAreThere tells which pictures have a file now
 */
export async function defectBook(
  db: Reader,
  whichAreThere: (ids: readonly ImageId[]) => Promise<ReadonlySet<ImageId>>,
): Promise<DefectBook> {
  const rows = limitSamples(db);
  const bad = rows.filter(({ role }) => role === 'limit_ng').map(({ imageId }) => imageId);
  const like = likeGood(db, bad);
  const there = await whichAreThere([...rows.map(({ imageId }) => imageId), ...[...like.values()].flat()]);
  const beside = new Map(
    [...like].flatMap(([id, others]) => {
      const found = others.find((one) => there.has(one));
      return found === undefined ? [] : [[id, found] as const];
    }),
  );
  const views = new Map<number, ImageView>(
    imageViews(db, [...new Set([...rows.map(({ imageId }) => imageId), ...beside.values()])]).map((view) => [
      view.id,
      view,
    ]),
  );
  const shown = (own: readonly SampleRow[]): SampleView[] => {
    const known = own.flatMap((row) => {
      const view = views.get(row.imageId);
      return view === undefined ? [] : [{ row, view }];
    });
    // What is bad goes first: a good picture without a mark shows the same place.
    const order = known.toSorted((a, b) => Number(b.row.role === 'limit_ng') - Number(a.row.role === 'limit_ng'));
    const crops = limitCrops(order.map(({ row, view }) => ({ ...facts(view), regions: row.regions })));
    return order.map(({ row, view }, at): SampleView => {
      const crop = crops[at] ?? null;
      const good = views.get(beside.get(row.imageId) ?? 0);
      const { id, role, note, who, atMs } = row;
      return {
        ...{ id, role, note, who, atMs, crop },
        image: facts(view),
        regions: [...row.regions],
        classId: view.classId,
        gone: !there.has(row.imageId),
        beside: good === undefined || role !== 'limit_ng' ? null : { image: facts(good), crop: sameCrop(crop, good) },
      };
    });
  };
  const descriptions = classDescriptions(db);
  const borrowed = borrowedSamples(db);
  return {
    ...bookVersion(db),
    classes: listClasses(db).map(({ id }) => ({
      classId: id,
      description: descriptions.get(id) ?? '',
      samples: shown(rows.filter(({ classId }) => classId === id)),
      borrowed: borrowed.filter(({ classId }) => classId === id).map(borrowedView),
    })),
    history: bookHistory(db, LISTED_CHANGES),
  };
}

const borrowedView = ({ id, role, note, who, atMs, width, height, regions, line }: BorrowedSample): BorrowedView => ({
  ...{ id, role, note, who, atMs, width, height, regions: [...regions], line },
});

/** The same place of another picture of the same camera; whole where it is smaller than that. */
function sameCrop(crop: SampleView['crop'], { width, height }: ImageView): SampleView['crop'] {
  return crop !== null && crop.x + crop.side <= width && crop.y + crop.side <= height ? crop : null;
}
