import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { listModels, type ModelRow } from '#core/store/models.ts';
import { modelUses } from '#core/store/model-use.ts';
import { fullPath, type JobTools } from './job.ts';

/** Models that were in use can be taken again; so many of their files are kept. */
const FORMER_KEPT = 10;

/** Whether a model's file is still there, so that it can judge. */
export function hasFile(tools: Pick<JobTools, 'dataDir'>, model: ModelRow): boolean {
  return existsSync(fullPath(tools, model.file));
}

/**
 * Removes the files of models that cannot be asked for any more: the model in use, the newest one (a candidate) and the ten that
 * were in use last keep theirs. Rows, scores and verdicts of all stay.
 */
export async function removeOldModels(tools: Pick<JobTools, 'store' | 'dataDir'>): Promise<void> {
  const models = listModels(tools.store.read);
  const used = modelUses(tools.store.read).flatMap(({ how, modelId }) => (how === 'set_aside' ? [] : [modelId]));
  const kept = new Set([models[0]?.id, ...[...new Set(used)].slice(0, FORMER_KEPT + 1)]);
  for (const model of models)
    if (!kept.has(model.id) && !model.active && hasFile(tools, model))
      await rm(dirname(fullPath(tools, model.file)), { recursive: true, force: true });
}
