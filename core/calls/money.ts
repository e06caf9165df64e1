import type { Core } from '../core.ts';
import type { Exports } from '../exports.ts';
import { sampleForAudit } from '../review/audit-sampling.ts';
import { addAudit } from '../store/audit.ts';
import { imageViews } from '../store/image-views.ts';
import { activeModel } from '../store/models.ts';
import { scoreColumns } from '../store/scores.ts';
import { kindsSeen } from '../store/kinds-seen.ts';
import { activeThreshold, applyThreshold, marksInForce, thresholdHistory, verdictFlips } from '../store/thresholds.ts';
import type { Implementer } from './base.ts';
import { checkMarksFor, modelOfMarks, noteFor } from './marks.ts';

/** The threshold and the report. */
export function moneyCalls(os: Implementer, core: Core, exports: Exports) {
  const { store, person, now } = core;
  return {
    threshold: {
      data: os.threshold.data.handler(() => {
        const model = activeModel(store.read);
        const columns =
          model === null
            ? { modelId: null, ids: [], scores: [], labels: [], sources: [], cameras: [], kinds: [] }
            : scoreColumns(store.read, model.id);
        return {
          columns,
          active: activeThreshold(store.read),
          inForce: marksInForce(store.read),
          history: thresholdHistory(store.read),
          kinds: model === null ? [] : kindsSeen(store.read, model.id),
        };
      }),
      apply: os.threshold.apply.handler(({ input }) => {
        const model = modelOfMarks(core, input.modelId);
        checkMarksFor(core, model, input.for);
        const { review, reject, reason } = input;
        const who = person();
        const applied = store.write.transaction(() => {
          const params = { review, reject, reason, ...noteFor(input.for) };
          addAudit(store.write, { who, what: 'threshold.apply', params, atMs: now() });
          const of = { ...input.for, modelId: model.id };
          return applyThreshold(store.write, { review, reject, reason, ...of, who, atMs: now() });
        });
        sampleForAudit(store.write, core.random, now());
        core.changed();
        return applied;
      }),
      flips: os.threshold.flips.handler(({ input }) => {
        const { total, rows } = verdictFlips(store.read, input, input.limit, input.for);
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
          who: person(),
          what: 'report.export',
          params: { files: written.files.filter(({ error }) => error === null).length },
          atMs: now(),
        });
        return written;
      }),
    },
  };
}
