import type { LabelEfficiencyRow } from '#core/contract/engine.ts';
import type { Evaluation, ScoreColumns } from '#core/contract/views.ts';
import { exactInterval, rateOf } from '#core/domain/interval.ts';
import { labelSaving, type LabelSaving } from '#core/domain/label-saving.ts';
import { cutPoints } from '#core/domain/curves.ts';
import { medianInterval } from '#core/domain/median-interval.ts';
import { defaultShifts, shiftAt, shiftInstance } from '#core/domain/shifts.ts';
import { ThresholdTable } from '#core/domain/threshold.ts';
import {
  auroc,
  averagePrecision,
  balancedAccuracy,
  calibrationErrorByChance,
  expectedCalibrationError,
} from '#core/domain/metrics.ts';
import { listLines } from '#core/store/cameras.ts';
import { activeCheckpoint, newestEvaluation, type CheckpointRow } from '#core/store/checkpoints.ts';
import { classNames } from '#core/store/class-changes.ts';
import { stateCounts } from '#core/store/counts.ts';
import { currencyChanges, pilotCurrency } from '#core/store/currencies.ts';
import { unseenLabels } from '#core/store/group-checks.ts';
import { correctionEffort, corrections, interruptions, judgingSeconds, reviewMinutes } from '#core/store/effort.ts';
import { driftedCameras } from '#core/contract/drift.ts';
import { standingDrift } from '#core/store/drift.ts';
import { openUntrusted } from '#core/store/golden.ts';
import type { Reader } from '#core/store/handle.ts';
import { getJob } from '#core/store/jobs.ts';
import { labelEffort } from '#core/store/labels.ts';
import { activeModel, type ModelRow } from '#core/store/models.ts';
import { shiftCalendar } from '#core/store/naming.ts';
import { currentPilot, inputChanges } from '#core/store/pilots.ts';
import { robustnessOf } from '#core/store/robustness.ts';
import { scoreColumns, scoreExport } from '#core/store/scores.ts';
import { forAll } from '#core/domain/marks-for.ts';
import { activeThreshold, marksInForce, withEntry } from '#core/store/thresholds.ts';
import * as v from 'valibot';
import { thresholdAims } from './aims.ts';
import { auditEstimate, gatherInputs, type PilotInputs } from './inputs.ts';
import { countedAs, forChoosing, forMeasuring } from './judged.ts';
import { pilotPlan, reportBaseline, reportPlan } from './pilot-plan.ts';
import { provenance } from './provenance.ts';
import { figuresOfEach, judgedFor, lineFor, ratesTogether } from './marks-each.ts';
import type {
  ReportClassifier,
  ReportData,
  ReportEffort,
  ReportExample,
  ReportPretraining,
  ReportScore,
  ReportThreshold,
} from './report-data.ts';
import { changedInputs } from './said-inputs.ts';
import { curvePoints, lineFactsOf, roiSection, thresholdSection } from './sections.ts';

/** What the store does not know. */
export interface ReportFacts {
  readonly appVersion: string;
  readonly backend: string;
  readonly person: string;
  readonly createdAtMs: number;
  /**
   * For files: pictures to show, rendered by the caller since a report must not wait for decoding, and a row for each picture. null:
   * for the screen, which wants neither.
   */
  readonly paper: { readonly examples: readonly ReportExample[] } | null;
}

const PretrainCost = v.object({ views: v.number(), seconds: v.number(), epochs: v.number() });

function pretraining(db: Reader, checkpoint: CheckpointRow | null): ReportPretraining | null {
  if (checkpoint === null) return null;
  const cost = v.safeParse(PretrainCost, getJob(db, checkpoint.jobId)?.result);
  return cost.success ? { images: checkpoint.images, ...cost.output } : null;
}

/** The cut that weighs both kinds alike (Youden's index), chosen on the scores that marks may be chosen on. */
function balancedCut(columns: ScoreColumns): number {
  const best = cutPoints(new ThresholdTable(forChoosing(columns))).reduce(
    (best, point) =>
      point.recall - point.falsePositiveRate > best.gain
        ? { mark: point.mark, gain: point.recall - point.falsePositiveRate }
        : best,
    { mark: 0.5, gain: -Infinity },
  );
  return best.mark;
}

function calibrationOf(confidences: readonly number[], right: readonly boolean[]): ReportClassifier['calibration'] {
  const error = expectedCalibrationError(confidences, right);
  const byChance = calibrationErrorByChance(confidences);
  return error === null || byChance === null ? null : { error, byChance };
}

