import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import type { Exports } from '../exports.ts';
import { sampleForAudit } from '../review/audit-sampling.ts';
import { addAudit } from '../store/audit.ts';
import { imageViews } from '../store/image-views.ts';
import { activeModel } from '../store/models.ts';
import { scoreColumns } from '../store/scores.ts';
import { activeThreshold, applyThreshold, thresholdHistory, verdictFlips } from '../store/thresholds.ts';
import type { Implementer } from './base.ts';

/** The threshold and the report. */
export function moneyCalls(os: Implementer, core: Core, exports: Exports) {
  const { store, settings, now } = core;
  return {
    threshold: {
      data: os.threshold.data.handler(() => {
        const model = activeModel(store.read);
        const columns =
          model === null
            ? { modelId: null, ids: [], scores: [], labels: [], sources: [] }
            : scoreColumns(store.read, model.id);
        return { columns, active: activeThreshold(store.read), history: thresholdHistory(store.read) };
      }),
      apply: os.threshold.apply.handler(({ input }) => {
        const model = activeModel(store.read);
        if (model === null) throw new AppError('needs_model');
        const who = settings().person;
        const applied = store.write.transaction(() => {
          addAudit(store.write, { who, what: 'threshold.apply', params: input, atMs: now() });
          return applyThreshold(store.write, { ...input, modelId: model.id, who, atMs: now() });
        });
        sampleForAudit(store.write, core.random, now());
        core.changed();
        return applied;
      }),
      flips: os.threshold.flips.handler(({ input }) => {
        const { total, rows } = verdictFlips(store.read, input, input.limit);
        const views = new Map(
          imageViews(
            store.read,
            rows.map((row) => row.imageId),
          ).map((view) => [view.id, view]),
        );
        const items = rows.flatMap(({ imageId, from, to }) => {
          const image = views.get(imageId);
          return image === undefined ? [] : [{ image, from, to }];
        });
        return { total, items };
      }),
    },
    report: {
      get: os.report.get.handler(() => ({ report: exports.report() })),
      export: os.report.export.handler(async ({ input }) => {
        const written = await exports.write(input.locale);
        addAudit(store.write, {
          who: settings().person,
          what: 'report.export',
          params: { files: written.files.filter(({ error }) => error === null).length },
          atMs: now(),
        });
        return written;
      }),
    },
  };
}
