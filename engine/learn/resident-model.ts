import { stat } from 'node:fs/promises';
import { AppError } from '#core/contract/errors.ts';
import { openLooking } from '../network/looking.ts';
import type { Looking } from '../network/looking.ts';
import { disposeModel, readModel } from './model-file.ts';
import type { Model } from './model-file.ts';

/*
 * The two models that were asked for last stay in memory with their compiled networks: new pictures come one by one, also while a
 * candidate is compared with the model in use, and reading and compiling costs as much as looking at fifty of them.
 */

const MODELS_HELD = 2;

/** A model that can look. */
export interface ResidentModel {
  readonly model: Model;
  readonly looking: Looking;
  /** Of the fine-tuned twin, where the model has one. */
  readonly tuned: Looking | null;
}

interface Held {
  readonly key: string;
  readonly loaded: Promise<ResidentModel>;
  /** Calls that use it now. A model that has been replaced goes when the last one is done. */
  users: number;
}

/** The newest last. */
let held: readonly Held[] = [];

async function load(file: string): Promise<ResidentModel> {
  const model = await readModel(file);
  return { model, looking: openLooking(model.encoder), tuned: model.tuned && openLooking(model.tuned) };
}

/** Ends a model that nobody uses and that is not held any more. One that never loaded has nothing to end. */
async function endIfUnused(one: Held): Promise<void> {
  if (held.includes(one) || one.users > 0) return;
  const resident = await one.loaded.catch(() => undefined);
  if (!resident) return;
  resident.looking.dispose();
  resident.tuned?.dispose();
  disposeModel(resident.model);
}

async function keep(models: readonly Held[]): Promise<void> {
  const former = held;
  held = models.slice(-MODELS_HELD);
  for (const one of former) await endIfUnused(one);
}

/**
 * The model of a file, kept for the next call; a file that has changed since is read again. Call `release` when done with it:
 * a model that others replaced lives until then.
 *
 * @throws AppError `not_found`, `checkpoint_broken`
 */
export async function borrowModel(file: string): Promise<ResidentModel & { release(): Promise<void> }> {
  const facts = await stat(file).catch((cause: unknown) => {
    throw new AppError('not_found', { path: file }, { cause });
  });
  const key = `${file} ${facts.size} ${facts.mtimeMs} ${facts.ino}`;
  const own: Held = held.find((one) => one.key === key) ?? { key, loaded: load(file), users: 0 };
  // Told here, because nobody may be waiting yet when it fails.
  own.loaded.catch(() => undefined);
  own.users += 1;
  await keep([...held.filter((one) => one !== own), own]);
  const release = async (): Promise<void> => {
    own.users -= 1;
    await endIfUnused(own);
  };
  try {
    return { ...(await own.loaded), release };
  } catch (thrown) {
    // The next call tries the file anew.
    held = held.filter((one) => one !== own);
    throw thrown;
  }
}

/** Forgets the models that are held. */
export function releaseModel(): Promise<void> {
  return keep([]);
}
