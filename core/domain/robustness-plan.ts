import { conditions } from './disturbance.ts';
import { drawByGroup, stratifiedGroupFolds } from './group-split.ts';
import type { Random } from './random.ts';
import { FEWEST_DEFECTS } from './robustness.ts';

/** A labelled picture by which a model's robustness may be measured. */
export interface MeasurablePicture {
  readonly id: number;
  /** Pictures of one group show the same part. */
  readonly group: string;
  readonly classId: number;
  readonly isDefect: boolean;
  /** Neither the model nor the choice of its marks was taught with it. */
  readonly heldOut: boolean;
  /** It may teach. */
  readonly teaches: boolean;
}

/** What is measured, fixed before the first picture is looked at. */
export interface RobustnessPlan {
  /**
   * held_out: by pictures that taught nothing; folds: by models that are taught in the same way, each without a part of the labels, and
   * that part.
   */
  readonly basis: 'held_out' | 'folds';
  /** Pictures that one model measures: all, or those of each fold. */
  readonly sets: readonly (readonly number[])[];
  /** Which of them show a defect. */
  readonly defects: readonly number[];
  /** Kinds that are left out of a teaching, the rarest first, with the pictures by which it is asked whether they are still found. */
  readonly kinds: readonly { readonly classId: number; readonly ids: readonly number[] }[];
  /** Kinds with too few pictures to ask. */
  readonly tooFew: readonly { readonly classId: number; readonly pictures: number }[];
  /** Good pictures that stand beside each kind that is left out; they are left out of that teaching, too. */
  readonly control: readonly number[];
}

/** So many pictures are enough for the exact intervals to be narrow, and take minutes. */
const MOST_PICTURES = 400;
/** So many models are taught where nothing is held out: each without a third. */
const FOLDS = 3;
/** With fewer pictures of a kind "still found" says nothing. */
const LEAST_OF_KIND = 10;
/** Each kind costs a teaching. */
const MOST_KINDS = 5;
const MOST_OF_KIND = 60;
const MOST_CONTROL = 100;
const LEAST_CONTROL = 5;

/** Of many pictures as many defects as good ones, of the kinds of defects as many of each, as far as they go. */
export function balancedDraw<Picture extends Pick<MeasurablePicture, 'classId' | 'isDefect'>>(
  pictures: readonly Picture[],
  most: number,
  random: Random,
): Picture[] {
  const items = pictures.map(({ classId }) => ({ group: String(classId), label: '' }));
  const side = (isDefect: boolean) => [...pictures.keys()].filter((at) => pictures[at]?.isDefect === isDefect);
  const [defects, good] = [side(true), side(false)];
  const half = Math.floor(most / 2);
  const wanted = Math.min(defects.length, Math.max(half, most - good.length));
  const drawn = [...drawByGroup(items, defects, wanted, random), ...drawByGroup(items, good, most - wanted, random)];
  return drawn.sort((a, b) => a - b).flatMap((at) => pictures[at] ?? []);
}

const count = (pictures: readonly MeasurablePicture[]) => {
  const defects = pictures.filter(({ isDefect }) => isDefect).length;
  return { defects, good: pictures.length - defects };
};
const groups = (pictures: readonly MeasurablePicture[], isDefect: boolean): number =>
  new Set(pictures.flatMap((one) => (one.isDefect === isDefect ? [one.group] : []))).size;

type Sets = Pick<RobustnessPlan, 'basis'> & { readonly sets: readonly (readonly MeasurablePicture[])[] };

function setsOf(pictures: readonly MeasurablePicture[], random: Random): Sets | null {
  const heldOut = balancedDraw(
    pictures.filter((one) => one.heldOut),
    MOST_PICTURES,
    random,
  );
  const has = count(heldOut);
  if (has.defects >= FEWEST_DEFECTS && has.good >= FEWEST_DEFECTS) return { basis: 'held_out', sets: [heldOut] };
  const own = pictures.filter(({ teaches }) => teaches);
  const may = count(own);
  const enough = may.defects >= FEWEST_DEFECTS && may.good >= FEWEST_DEFECTS;
  if (enough && groups(own, true) >= FOLDS && groups(own, false) >= FOLDS) {
    const drawn = balancedDraw(own, MOST_PICTURES, random);
    const fold = stratifiedGroupFolds(
      drawn.map(({ group, classId }) => ({ group, label: String(classId) })),
      FOLDS,
      random,
    );
    const sets = Array.from({ length: FOLDS }, (_, wanted) => drawn.filter((__, at) => fold[at] === wanted));
    return { basis: 'folds', sets: sets.filter((set) => set.length > 0) };
  }
  return has.good >= 2 ? { basis: 'held_out', sets: [heldOut] } : null;
}

/** What is measured of a model by these pictures; null where they are too few for anything. The same chance gives the same plan. */
export function planRobustness(pictures: readonly MeasurablePicture[], random: Random): RobustnessPlan | null {
  const chosen = setsOf(pictures, random);
  if (chosen === null) return null;
  const ids = (some: readonly MeasurablePicture[]): number[] => some.map(({ id }) => id);
  const control = ids((chosen.sets[0] ?? []).filter(({ isDefect }) => !isDefect)).slice(0, MOST_CONTROL);
  const goodLeft = pictures.filter(({ id, isDefect, teaches }) => teaches && !isDefect && !control.includes(id)).length;
  const defects = pictures.filter(({ isDefect }) => isDefect);
  const kinds = [...Map.groupBy(defects, ({ classId }) => classId)].sort(([, a], [, b]) => a.length - b.length);
  const possible = control.length >= LEAST_CONTROL && goodLeft >= FEWEST_DEFECTS;
  const enough = possible ? kinds.filter(([, of]) => of.length >= LEAST_OF_KIND).slice(0, MOST_KINDS) : [];
  return {
    basis: chosen.basis,
    sets: chosen.sets.map(ids),
    defects: ids(chosen.sets.flat().filter(({ isDefect }) => isDefect)),
    kinds: enough.map(([classId, of]) => ({ classId, ids: ids(balancedDraw(of, MOST_OF_KIND, random)) })),
    tooFew: kinds.flatMap(([classId, of]) => (of.length < LEAST_OF_KIND ? [{ classId, pictures: of.length }] : [])),
    control,
  };
}

/** What measuring costs: pictures that are looked at, each time they are, and models that are taught. */
export function costOf(plan: RobustnessPlan): { readonly looks: number; readonly teachings: number } {
  const pictures = plan.sets.flat().length;
  const beside = plan.kinds.reduce((sum, { ids }) => sum + ids.length + plan.control.length, 0);
  return {
    looks: pictures * conditions.length + beside,
    teachings: (plan.basis === 'folds' ? plan.sets.length : 0) + plan.kinds.length,
  };
}
