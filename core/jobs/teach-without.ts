import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointRow } from '#core/store/checkpoints.ts';
import { listClasses } from '#core/store/classes.ts';
import { checkRights } from '#core/store/data-rights.ts';
import { pictureRows } from '#core/store/images.ts';
import type { ModelRow } from '#core/store/models.ts';
import { classList, labelled, readyRows, withoutRetired, writeImagesFile } from './images-file.ts';
import { quarantineFailed, recordedFile, type JobRun, type JobTools } from './job.ts';
import { channelsOf, isLabelled, withPictures } from './ready.ts';

/** A model taught as another one was, but without some pictures. */
export interface TaughtWithout {
  readonly file: string;
  /** By position, as the model's probabilities are. */
  readonly classIds: readonly number[];
}

/**
 * Teaches a model in the way of `model`, by the labels of now without some pictures and without all that show the same parts. It judges
 * nothing and is in no list. One that was finished before the program ended is taken as it is.
 *
 * @param left `out`: the pictures; `kind`: a class that is not there at all; `dir`: a folder of its own
 * @throws AppError `right_missing`; what decoding and the engine throw; the reason of `signal`
 */
export async function teachWithout(
  tools: JobTools,
  run: Pick<JobRun, 'signal' | 'progress'>,
  { model, checkpoint }: { readonly model: ModelRow; readonly checkpoint: CheckpointRow },
  left: { readonly out: readonly number[]; readonly kind: number | null; readonly dir: string; readonly seed: number },
  onProgress: (share: number) => void,
): Promise<TaughtWithout> {
  const { store, engine } = tools;
  const { dir, seed, kind } = left;
  const classes = classList(listClasses(store.read).filter(({ id }) => id !== kind));
  let done = { file: join(dir, 'model.minarai'), classIds: classes.ids };
  if (existsSync(done.file)) return done;
  const rows = withoutRetired(pictureRows(store.read, { use: 'learn' }), classes);
  const out = new Set(left.out);
  const groups = new Set(rows.flatMap(({ id, group }) => (out.has(id) ? [group] : [])));
  const wanted = rows.filter(({ id, group }) => !out.has(id) && !groups.has(group));
  checkRights(
    store.read,
    wanted.map(({ id }) => id),
    tools.now(),
  );
  const taught = new Set(
    wanted.flatMap(({ classId }) => (classId === null ? [] : (classes.positions.get(classId) ?? []))),
  );
  // One kind of answer is nothing to learn: what is left is what good parts look like.
  const mode = taught.size < 2 ? 'good_only' : model.card.mode;
  const imagesFile = join(dir, 'images.ndjson');
  const channels = await channelsOf(tools, checkpoint, run.signal);
  const { names, goodClass } = classes;
  const input = { checkpoint: recordedFile(tools, checkpoint), imagesFile, classes: names, goodClass, outDir: dir };
  await withPictures(tools, run, wanted, { channels, pick: 'sample', must: isLabelled, seed }, async (ready) => {
    await writeImagesFile(
      imagesFile,
      readyRows(ready, (row, inspected) => labelled(row, classes, inspected)),
    );
    for await (const event of await engine.teach({ ...input, mode, seed }, { signal: run.signal })) {
      if (event.kind === 'progress') onProgress(event.total === 0 ? 0 : event.done / event.total);
      else {
        done = { ...done, file: event.model.file };
        quarantineFailed(tools, event.failed);
      }
    }
  });
  return done;
}
