import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { Random } from '#core/domain/random.ts';
import { readContainer, writeContainer } from './container.ts';
import type { WrittenFile } from './container.ts';
import { Encoder } from './encoder.ts';
import type { NamedArray } from './network/parameters.ts';
import { NETWORK } from './network/version.ts';
import { Normalisation } from './normalise.ts';

/*
 * Checkpoints of a pretraining: everything that a run needs to go on as if it had never stopped, and all that the learning
 * calls need of the encoder. Files are `step-000123.minarai` in the run's folder; the newest two are kept.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const word = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff));
const RandomWords = v.tuple([word, word, word, word]);

/** Where a run was when it was saved. */
export const Progress = v.object({
  step: count,
  /** Steps of the schedule; null while the step time is still being measured. */
  steps: v.nullable(v.pipe(count, v.minValue(1))),
  /**
   * State of the generator that crops, changes, damage and noise of every batch are forked from, before the first batch that
   * was not trained on: what was read ahead is drawn again.
   */
  random: RandomWords,
  /** State from which the running epoch's order was shuffled, and how many of its pictures were trained on. */
  order: v.object({ random: RandomWords, taken: count, epochs: count }),
  views: count,
  seconds: v.pipe(v.number(), v.minValue(0)),
  /** Number of pictures: a run goes on with the same ones only. */
  pictures: count,
});
export type Progress = v.InferOutput<typeof Progress>;

/** What a checkpoint's header says. */
export const CheckpointMeta = v.object({
  kind: v.literal('pretraining'),
  version: v.literal(1),
  /** Whose weights these are: {@link NETWORK} when they were saved. */
  network: count,
  tensorflow: v.string(),
  encoder: v.object({
    channels: v.picklist([1, 3]),
    width: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(256)),
  }),
  normalisation: Normalisation,
  config: PretrainConfig,
  progress: Progress,
});
export type CheckpointMeta = v.InferOutput<typeof CheckpointMeta>;

export interface Checkpoint extends WrittenFile {
  readonly meta: CheckpointMeta;
  readonly arrays: ReadonlyMap<string, NamedArray>;
}

const NAME = /^step-(\d{6,})\.minarai$/;
const KEPT = 2;

/** Saves a checkpoint into `folder` and removes all but the newest two. */
export async function saveCheckpoint(
  folder: string,
  meta: CheckpointMeta,
  arrays: ReadonlyMap<string, NamedArray>,
): Promise<WrittenFile> {
  const name = `step-${String(meta.progress.step).padStart(6, '0')}.minarai`;
  const written = await writeContainer(join(folder, name), meta, arrays);
  const files = await listCheckpoints(folder);
  await Promise.all(files.slice(KEPT).map((file) => rm(file, { force: true })));
  return written;
}

/**
 * Reads one checkpoint.
 *
 * @throws AppError `not_found`; `checkpoint_broken` when the file is not whole, says something impossible or holds another
 * network (reason `network`)
 */
export async function readCheckpoint(file: string): Promise<Checkpoint> {
  const { meta, arrays, sha256, bytes } = await readContainer(file);
  const parsed = v.safeParse(CheckpointMeta, meta);
  if (!parsed.success) {
    throw new AppError(
      'checkpoint_broken',
      { path: file, reason: 'header' },
      { cause: new v.ValiError(parsed.issues) },
    );
  }
  if (parsed.output.network !== NETWORK) throw new AppError('checkpoint_broken', { path: file, reason: 'network' });
  return { file, sha256, bytes, meta: parsed.output, arrays };
}

/**
 * The newest whole checkpoint of a run's folder; a broken newer one is passed over.
 *
 * @param recorded hashes of the run's own checkpoints; a whole file that is none of them was put there by somebody, or saved so
 * late that nobody heard of it, and is passed over, too
 * @returns undefined where the folder holds no checkpoint
 * @throws AppError `checkpoint_broken` when there are some and none is whole
 */
export async function newestCheckpoint(folder: string, recorded?: readonly string[]): Promise<Checkpoint | undefined> {
  let broken: AppError | undefined;
  for (const file of await listCheckpoints(folder)) {
    try {
      const checkpoint = await readCheckpoint(file);
      if (recorded?.includes(checkpoint.sha256) === false)
        throw new AppError('checkpoint_broken', { path: file, reason: 'replaced' });
      return checkpoint;
    } catch (thrown) {
      if (!(thrown instanceof AppError && thrown.code === 'checkpoint_broken')) throw thrown;
      broken ??= thrown;
    }
  }
  if (broken) throw broken;
  return undefined;
}

/** Checkpoint files of a folder, newest first. */
async function listCheckpoints(folder: string): Promise<string[]> {
  const found = (await readdir(folder)).flatMap((name) => {
    const step = NAME.exec(name)?.[1];
    return step === undefined ? [] : [{ file: join(folder, name), step: Number(step) }];
  });
  return found.sort((a, b) => b.step - a.step).map(({ file }) => file);
}

/** The encoder that a checkpoint holds. */
export function encoderOf({ meta, arrays }: Checkpoint): Encoder {
  const encoder = new Encoder(meta.encoder, meta.normalisation, new Random(0));
  try {
    encoder.fromArrays(arrays);
  } catch (thrown) {
    encoder.dispose();
    throw thrown;
  }
  return encoder;
}

/**
 * The trained encoder of a checkpoint file, ready to look at pictures.
 *
 * @throws AppError `not_found`, `checkpoint_broken`
 */
export async function loadEncoder(file: string): Promise<Encoder> {
  return encoderOf(await readCheckpoint(file));
}
