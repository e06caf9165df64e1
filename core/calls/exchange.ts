import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import type { CheckpointId, ModelId } from '../domain/ids.ts';
import { checkAreas, customersOf } from '../jobs/export-card.ts';
import { readArchive } from '../jobs/model-archive.ts';
import { hasFile } from '../jobs/model-files.ts';
import { checkLearning } from '../rights.ts';
import { startForOtherArea } from '../stages.ts';
import { activateCheckpoint } from '../store/checkpoints.ts';
import { modelExports, modelOrigins } from '../store/exchange.ts';
import { getModel } from '../store/models.ts';
import { noteOf, type Implementer } from './base.ts';

/** Models that leave this line, and encoders that came from others. */
export function exchangeCalls(os: Implementer, core: Core) {
  const { store, jobs, now } = core;
  const note = noteOf(core);
  return {
    exchange: {
      list: os.exchange.list.handler(() => ({
        exports: modelExports(store.read),
        origins: modelOrigins(store.read),
        customers: customersOf(store.read, now()),
      })),
      export: os.exchange.export.handler(({ input: { modelId, agreed } }) => {
        const model = getModel(store.read, modelId as ModelId);
        if (model === null) throw new AppError('not_found', { modelId });
        if (!hasFile(core, model)) throw new AppError('model_gone', { model: model.id });
        if (jobs.pending('export_model')) throw new AppError('job_running', { job: 'export_model' });
        // Said at once, not only by the job that would fail of it.
        checkLearning(core);
        checkAreas(store.read);
        const customers = customersOf(store.read, now());
        if (customers.length > 0 && !agreed) throw new AppError('export_customer', { customers: customers.join(', ') });
        return { jobId: jobs.start('export_model', { modelId }) };
      }),
      import: os.exchange.import.handler(async ({ input: { path } }) => {
        if (jobs.pending('import_model')) throw new AppError('job_running', { job: 'import_model' });
        await readArchive(path);
        return { jobId: jobs.start('import_model', { path }) };
      }),
      use: os.exchange.use.handler(({ input: { checkpointId } }) => {
        const origin = modelOrigins(store.read).find((one) => one.checkpointId === checkpointId);
        if (origin === undefined) throw new AppError('not_found', { checkpointId });
        if (jobs.pending('pretrain')) throw new AppError('job_running', { job: 'pretrain' });
        store.write.transaction(() => {
          note('models.import', { name: origin.name, from: origin.card.who });
          activateCheckpoint(store.write, checkpointId as CheckpointId);
        });
        startForOtherArea(core);
        core.changed();
        return {};
      }),
    },
  };
}
