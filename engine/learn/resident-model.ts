import { stat } from 'node:fs/promises';
import { AppError } from '#core/contract/errors.ts';
import { openLooking } from '../network/looking.ts';
import type { Looking } from '../network/looking.ts';
import { disposeModel, readModel } from './model-file.ts';
import type { Model } from './model-file.ts';

/*
 * The model that was asked for last stays in memory with its compiled network: new pictures come one by one, and reading and
 * compiling costs as much as looking at fifty of them.
 */

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

let held: Held | undefined;

async function load(file: string): Promise<ResidentModel> {
  const model = await readModel(file);
  return { model, looking: openLooking(model.encoder), tuned: model.tuned && openLooking(model.tuned) };
}

/** Ends a model that nobody uses and that is not the newest. One that never loaded has nothing to end. */
async function endIfUnused(one: Held): Promise<void> {
  if (one === held || one.users > 0) return;
  const resident = await one.loaded.catch(() => undefined);
  if (!resident) return;
  resident.looking.dispose();
  resident.tuned?.dispose();
  disposeModel(resident.model);
}

async function replaceBy(next: Held | undefined): Promise<void> {
  // Told here, because nobody may be waiting yet when it fails.
  next?.loaded.catch(() => undefined);
  const former = held;
  held = next;
  if (former) await endIfUnused(former);
}

/**
 * The model of a file, kept for the next call; a file that has changed since is read again. Call `release` when done with it:
 * a model that another one replaced lives until then.
 *
 * @throws AppError `not_found`, `checkpoint_broken`
 */
export async function borrowModel(file: string): Promise<ResidentModel & { release(): Promise<void> }> {
  const facts = await stat(file).catch((cause: unknown) => {
    throw new AppError('not_found', { path: file }, { cause });
  });
  const key = `${file} ${facts.size} ${facts.mtimeMs} ${facts.ino}`;
  let own = held;
  if (own?.key !== key) {
    own = { key, loaded: load(file), users: 0 };
    await replaceBy(own);
  }
  own.users += 1;
  const release = async (): Promise<void> => {
    own.users -= 1;
    await endIfUnused(own);
  };
  try {
    return { ...(await own.loaded), release };
  } catch (thrown) {
    // The next call tries the file anew.
    if (held === own) held = undefined;
    throw thrown;
  }
}

/** Forgets the model that is held. */
export function releaseModel(): Promise<void> {
  return replaceBy(undefined);
}
