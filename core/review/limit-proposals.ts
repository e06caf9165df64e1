import type { ClassId, ImageId } from '#core/domain/ids.ts';
import { entryOfEach } from '#core/domain/marks-for.ts';
import type { proposalReasons, SampleRole } from '#core/contract/book.ts';
import { activeCheckpoint } from '#core/store/checkpoints.ts';
import { vectors } from '#core/store/embeddings.ts';
import type { Reader } from '#core/store/handle.ts';
import { labelledPictures, type LabelledPicture } from '#core/store/labels.ts';
import { activeModel } from '#core/store/models.ts';
import { scoreColumns } from '#core/store/scores.ts';
import { marksInForce } from '#core/store/thresholds.ts';
import { nearest } from './nearest.ts';

export interface LimitProposal {
  readonly role: SampleRole;
  readonly why: (typeof proposalReasons)[number];
  readonly imageId: ImageId;
  /** Of `near_mark`. */
  readonly score: number | null;
}

/** Newest pictures of a class that are compared with every good one: 100 × 2,000 take a quarter of a second. */
const COMPARED = 100;

interface Vector {
  readonly id: ImageId;
  readonly vector: Float32Array;
}

/** Labelled pictures that were scored fairly, nearest to the mark that judges them first. */
function nearMark(db: Reader, labels: readonly LabelledPicture[], classId: ClassId): LimitProposal[] {
  const [model, marks] = [activeModel(db), marksInForce(db)];
  if (model === null || marks.length === 0) return [];
  const columns = scoreColumns(db, model.id);
  const { ids, scores, sources } = columns;
  const marksOf = entryOfEach(columns, marks);
  const labelOf = new Map<number, LabelledPicture>(labels.map((label) => [label.imageId, label]));
  return ids
    .flatMap((id, at) => {
      const label = labelOf.get(id);
      const score = scores[at] ?? 0;
      if (label === undefined || sources[at] === 'unlabelled') return [];
      if (!label.isGood && label.classId !== classId) return [];
      const role: SampleRole = label.isGood ? 'limit_ok' : 'limit_ng';
      const away = Math.abs(score - (marksOf[at]?.review ?? Infinity));
      return [{ away, proposal: { role, why: 'near_mark' as const, imageId: label.imageId, score } }];
    })
    .toSorted((a, b) => a.away - b.away)
    .map(({ proposal }) => proposal);
}

/** Pairs of a good picture and one of the class that look most alike, the most alike first. */
function lookAlikePairs(own: readonly Vector[], good: readonly Vector[]): LimitProposal[] {
  return own
    .slice(-COMPARED)
    .flatMap(({ id, vector }) => nearest(vector, good, 1).map((like) => ({ id, like })))
    .toSorted((a, b) => b.like.similarity - a.like.similarity)
    .flatMap(({ id, like }) => [
      { role: 'limit_ng' as const, why: 'look_alike' as const, imageId: id, score: null },
      { role: 'limit_ok' as const, why: 'look_alike' as const, imageId: like.id as ImageId, score: null },
    ]);
}

/** Pictures in the middle of their class. */
function middle(own: readonly Vector[], limit: number): LimitProposal[] {
  const [first] = own;
  if (first === undefined) return [];
  const mean = first.vector.map((_, at) => own.reduce((sum, { vector }) => sum + (vector[at] ?? 0), 0));
  return nearest(mean, own, limit).map(({ id }) => ({
    ...{ role: 'typical', why: 'middle', imageId: id as ImageId, score: null },
  }));
}

/** Takes from several lists in turn, so that none hides the others. */
function inTurn<Item>(lists: readonly (readonly Item[])[]): Item[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list[at] ?? [])).flat();
}

/**
 * Labelled pictures that may show the limit of a class, so that nobody has to search: those whose fair score lies nearest to the
 * mark, good and bad ones that look most alike, and, as typical, those in the middle of the class.
 *
 * @param wants whether a picture may be proposed: not yet in the book, and its file is there
 * @param limit most of each role
 */
export function proposeSamples(
  db: Reader,
  { classId, isGood }: { readonly classId: ClassId; readonly isGood: boolean },
  limit: number,
  wants: (imageId: ImageId) => boolean,
): LimitProposal[] {
  const labels = labelledPictures(db);
  const checkpoint = activeCheckpoint(db);
  const embedded = (selection: 'good' | 'defect') =>
    checkpoint === null ? [] : [...vectors(db, checkpoint.id, selection)].filter(({ id }) => wants(id));
  const good = embedded('good');
  const own = (isGood ? good : embedded('defect')).filter((one) => one.classId === classId);
  const limits = isGood
    ? []
    : inTurn([nearMark(db, labels, classId).filter(({ imageId }) => wants(imageId)), lookAlikePairs(own, good)]);
  const most = (role: SampleRole, from: readonly LimitProposal[]): LimitProposal[] => {
    const taken = new Set<ImageId>();
    return from.filter((one) => one.role === role && !taken.has(one.imageId) && taken.add(one.imageId)).slice(0, limit);
  };
  return [...most('limit_ng', limits), ...most('limit_ok', limits), ...most('typical', middle(own, limit))];
}
