import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import type { CheckpointId, ModelId } from '../domain/ids.ts';
import { exportParams, importParams } from '../exchange.ts';
import { customersOf } from '../jobs/export-card.ts';
import { startForOtherArea } from '../stages.ts';
import { activateCheckpoint } from '../store/checkpoints.ts';
import { fromOf, modelExports, modelOrigins } from '../store/exchange.ts';
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
        if (jobs.pending('export_model')) throw new AppError('job_running', { job: 'export_model' });
        return { jobId: jobs.start('export_model', exportParams(core, modelId as ModelId, agreed)) };
      }),
      import: os.exchange.import.handler(async ({ input: { path } }) => {
        if (jobs.pending('import_model')) throw new AppError('job_running', { job: 'import_model' });
        return { jobId: jobs.start('import_model', await importParams(path)) };
      }),
      use: os.exchange.use.handler(({ input: { checkpointId } }) => {
        const origin = modelOrigins(store.read).find((one) => one.checkpointId === checkpointId);
        if (origin === undefined) throw new AppError('not_found', { checkpointId });
        if (jobs.pending('pretrain')) throw new AppError('job_running', { job: 'pretrain' });
        store.write.transaction(() => {
          note('models.import', { name: origin.name, from: fromOf(origin.card) });
          activateCheckpoint(store.write, checkpointId as CheckpointId);
        });
        startForOtherArea(core);
        core.changed();
        return {};
      }),
    },
  };
}