/** Figures of a model that tells kinds of defects apart, where no picture is good. */
function sorterFigures(db: Reader, model: ModelRow): ReportClassifier | null {
  // Labels are told by the names of today, so what was predicted is, too.
  const today = classNames(db);
  const classes = model.classIds.map((id) => today.get(id) ?? '');
  const rows = scoreExport(db, model.id).filter((row) => row.label !== null);
  const test = rows.filter((row) => row.split === 'test');
  const judged = test.length > 0 ? test : rows.filter((row) => row.source === 'held_out');
  if (judged.length === 0) return null;
  const truth = judged.map((row) => row.label ?? '');
  const predicted = judged.map(({ classProbabilities: p }) => classes[p.indexOf(Math.max(...p))] ?? '');
  return {
    measuredOn: test.length > 0 ? 'test' : 'folds',
    good: 0,
    defects: judged.length,
    auroc: null,
    averagePrecision: null,
    balancedAccuracy: balancedAccuracy(truth, predicted),
    balancedRange: null,
    calibration: calibrationOf(
      judged.map(({ classProbabilities: p }) => Math.max(...p)),
      truth.map((label, at) => label === predicted[at]),
    ),
    accuracy: rateOf(truth.filter((label, at) => label === predicted[at]).length, judged.length),
  };
}

type Counted = readonly [right: number, of: number];

function balancedRange(...kinds: readonly [Counted, Counted]): ReportClassifier['balancedRange'] {
  const ends = kinds.map(([right, of]) => exactInterval(right, of, 0.975));
  const mean = (of: (end: { lower: number; upper: number }) => number) =>
    ends.reduce((sum, end) => sum + of(end), 0) / 2;
  return { low: mean((end) => end.lower), high: mean((end) => end.upper) };
}

/** How the active model judges what it may be measured on. */
function classifierFigures(db: Reader, model: ModelRow, columns: ScoreColumns): ReportClassifier | null {
  const { measuredOn, pictures } = forMeasuring(columns);
  const judged = Array.from(pictures.labels).flatMap((label, at) =>
    label === -1 ? [] : [{ score: pictures.scores[at] ?? 0, defect: label === 1 }],
  );
  const defects = judged.filter(({ defect }) => defect);
  const good = judged.filter(({ defect }) => !defect);
  if (good.length === 0) return sorterFigures(db, model);
  const cut = balancedCut(columns);
  const scores = judged.map(({ score }) => score);
  const truth = judged.map(({ defect }) => defect);
  const caught = defects.filter(({ score }) => score >= cut).length;
  const passed = good.filter(({ score }) => score < cut).length;
  const both = defects.length > 0;
  return {
    measuredOn,
    good: good.length,
    defects: defects.length,
    auroc: auroc(scores, truth),
    averagePrecision: both ? averagePrecision(scores, truth) : null,
    balancedAccuracy: both ? (caught / defects.length + passed / good.length) / 2 : null,
    balancedRange: both ? balancedRange([caught, defects.length], [passed, good.length]) : null,
    calibration: both && model.card.mode !== 'good_only' ? calibrationOf(scores, truth) : null,
    accuracy: rateOf(caught + passed, judged.length),
  };
}

function thresholdPart(db: Reader, columns: ScoreColumns, inputs: PilotInputs): ReportThreshold | null {
  const active = activeThreshold(db);
  if (active === null) return null;
  const { review, reject, reason, who, createdAtMs } = active;
  const applied = { marks: { review, reject }, reason, who, appliedAtMs: createdAtMs };
  const facts = lineFactsOf(inputs.inputs, true);
  const inForce = marksInForce(db);
  const common = judgedFor(columns, inForce, forAll);
  return thresholdSection(
    forMeasuring(columns, common).pictures,
    forChoosing(columns, common),
    applied,
    facts,
    thresholdAims(db),
    inForce.length === 1
      ? undefined
      : {
          each: figuresOfEach(columns, inForce, facts),
          commonLine: lineFor(columns, inForce, forAll, facts),
          ratesOf: (marks, by) => ratesTogether(columns, withEntry(inForce, forAll, marks), by),
        },
  );
}

function saving(db: Reader, rows: readonly LabelEfficiencyRow[], labels: number): LabelSaving | null {
  const curve = curvePoints(rows);
  const { medianDurationMs, actions } = labelEffort(db, 'teach');
  const last = Math.max(...curve.map((point) => point.labels));
  // Without a clock on a label no hours are claimed.
  if (medianDurationMs === null || curve.length === 0) return null;
  return labelSaving(curve, Math.min(labels, last), { seconds: medianDurationMs / 1000, timed: actions });
}

/** Shifts, by the calendar of the first line, in which anybody looked at what the machine flagged. */
function reviewShifts(db: Reader, minutes: readonly { readonly atMs: number }[]): number {
  const line = listLines(db)[0];
  const shifts = line === undefined ? defaultShifts : shiftCalendar(db, line.id);
  return new Set(minutes.map(({ atMs }) => shiftInstance(shifts, shiftAt(shifts, atMs), atMs).startMs)).size;
}

