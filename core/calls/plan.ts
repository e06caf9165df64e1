import * as v from 'valibot';
import { AppError } from '../contract/errors.ts';
import { BaselineDraft, type PlanView } from '../contract/plan.ts';
import type { Core } from '../core.ts';
import { type BaselineCount, type BaselineKind, isPossibleCount } from '../domain/baseline.ts';
import type { LineId } from '../domain/ids.ts';
import { completePlan, criterionNames, type PlanFields } from '../domain/pilot-plan.ts';
import { lineDay, planDraft } from '../report/pilot-plan.ts';
import { addBaselineCount, baselineEntries, withdrawBaselineCount } from '../store/baseline.ts';
import { listLines } from '../store/cameras.ts';
import { frozenView } from '../store/frozen.ts';
import { addPlanVersion, judgedSince, keepPilotDraft, pilotDraft, planVersions } from '../store/pilot-plan.ts';
import { noteOf, type Implementer } from './base.ts';

/** The pilot's plan and the baseline before it. */
export function planCalls(os: Implementer, core: Core) {
  const { store, person, now } = core;
  const note = noteOf(core);
  const by = () => ({ who: person(), atMs: now() });

  const baselineDraft = (): BaselineDraft => {
    const parsed = v.safeParse(BaselineDraft, pilotDraft(store.read, core.pilot().id, 'baseline') ?? {});
    return parsed.success ? parsed.output : {};
  };

  const view = (): PlanView => {
    const pilotId = core.pilot().id;
    const versions = planVersions(store.read, pilotId);
    const draft = planDraft(store.read);
    const current = versions.at(-1);
    const lineId = current?.lineId ?? draft?.lineId ?? listLines(store.read)[0]?.id;
    const today = lineDay(store.read, lineId as LineId | undefined, now());
    // Midnight by this computer's clock: near enough for a rate per day.
    const sinceMs = current === undefined ? NaN : new Date(`${current.fromDay}T00:00:00`).getTime();
    return {
      draft,
      versions,
      today,
      lines: listLines(store.read).map(({ id, name }) => ({ id, name })),
      baseline: { entries: baselineEntries(store.read, pilotId), draft: baselineDraft() },
      frozen: frozenView(store.read),
      judgedSinceStart:
        current === undefined || today < current.fromDay
          ? null
          : judgedSince(store.read, current.lineId as LineId, sinceMs),
    };
  };

  const knownLine = ({ lineId }: PlanFields): void => {
    if (lineId !== null && !listLines(store.read).some(({ id }) => id === lineId))
      throw new AppError('not_found', { lineId });
  };

  return {
    plan: {
      get: os.plan.get.handler(view),
      keep: os.plan.keep.handler(({ input }) => {
        const { draft } = input;
        if (draft !== null) knownLine(draft);
        keepPilotDraft(store.write, core.pilot().id, 'plan', draft);
        core.changed();
        return {};
      }),
      agree: os.plan.agree.handler(({ input }) => {
        const { reason } = input;
        knownLine(input.plan);
        const plan = completePlan(input.plan);
        if (plan === null) throw new AppError('plan_incomplete');
        const pilotId = core.pilot().id;
        const versionId = store.write.transaction(() => {
          const last = planVersions(store.read, pilotId).at(-1);
          if (last !== undefined && reason === '') throw new AppError('plan_needs_reason');
          const same =
            last !== undefined &&
            (['goal', 'lineId', 'fromDay', 'toDay'] as const).every((name) => last[name] === plan[name]) &&
            criterionNames.every((name) => last.criteria[name] === plan.criteria[name]);
          if (same) throw new AppError('plan_unchanged');
          const agreedDay = lineDay(store.read, plan.lineId as LineId, now());
          const id = addPlanVersion(store.write, pilotId, plan, { reason, agreedDay, ...by() });
          keepPilotDraft(store.write, pilotId, 'plan', null);
          const { maxEscape, maxOverkill, maxPaybackMonths, minHoursSavedPerMonth, minJudgedParts } = plan.criteria;
          note('plan.agree', {
            ...{ version: id, reason, agreedBy: plan.agreedBy, from: plan.fromDay, to: plan.toDay },
            ...{ maxEscape, maxOverkill, maxPaybackMonths, minJudgedParts },
            minHoursSavedPerMonth: minHoursSavedPerMonth ?? 0,
          });
          return id;
        });
        core.changed();
        return { versionId };
      }),
      keepBaseline: os.plan.keepBaseline.handler(({ input }) => {
        keepPilotDraft(store.write, core.pilot().id, 'baseline', input.draft);
        return {};
      }),
      count: os.plan.count.handler(({ input }) => {
        const counted: { readonly kind: BaselineKind } & BaselineCount = input;
        if (!isPossibleCount(counted.kind, counted)) throw new AppError('baseline_impossible');
        const pilotId = core.pilot().id;
        const { who, atMs } = by();
        const countId = store.write.transaction(() => {
          const id = addBaselineCount(store.write, pilotId, counted, { who, atMs });
          const { [counted.kind]: _done, ...left } = baselineDraft();
          keepPilotDraft(store.write, pilotId, 'baseline', left);
          note('plan.count', { count: id, kind: counted.kind, parts: counted.parts, events: counted.events });
          return id;
        });
        core.changed();
        return { countId, savedAtMs: atMs };
      }),
      withdraw: os.plan.withdraw.handler(({ input }) => {
        const { countId } = input;
        store.write.transaction(() => {
          const entry = baselineEntries(store.read, core.pilot().id).find(({ id }) => id === countId);
          if (entry === undefined || entry.withdrawn !== null) throw new AppError('not_found', { countId });
          withdrawBaselineCount(store.write, countId, by());
          note('plan.withdraw', { count: countId, kind: entry.kind });
        });
        core.changed();
        return {};
      }),
    },
  };
}
