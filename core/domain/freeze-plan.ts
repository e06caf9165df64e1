import { stratifiedGroupFolds } from './group-split.ts';
import { upperBound } from './interval.ts';
import type { Random } from './random.ts';

/** A labelled picture that teaches now. */
export interface Freezable {
  readonly imageId: number;
  readonly group: string;
  readonly isDefect: boolean;
  /** Drawn at random among passed pictures: nobody chose it. */
  readonly drawn: boolean;
}

export interface FreezePlan {
  readonly imageIds: readonly number[];
  readonly defects: number;
  readonly good: number;
  /** Of them drawn at random in audits. */
  readonly drawn: number;
  /** What goes on teaching. */
  readonly left: { readonly defects: number; readonly good: number };
  /** Largest share of escapes that is still possible where none of these defects is missed, 95 %. */
  readonly escapesAtMost: number;
}

/** Shares that are offered: of every fifth, third or second labelled part the pictures only measure. */
export const freezeParts = [5, 3, 2] as const;
export type FreezeParts = (typeof freezeParts)[number];

/**
 * Which of the labelled pictures are to measure only: one fold of `parts`, by group, both kinds spread evenly. Groups with a
 * picture that an audit drew go first, since nobody chose those.
 */
export function planFreeze(pictures: readonly Freezable[], parts: FreezeParts, random: Random): FreezePlan {
  const auditGroups = new Set(pictures.flatMap(({ drawn, group }) => (drawn ? [group] : [])));
  const items = pictures.map(({ group, isDefect }) => ({ group, label: isDefect ? 'defect' : 'good' }));
  const fold = stratifiedGroupFolds(items, parts, random);
  const wanted = (isDefect: boolean): number =>
    Math.round(pictures.filter((picture) => picture.isDefect === isDefect).length / parts);
  const taken = new Set<number>();
  const left = { defect: wanted(true), good: wanted(false) };
  const takeGroup = (group: string): void =>
    pictures.forEach((picture, at) => {
      if (picture.group !== group || taken.has(at)) return;
      taken.add(at);
      left[picture.isDefect ? 'defect' : 'good']--;
    });
  const fits = (group: string): boolean => {
    const members = pictures.filter((picture) => picture.group === group);
    const defects = members.filter(({ isDefect }) => isDefect).length;
    return defects <= left.defect && members.length - defects <= left.good;
  };
  for (const group of auditGroups) if (fits(group)) takeGroup(group);
  pictures.forEach(({ group }, at) => {
    if (fold[at] === 0 && !taken.has(at) && fits(group)) takeGroup(group);
  });
  // What a fold holds may not fit any more beside the drawn ones; the other folds fill what is missing.
  for (const { group } of pictures) if (left.defect > 0 || left.good > 0) if (fits(group)) takeGroup(group);
  const chosen = pictures.filter((_, at) => taken.has(at));
  const count = (of: readonly Freezable[]) => {
    const defects = of.filter(({ isDefect }) => isDefect).length;
    return { defects, good: of.length - defects };
  };
  const counts = count(chosen);
  return {
    imageIds: chosen.map(({ imageId }) => imageId),
    ...counts,
    drawn: chosen.filter(({ drawn }) => drawn).length,
    left: count(pictures.filter((_, at) => !taken.has(at))),
    escapesAtMost: upperBound(0, counts.defects),
  };
}
