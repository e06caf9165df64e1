import type { ImageId } from '#core/domain/ids.ts';
import { mayTeachOf } from '#core/store/data-rights.ts';
import {
  addFlags,
  answersOf,
  falseFlagLimit,
  setWatch,
  watchCutoff,
  watchingFinds,
  type FindRow,
} from '#core/store/finds.ts';
import { pictureRows, type PictureRow } from '#core/store/images.ts';
import type { ModelRow } from '#core/store/models.ts';
import { likenTo, MOST_EXAMPLES, type FewExamples } from './alike.ts';
import type { JobRun, JobTools } from './job.ts';

/*
 * A find stops new pictures that look like it though their score lies below the mark, until the model is taught again or
 * somebody says that it should not. How alike is enough is measured on labelled good pictures, so that it cannot flood the desk.
 */

/** Finds that watch at a time, the newest: each looks at every new picture once more. */
const MOST_WATCHING = 5;
/** Labelled good pictures, the newest, on which a find's false stops are measured: 1 % of fewer could not be told from none. */
const MOST_GOOD = 400;
/** Good pictures below which nothing is promised, so nothing is stopped. */
const LEAST_GOOD = 20;

/**
 * The smallest likeness of which at most a share `limit` of the good pictures has more.
 *
 * @param good likeness of pictures known to be good; at least one
 */
export function cutoffFor(good: readonly number[], limit: number): { cutoff: number; goodFlagged: number } {
  const sorted = good.toSorted((a, b) => b - a);
  const allowed = Math.floor(limit * good.length);
  const cutoff = sorted[allowed] ?? Infinity;
  return { cutoff, goodFlagged: sorted.filter((value) => value > cutoff).length };
}

/** The find's picture and the newest confirmed ones like it. */
function exampleRows(
  { store, now }: Pick<JobTools, 'store' | 'now'>,
  model: ModelRow,
  find: FindRow,
): FewExamples | null {
  const { classId, imageId } = find;
  if (classId === null || imageId === null) return null;
  const confirmed = answersOf(store.read, find.id).filter(({ says }) => says === 'is');
  const ids = new Set<ImageId>([imageId, ...confirmed.map(({ imageId: id }) => id).slice(1 - MOST_EXAMPLES)]);
  const known = pictureRows(store.read, { use: 'learn' }).filter(({ id }) => ids.has(id));
  const rows = mayTeachOf(store.read, known, now());
  const at = model.classIds.indexOf(classId);
  return rows.length === 0 ? null : { classId, kind: at === -1 ? null : at, rows };
}

/** Measures anew how alike is alike enough for a find; nothing where the model knows too few good pictures to tell. */
export async function measureWatch(
  tools: JobTools,
  run: Pick<JobRun, 'progress' | 'signal'>,
  model: ModelRow,
  find: FindRow,
): Promise<void> {
  const { store, now } = tools;
  const examples = exampleRows(tools, model, find);
  const good = pictureRows(store.read, { use: 'learn' }).filter(({ isDefect }) => isDefect === false);
  if (examples === null || good.length < LEAST_GOOD) return;
  const { rows } = await likenTo(tools, run, model, examples, good.slice(-MOST_GOOD));
  if (rows.length < LEAST_GOOD) return;
  const measured = cutoffFor(
    rows.map(({ likeness }) => likeness),
    falseFlagLimit(store.read),
  );
  setWatch(store.write, {
    ...{ findId: find.id, modelId: model.id, examples: examples.rows.length, good: rows.length, atMs: now() },
    ...measured,
  });
}

/** Stops those of newly scored pictures that look like a find. */
export async function flagLikeFinds(
  tools: JobTools,
  run: Pick<JobRun, 'progress' | 'signal'>,
  model: ModelRow,
  pictures: readonly PictureRow[],
): Promise<void> {
  const { store, now } = tools;
  for (const find of watchingFinds(store.read, MOST_WATCHING)) {
    if (watchCutoff(store.read, find.id, model.id) === null) await measureWatch(tools, run, model, find);
    const cutoff = watchCutoff(store.read, find.id, model.id);
    const examples = exampleRows(tools, model, find);
    if (cutoff === null || examples === null) continue;
    const { rows } = await likenTo(tools, run, model, examples, pictures);
    addFlags(
      store.write,
      { findId: find.id, modelId: model.id, atMs: now() },
      rows.filter(({ likeness }) => likeness > cutoff),
    );
  }
}