function effort(db: Reader, startedAtMs: number): ReportEffort {
  const correcting = correctionEffort(db);
  const { made, learnt } = corrections(db);
  const labelling = labelEffort(db, 'teach');
  const range = medianInterval(correcting.durationsMs);
  const looking = reviewMinutes(db);
  return {
    labellingSeconds: judgingSeconds(db),
    secondsPerLabel: labelling.medianDurationMs === null ? null : labelling.medianDurationMs / 1000,
    timedLabels: labelling.actions,
    medianCorrectionSeconds: correcting.medianDurationMs === null ? null : correcting.medianDurationMs / 1000,
    medianCorrectionKeystrokes: correcting.medianKeystrokes,
    medianCorrectionClicks: correcting.medianClicks,
    measuredCorrections: correcting.actions,
    correctionRange: range && { low: range.low / 1000, high: range.high / 1000 },
    corrections: made,
    correctionsLearnt: learnt,
    reviewSeconds: looking.reduce((sum, { ms }) => sum + ms, 0) / 1000,
    reviewShifts: reviewShifts(db, looking),
    interruptions: interruptions(db, startedAtMs),
  };
}

function scoreRows(db: Reader, model: ModelRow, columns: ScoreColumns): ReportScore[] {
  const counted = countedAs(columns);
  return scoreExport(db, model.id).map((row) => ({
    path: row.path ?? row.fileName,
    imageId: row.imageId,
    split: row.split ?? '',
    label: row.label ?? '',
    score: row.score,
    defectProbability: row.defectProbability,
    anomaly: row.anomaly,
    verdict: row.verdict,
    counted: counted.get(row.imageId) ?? null,
    lot: row.lot ?? '',
    serial: row.serial ?? '',
    shift: row.shift ?? '',
    takenAtMs: row.takenAtMs,
  }));
}

/** Everything a report says, read from the store in one go; see {@link ReportData}. */
export function buildReport(db: Reader, facts: ReportFacts): ReportData {
  const counts = stateCounts(db);
  const origin = provenance(db, facts.createdAtMs);
  const { cameras } = origin;
  const checkpoint = activeCheckpoint(db);
  const model = activeModel(db);
  const evaluation: Evaluation | null = checkpoint === null ? null : newestEvaluation(db, checkpoint.id);
  const inputs = gatherInputs(db);
  const pilot = currentPilot(db);
  const currency = pilot === null ? 'JPY' : pilotCurrency(db, pilot.id);
  const currencies = pilot === null ? [] : currencyChanges(db, pilot.id);
  const plan = reportPlan(db, facts.createdAtMs);
  const columns = model === null ? null : scoreColumns(db, model.id);
  const threshold = columns === null ? null : thresholdPart(db, columns, inputs);
  const sum = (of: (camera: (typeof cameras)[number]) => number) =>
    cameras.reduce((total, camera) => total + of(camera), 0);
  return {
    createdAtMs: facts.createdAtMs,
    pilot: {
      lineName: plan?.lineName ?? listLines(db)[0]?.name ?? '',
      cameras: cameras.map(({ name, images }) => ({ name, images })),
      startedAtMs: pilot?.startedAtMs ?? facts.createdAtMs,
      person: facts.person,
      appVersion: facts.appVersion,
      backend: facts.backend,
    },
    counts: {
      images: counts.images,
      rejected: sum((camera) => camera.rejected),
      duplicates: sum((camera) => camera.duplicates),
      labelled: counts.labelled,
      labelledGood: counts.labelledGood,
      labelledDefect: counts.labelledDefect,
      scored: counts.scored,
      flagged: counts.flagged,
      reviewed: counts.reviewed,
      audited: counts.audited,
    },
    pretraining: pretraining(db, checkpoint),
    representation:
      evaluation === null ? null : { pretrained: evaluation.pretrained, randomInit: evaluation.randomInit },
    labelEfficiency: evaluation?.labelEfficiency ?? [],
    fewShot: evaluation?.fewShot ?? [],
    anomaly: evaluation?.anomaly ?? null,
    anomalyRandomInit: evaluation?.anomalyRandomInit ?? null,
    classifier: model === null || columns === null ? null : classifierFigures(db, model, columns),
    threshold,
    robustness: model === null ? null : robustnessOf(db, model.id),
    audit: auditEstimate(db),
    unseenLabels: unseenLabels(db),
    untrusted: openUntrusted(db)?.pictures ?? 0,
    drifted: driftedCameras(standingDrift(db)).map(({ camera, sinceMs }) => ({ camera, sinceMs })),
    labelSaving: saving(db, evaluation?.labelEfficiency ?? [], counts.labelled),
    roi: threshold === null ? null : roiSection(inputs.inputs),
    currency,
    inputChanges: pilot === null ? [] : changedInputs(inputChanges(db, pilot.id), currencies, currency),
    currencyChanges: currencies,
    effort: effort(db, pilot?.startedAtMs ?? 0),
    criteria: pilotPlan(db),
    plan,
    baseline: reportBaseline(db),
    provenance: origin,
    examples: facts.paper?.examples ?? [],
    scores: facts.paper === null || model === null || columns === null ? [] : scoreRows(db, model, columns),
  };
}
