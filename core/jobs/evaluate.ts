import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { AppError } from '#core/contract/errors.ts';
import { activeCheckpoint, addEvaluation } from '#core/store/checkpoints.ts';
import { listClasses } from '#core/store/classes.ts';
import { checkRights, notApart } from '#core/store/data-rights.ts';
import { pictureRows } from '#core/store/images.ts';
import { classList, labelled, readyRows, withoutRetired, writeImagesFile } from './images-file.ts';
import { jobDir, quarantineFailed, recordedFile, type JobWork } from './job.ts';
import { evaluatePhases, phaseMeter } from './phase-meter.ts';
import { channelsOf, isLabelled, withPictures } from './ready.ts';

const Params = v.object({ seed: v.optional(v.number(), 1) });

/**
 * Measures the active checkpoint on the labels at hand, a random start beside it: on the test rows of a manifest where there are some,
 * otherwise by folds over groups. Nothing is chosen by it.
 */
export const evaluate: JobWork = async (tools, run) => {
  const { store, engine, now } = tools;
  const checkpoint = activeCheckpoint(store.read);
  if (checkpoint === null) throw new AppError('needs_checkpoint');
  const classes = classList(listClasses(store.read));
  if (classes.names.length < 2) throw new AppError('needs_labels', { have: classes.names.length, need: 2 });
  const dir = jobDir(tools, run);
  const imagesFile = join(dir, 'images.ndjson');
  const { names, goodClass } = classes;
  const { seed } = v.parse(Params, run.job.params);
  const input = { checkpoint: recordedFile(tools, checkpoint), imagesFile, classes: names, goodClass, seed };
  const channels = await channelsOf(tools, checkpoint, run.signal);
  const which = { channels, pick: 'sample', must: isLabelled, seed } as const;
  const rows = notApart(store.read, withoutRetired(pictureRows(store.read, { use: 'all' }), classes), now());
  // What is measured by is learnt from, too, though nothing of it is kept.
  checkRights(
    store.read,
    rows.map(({ id }) => id),
    now(),
  );
  await withPictures(tools, run, rows, which, async (ready) => {
    await writeImagesFile(
      imagesFile,
      readyRows(ready, (row, inspected) => labelled(row, classes, inspected)),
    );
    const progressOf = phaseMeter(evaluatePhases, now);
    for await (const event of await engine.evaluate(input, { signal: run.signal })) {
      if (event.kind === 'progress') run.progress(progressOf(event.phase, event.done, event.total));
      else {
        const { kind: _, failed, ...result } = event;
        addEvaluation(store.write, checkpoint.id, result, now());
        quarantineFailed(tools, failed);
      }
    }
  });
  await rm(dir, { recursive: true, force: true });
  return 'done';
};
