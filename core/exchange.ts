import { existsSync } from 'node:fs';
import { copyFile, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, writeFailure } from './contract/errors.ts';
import type { Core } from './core.ts';
import type { ModelId } from './domain/ids.ts';
import { checkAreas, customersOf } from './jobs/export-card.ts';
import { readArchive } from './jobs/model-archive.ts';
import { hasFile } from './jobs/model-files.ts';
import { checkLearning } from './rights.ts';
import { modelExports } from './store/exchange.ts';
import { getModel } from './store/models.ts';

/*
 * Models on their way out and in, as the window and the command line both ask for them. What a job would fail of is said at once.
 */

/** The parameters of an export's job. @throws AppError `not_found`, `model_gone`, `export_area`, `export_customer`, and what a right that is missing throws */
export function exportParams(core: Core, modelId: ModelId, agreed: boolean): { modelId: ModelId } {
  const { store, now } = core;
  const model = getModel(store.read, modelId);
  if (model === null) throw new AppError('not_found', { modelId });
  if (!hasFile(core, model)) throw new AppError('model_gone', { model: model.id });
  checkLearning(core);
  checkAreas(store.read);
  const customers = customersOf(store.read, now());
  if (customers.length > 0 && !agreed) throw new AppError('export_customer', { customers: customers.join(', ') });
  return { modelId };
}

/** The parameters of an import's job. @throws what reading the file throws */
export async function importParams(path: string): Promise<{ path: string }> {
  await readArchive(path);
  return { path };
}

/**
 * Copies the model that was exported last to where a person wants it; nothing that is there is written over.
 *
 * @returns the file's length in bytes
 * @throws AppError `bad_input` where the place is taken, `disk_full`, `write_failed`
 */
export async function copyNewestExport({ store, dataDir }: Core, target: string): Promise<number> {
  const [made] = modelExports(store.read, 1);
  if (made === undefined) throw new AppError('not_found', { what: 'model' });
  checkFree(target);
  try {
    await copyFile(join(dataDir, 'exports', made.file), target, constants.COPYFILE_EXCL);
  } catch (cause) {
    throw writeFailure(target, cause);
  }
  return made.bytes;
}

/** @throws AppError `bad_input` where a file is there: known before a long job, not behind it */
export function checkFree(file: string): void {
  if (existsSync(file)) throw new AppError('bad_input', { path: file });
}
