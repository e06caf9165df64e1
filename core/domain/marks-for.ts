import type { Judgement, Marks, Verdict } from './threshold.ts';
import { verdictOf } from './threshold.ts';

/** What marks are for: one camera, one kind of defect, both, or, with neither, all that has no marks of its own. */
export interface MarksFor {
  readonly cameraId: number | null;
  readonly classId: number | null;
}

/** Where a picture belongs: the camera that it was admitted from, and the kind that it is likeliest to show; null where that is unknown. */
export interface PicturePlace {
  readonly cameraId: number;
  readonly classId: number | null;
}

export const forAll: MarksFor = { cameraId: null, classId: null };

export function isSameFor(a: MarksFor, b: MarksFor): boolean {
  return a.cameraId === b.cameraId && a.classId === b.classId;
}

/**
 * The one entry that counts for a picture: that for its kind at its camera, else for its kind, else for its camera, else the common
 * one; null where there is none. A kind comes before a camera, since what a miss costs depends on what is missed. Exactly one
 * entry counts, so that what is judged by each can be counted apart and adds up to the whole.
 */
export function entryFor<Entry extends MarksFor>(entries: readonly Entry[], place: PicturePlace): Entry | null {
  let best: Entry | null = null;
  let bestRank = -1;
  for (const entry of entries) {
    if (entry.cameraId !== null && entry.cameraId !== place.cameraId) continue;
    if (entry.classId !== null && entry.classId !== place.classId) continue;
    const rank = (entry.classId === null ? 0 : 2) + (entry.cameraId === null ? 0 : 1);
    if (rank <= bestRank) continue;
    best = entry;
    bestRank = rank;
  }
  return best;
}

/** Pictures' places as columns; kind 0: not known. */
export interface PlaceColumns {
  readonly cameras: readonly number[];
  readonly kinds: readonly number[];
}

/** {@link entryFor} of each picture of columns: 100,000 pictures take 5 ms, since each place is looked up once. */
export function entryOfEach<Entry extends MarksFor>(
  { cameras, kinds }: PlaceColumns,
  entries: readonly Entry[],
): (Entry | null)[] {
  const known = new Map<number, Map<number, Entry | null>>();
  return cameras.map((cameraId, at) => {
    const kind = kinds[at] ?? 0;
    const ofCamera = known.get(cameraId) ?? new Map<number, Entry | null>();
    known.set(cameraId, ofCamera);
    let entry = ofCamera.get(kind);
    if (entry === undefined)
      ofCamera.set(kind, (entry = entryFor(entries, { cameraId, classId: kind === 0 ? null : kind })));
    return entry;
  });
}

/** The marks that count where there are none for `wanted` itself: those of its kind, of its camera, or the common ones. */
export function followedBy<Entry extends MarksFor>(entries: readonly Entry[], wanted: MarksFor): Entry | null {
  const others = entries.filter((entry) => !isSameFor(entry, wanted));
  return entryFor(others, { cameraId: wanted.cameraId ?? 0, classId: wanted.classId });
}

/**
 * The likeliest kind of defect; null where no kind has any probability, or where there is nothing to choose between.
 *
 * @param probabilities 0..1 by class, in the order of `classIds`
 */
export function likeliestKind(
  probabilities: readonly number[],
  classIds: readonly number[],
  isDefect: (classId: number) => boolean,
): number | null {
  const kinds = classIds.map((id, at) => ({ id, share: probabilities[at] ?? 0 })).filter(({ id }) => isDefect(id));
  if (kinds.length < 2) return null;
  const best = kinds.reduce((most, kind) => (kind.share > most.share ? kind : most));
  return best.share > 0 ? best.id : null;
}

/** Marks that give the same verdicts as {@link verdictScore}s. */
export const verdictMarks: Marks = { review: 0.5, reject: 1 };

const ofVerdict: Readonly<Record<Verdict, number>> = { ok: 0, review: 0.5, reject: 1 };

/** A score that {@link verdictMarks} judge as `marks` judge `score`: so pictures with marks of their own are counted in one table. */
export function verdictScore(score: number, marks: Marks): number {
  return ofVerdict[verdictOf(score, marks)];
}

/** Judged pictures of each kind. */
export interface JudgedCounts {
  readonly good: number;
  readonly defect: number;
  readonly unknown: number;
}

export function countJudged(labels: ArrayLike<Judgement>): JudgedCounts {
  const counts = { good: 0, defect: 0, unknown: 0 };
  for (let at = 0; at < labels.length; at++)
    counts[labels[at] === 1 ? 'defect' : labels[at] === 0 ? 'good' : 'unknown'] += 1;
  return counts;
}

/**
 * A line's parts and defect rate as far as they fall to some of its pictures: N·(p·d + (1 − p)·g) parts, of which p·d are defects, with
 * the shares d of the judged defects and g of the judged good pictures that these are (Bayes). So the costs of all parts add up to
 * that of the whole. Where a kind has not been judged at all its share is that of all pictures.
 */
export function lineWithin<Line extends { readonly partsPerMonth: number; readonly defectRate: number }>(
  line: Line,
  within: JudgedCounts,
  whole: JudgedCounts,
): Line {
  const all = (counts: JudgedCounts): number => counts.good + counts.defect + counts.unknown;
  const share = (some: number, of: number, otherwise: number): number => (of > 0 ? some / of : otherwise);
  const anyShare = share(all(within), all(whole), 0);
  const defects = line.defectRate * share(within.defect, whole.defect, anyShare);
  const good = (1 - line.defectRate) * share(within.good, whole.good, anyShare);
  const parts = defects + good;
  return { ...line, partsPerMonth: line.partsPerMonth * parts, defectRate: parts > 0 ? defects / parts : 0 };
}
