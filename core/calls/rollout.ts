import { AppError, type ErrorData } from '../contract/errors.ts';
import { lineSections, type LineSection } from '../contract/line-file.ts';
import type { RolloutContents, TransferView } from '../contract/rollout.ts';
import type { Core } from '../core.ts';
import { customersOf } from '../jobs/export-card.ts';
import { copyLine, encoderRefused, samplesThatMayLeave } from '../line-copy.ts';
import { lineName, toldOf } from '../line-told.ts';
import { previewLine, takeLine } from '../line-take.ts';
import { checkLearning } from '../rights.ts';
import { fromOf, modelOrigins } from '../store/exchange.ts';
import { linesTaken, removeBorrowed } from '../store/line-copies.ts';
import { newestTransferJob, transferOf } from '../store/measured-arms.ts';
import { noteOf, type Implementer } from './base.ts';

const errorOf = (error: ErrorData | null) => error && { code: error.code, params: { ...error.params } };

function contentsOf(core: Core): RolloutContents {
  const { store, now } = core;
  const told = toldOf(core);
  const { may, kept } = samplesThatMayLeave(core);
  const counts: Readonly<Record<LineSection, number | null>> = {
    ...{ classes: told.classes.length, samples: may.length, cameras: told.cameras.length },
    ...{ shifts: told.shifts.shifts.length, costs: Object.keys(told.costs.inputs).length },
    ...{ aims: null, work: null, keys: null, encoder: null },
  };
  return {
    line: lineName(core),
    sections: lineSections.map((section) => ({
      ...{ section, n: counts[section] },
      error: section === 'encoder' ? errorOf(encoderRefused(core)) : null,
    })),
    customers: customersOf(store.read, now()),
    samplesKept: kept,
    taken: linesTaken(store.read).map(({ sha256: _, sections, ...row }) => ({ ...row, sections: [...sections] })),
  };
}

function transfersOf({ store }: Core): TransferView[] {
  return modelOrigins(store.read).map(({ checkpointId, name, card }) => {
    const found = transferOf(store.read, checkpointId);
    return {
      ...{ checkpointId, from: fromOf(card) || name, jobId: newestTransferJob(store.read, checkpointId) },
      result: found && {
        ...found,
        rows: found.rows.map(({ arms, says, ...row }) => ({ ...row, arms: [...arms], says: [...says] })),
      },
    };
  });
}

/** From line to line: a copy of this one, another one's file, and whether its encoder pays here. */
export function rolloutCalls(os: Implementer, core: Core, version: string) {
  const { store, jobs, person, now } = core;
  const note = noteOf(core);
  return {
    rollout: {
      contents: os.rollout.contents.handler(() => contentsOf(core)),
      write: os.rollout.write.handler(async ({ input }) => ({ file: await copyLine(core, input, { version }) })),
      preview: os.rollout.preview.handler(({ input }) => previewLine(core, input)),
      take: os.rollout.take.handler(({ input }) => takeLine(core, input)),
      transfers: os.rollout.transfers.handler(() => ({ transfers: transfersOf(core) })),
      measure: os.rollout.measure.handler(({ input: { checkpointId } }) => {
        if (!modelOrigins(store.read).some((one) => one.checkpointId === checkpointId))
          throw new AppError('not_found', { checkpointId });
        if (jobs.pending('evaluate')) throw new AppError('job_running', { job: 'evaluate' });
        checkLearning(core);
        return { jobId: jobs.start('evaluate', { transferOf: checkpointId }) };
      }),
      removeSample: os.rollout.removeSample.handler(({ input: { sampleId, reason } }) => {
        store.write.transaction(() => {
          removeBorrowed(store.write, sampleId, reason, { who: person(), atMs: now() });
          note('rollout.removeSample', { sampleId, reason });
        });
        core.changed();
        return {};
      }),
    },
  };
}
