import type { Core } from './core.ts';
import { baselineFigureNames, isFigure } from './domain/baseline.ts';
import type { PilotFacts } from './domain/pilot-facts.ts';
import { daysBetween, pilotProgress } from './domain/pilot-plan.ts';
import { missingInputs } from './domain/roi-missing.ts';
import type { LineId } from './domain/ids.ts';
import type { Golden } from './golden-check.ts';
import { thresholdAims } from './report/aims.ts';
import { gatherInputs } from './report/inputs.ts';
import { forChoosing, goodScores } from './report/judged.ts';
import { judgedFor, ratesTogether } from './report/marks-each.ts';
import { forAll } from './domain/marks-for.ts';
import { lineDay, pilotPlan, reportBaseline } from './report/pilot-plan.ts';
import { auditStates } from './calls/audit.ts';
import { listCameras } from './store/cameras.ts';
import { activeCheckpoint } from './store/checkpoints.ts';
import { stateCounts } from './store/counts.ts';
import { activeModel } from './store/models.ts';
import { planVersions } from './store/pilot-plan.ts';
import { scoreColumns } from './store/scores.ts';
import { exportedSince, signatures } from './store/signatures.ts';
import { activeThreshold, marksInForce } from './store/thresholds.ts';

function planFacts({ store, now, pilot }: Core): PilotFacts['plan'] {
  const plan = planVersions(store.read, pilot().id).at(-1);
  if (plan === undefined) return null;
  const today = lineDay(store.read, plan.lineId as LineId, now());
  const { state, left } = pilotProgress(plan.fromDay, plan.toDay, today);
  return { state, days: state === 'before' ? (daysBetween(today, plan.fromDay) ?? left) : left };
}

/** What may measure: as much work as there are labels. */
function evidence({ store }: Core): Pick<PilotFacts, 'escape' | 'goodJudged'> {
  const model = activeModel(store.read);
  const inForce = marksInForce(store.read);
  if (model === null || inForce.length === 0) return { escape: { judged: 0, missed: 0 }, goodJudged: 0 };
  const columns = scoreColumns(store.read, model.id, true);
  const { escape } = ratesTogether(columns, inForce);
  return {
    escape: { judged: escape.denominator, missed: escape.numerator },
    goodJudged: goodScores(forChoosing(columns, judgedFor(columns, inForce, forAll))).length,
  };
}

/** What the guided pilot is read off, as the screens count it. */
export function pilotFacts(core: Core, golden: Golden): PilotFacts {
  const { store, jobs, pilot } = core;
  const counts = stateCounts(store.read);
  const audits = auditStates(core);
  const agreed = planVersions(store.read, pilot().id).length > 0;
  const { figures } = reportBaseline(store.read);
  const model = activeModel(store.read);
  return {
    cameras: listCameras(store.read).length,
    pictures: counts.images,
    pretrained: activeCheckpoint(store.read) !== null,
    pretraining: jobs.pending('pretrain'),
    plan: planFacts(core),
    baselineMissing: baselineFigureNames.filter((name) => !isFigure(figures[name])).length,
    labelledGood: counts.labelledGood,
    labelledDefect: counts.labelledDefect,
    taught: model !== null,
    teaching: jobs.pending('teach'),
    marks: activeThreshold(store.read) !== null,
    golden: golden.state().state,
    toReview: counts.toReview,
    reviewed: counts.reviewed,
    audit: {
      waiting: counts.toAudit,
      overdue: audits.reduce((sum, { overdue }) => sum + overdue, 0),
      answered: counts.audited,
    },
    moneyMissing: missingInputs(gatherInputs(store.read).inputs).length,
    ...evidence(core),
    maxEscape: pilotPlan(store.read).maxEscape,
    maxOverkill: thresholdAims(store.read).maxOverkill,
    judged: agreed ? { have: counts.scored, need: pilotPlan(store.read).minJudgedParts } : null,
    report: {
      exported: exportedSince(store.read, pilot().startedAtMs),
      signed: signatures(store.read, pilot().id).length > 0,
    },
  };
}
