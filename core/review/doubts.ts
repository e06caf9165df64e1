import type { DoubtsView, DoubtView } from '#core/contract/groups.ts';
import { labelDoubts, type LabelledVector } from '#core/domain/label-doubt.ts';
import type { ClassId, ImageId } from '#core/domain/ids.ts';
import type { DoubtableLabel } from '#core/store/doubts.ts';

/** A doubt before its picture is looked up. */
type Doubt = Omit<DoubtView, 'image'> & { readonly imageId: ImageId };

/** Votes on a label: fewer are chance, more reach beyond what is alike (core/domain/label-doubt.ts has the figures). */
const MOST_VOTES = 16;

/** How many neighbours have a say: of few labels a fifth at most, or the frequent class would outvote the others. */
export const votesAmong = (labels: number): number => Math.min(MOST_VOTES, Math.ceil(labels / 5));

/** Neighbours that a card shows. */
const SHOWN = 8;
/** Labels below which nothing can be said to disagree. */
export const FEWEST_LABELS = 20;

/** Why labels cannot be doubted yet; null: they can. */
export function wanting(labels: readonly DoubtableLabel[]): DoubtsView['wants'] {
  if (labels.length < FEWEST_LABELS) return 'labels';
  return new Set(labels.map(({ classId }) => classId)).size < 2 ? 'second_class' : null;
}

/** The model's probabilities in the order of `classes`; null where it does not know the label's class. */
function inOrder(
  { classId, probabilities }: DoubtableLabel,
  modelClasses: readonly (ClassId | undefined)[],
  classes: readonly ClassId[],
): number[] | null {
  if (probabilities === null || !modelClasses.includes(classId)) return null;
  return classes.map((id) => probabilities[modelClasses.indexOf(id)] ?? 0);
}

/**
 * Labels that disagree with what is around them, the most doubtful first; those that a person kept are not doubted again.
 *
 * @param nearest row by row, places in `labels`
 * @param modelClasses class of each of the model's probabilities; undefined for one that is gone
 */
export function doubtsOf(
  labels: readonly DoubtableLabel[],
  nearest: readonly LabelledVector['nearest'][],
  modelClasses: readonly (ClassId | undefined)[],
  limit: number,
): Omit<DoubtsView, 'wants' | 'rows'> & { readonly rows: Doubt[] } {
  const classes = [...new Set(labels.map(({ classId }) => classId))];
  const rows = labels.map((label, at): LabelledVector => ({
    label: classes.indexOf(label.classId),
    nearest: nearest[at] ?? [],
    probabilities: inOrder(label, modelClasses, classes),
  }));
  const found = labelDoubts(rows, classes.length).filter(({ at, doubt }) => doubt > 0 && labels[at]?.kept === false);
  return {
    labels: labels.length,
    found: found.length,
    by: rows.some(({ probabilities }) => probabilities !== null) ? 'model_and_neighbours' : 'neighbours',
    rows: found.slice(0, limit).flatMap(({ at, other }) => {
      const [label, row, otherId] = [labels[at], rows[at], classes[other]];
      if (label === undefined || row === undefined || otherId === undefined) return [];
      const { labelId, imageId, classId, unseen } = label;
      const own = row.probabilities;
      const close = row.nearest.slice(0, SHOWN).flatMap(({ at: place, similarity }) => {
        const one = labels[place];
        return one === undefined ? [] : [{ imageId: one.imageId, classId: one.classId, similarity }];
      });
      const model = own === null ? null : { own: own[row.label] ?? 0, other: own[other] ?? 0 };
      return [{ labelId, imageId, classId, unseen, otherId, nearest: close, model }];
    }),
  };
}
