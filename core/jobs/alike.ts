import type { Alike } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ClassId } from '#core/domain/ids.ts';
import { getCheckpoint } from '#core/store/checkpoints.ts';
import { checkRights, mayTeachOf } from '#core/store/data-rights.ts';
import { listClasses } from '#core/store/classes.ts';
import { pictureRows, type PictureRow } from '#core/store/images.ts';
import { addLookAlikes } from '#core/store/look-alikes.ts';
import type { ModelRow } from '#core/store/models.ts';
import { unlabelled } from './images-file.ts';
import { recordedFile, type JobRun, type JobTools } from './job.ts';
import { channelsOf, withPictures } from './ready.ts';

/** Examples that a kind is likened by; from then on teaching is the way. */
export const MOST_EXAMPLES = 5;
/** Pictures in one question to the engine. */
const PICTURES_A_QUESTION = 500;

/** A class and the pictures by which others are likened to it. */
export interface FewExamples {
  readonly classId: ClassId;
  /** Position among the model's classes; null for a kind that it was not taught. */
  readonly kind: number | null;
  readonly rows: readonly PictureRow[];
}

/**
 * The newest labelled pictures of a class, none of the test split.
 *
 * @param first a picture that is among them in any case
 */
export function examplesOf(
  { store }: Pick<JobTools, 'store'>,
  model: ModelRow,
  classId: ClassId,
  first?: number,
): FewExamples {
  const at = model.classIds.indexOf(classId);
  const own = pictureRows(store.read, { use: 'learn', classId });
  const newest = own.toSorted((a, b) => Number(b.id === first) - Number(a.id === first) || b.id - a.id);
  return { classId, kind: at === -1 ? null : at, rows: newest.slice(0, MOST_EXAMPLES) };
}

/** The kinds of defect that have examples and that the model was not taught. */
export function newKinds(tools: Pick<JobTools, 'store' | 'now'>, model: ModelRow): FewExamples[] {
  return (
    listClasses(tools.store.read)
      .filter(({ id, isGood, labels }) => !isGood && labels > 0 && !model.classIds.includes(id))
      .map(({ id }) => examplesOf(tools, model, id))
      // Looking goes on, whatever may not teach.
      .map((kind) => ({ ...kind, rows: mayTeachOf(tools.store.read, kind.rows, tools.now()) }))
      .filter(({ rows }) => rows.length > 0)
  );
}

/**
 * Likens pictures to a class by its examples, which are left out, and records what came out for a kind that the model was not taught.
 *
 * @throws AppError `needs_images` without an example, `right_missing`, `needs_checkpoint`; what decoding throws
 */
export async function likenTo(
  tools: JobTools,
  run: Pick<JobRun, 'progress' | 'signal'>,
  model: ModelRow,
  { classId, kind, rows: examples }: FewExamples,
  pictures: readonly PictureRow[],
): Promise<Alike> {
  const { store, looking, now } = tools;
  if (examples.length === 0) throw new AppError('needs_images', { have: 0, need: 1 });
  checkRights(
    store.read,
    examples.map(({ id }) => id),
    now(),
  );
  const checkpoint = getCheckpoint(store.read, model.checkpointId);
  if (checkpoint === null) throw new AppError('needs_checkpoint');
  const channels = await channelsOf(tools, checkpoint, run.signal);
  const known = new Set(examples.map(({ id }) => id));
  const asked = pictures.filter(({ id }) => !known.has(id));
  const found: Alike = { rows: [], examples: examples.length, confidence: null };
  for (let from = 0; from < asked.length;) {
    const part = [...examples, ...asked.slice(from, from + PICTURES_A_QUESTION)];
    const must = ({ id }: PictureRow): boolean => known.has(id);
    const { answer, left } = await withPictures(tools, run, part, { channels, pick: 'first', must }, async (ready) => {
      const toRow = (row: PictureRow) => ({ ...unlabelled(row), pixels: ready.file(row) });
      const question = {
        model: recordedFile(tools, model),
        examples: ready.rows.filter(must).map(toRow),
        kind,
        pictures: ready.rows.filter((row) => !must(row)).map(toRow),
      };
      return { answer: await looking.alike(question), left: ready.left };
    });
    from += Math.max(1, part.length - examples.length - left);
    // What the model was taught has a better say in the scores.
    if (kind === null) addLookAlikes(store.write, model.id, classId, answer, now());
    found.rows.push(...answer.rows);
    Object.assign(found, { examples: answer.examples, confidence: answer.confidence });
  }
  return { ...found, rows: found.rows.sort((a, b) => b.likeness - a.likeness || a.id - b.id) };
}
