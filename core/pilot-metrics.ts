import type { DetectionMetrics, DisturbedMetrics, FewLabelMetrics, MoneyMetrics, PilotMetrics } from './app-types.ts';
import type { LabelEfficiencyRow } from './contract/engine.ts';
import type { ConditionFigures, RobustnessFigures } from './domain/robustness.ts';
import type { RoiResult } from './domain/roi.ts';
import type { ReportData } from './report/report-data.ts';
import { activeCheckpoint } from './store/checkpoints.ts';
import type { Reader } from './store/handle.ts';
import { getJob } from './store/jobs.ts';
import { PretrainResult } from './jobs/pretrain.ts';
import * as v from 'valibot';

function fewLabels({ mean }: LabelEfficiencyRow['pretrained']): FewLabelMetrics {
  return { auroc: mean.auroc, average_precision: mean.averagePrecision, balanced_accuracy: mean.balancedAccuracy };
}

function detection(found: ReportData['anomaly']): DetectionMetrics {
  return { auroc: found?.auroc ?? null, average_precision: found?.averagePrecision ?? null };
}

function money({ hoursSavedPerMonth, cash }: RoiResult): MoneyMetrics {
  return {
    hours_saved_per_month: hoursSavedPerMonth,
    net_yen_per_month: cash.netYenPerMonth,
    payback_months: cash.paybackMonths,
    npv_yen: cash.npvYen,
  };
}

function pretrainCost(db: Reader): PilotMetrics['pretrain'] {
  const checkpoint = activeCheckpoint(db);
  const cost = v.safeParse(PretrainResult, checkpoint === null ? null : getJob(db, checkpoint.jobId)?.result);
  const { views, seconds, viewsPerSecond, epochs } = cost.success
    ? cost.output
    : { views: 0, seconds: 0, viewsPerSecond: 0, epochs: 0 };
  return { views, seconds, views_per_s: viewsPerSecond, epochs };
}

function disturbedMetrics(figures: ConditionFigures): DisturbedMetrics {
  const { missed, stopped, keptOut, auroc, balancedAccuracy } = figures;
  return {
    ...{ escape_rate: missed.value, overkill_rate: stopped.value, kept_out: keptOut.value },
    ...{ auroc: auroc?.value ?? null, balanced_accuracy: balancedAccuracy },
  };
}

/** What a model bears, as metrics.json and the command line say it. */
export function robustnessMetrics(measured: RobustnessFigures | null): PilotMetrics['robustness'] {
  if (measured === null) return null;
  const { basis, clean, grades, kinds } = measured;
  return {
    ...{ measured_on: basis, defects: clean.missed.denominator, good: clean.stopped.denominator },
    clean: disturbedMetrics(clean),
    disturbed: grades.map(({ kind, amount, ...figures }) => ({ kind, amount, ...disturbedMetrics(figures) })),
    untaught: kinds.map(({ name, found }) => ({ class: name, found: found.numerator, of: found.denominator })),
  };
}

/** metrics.json of design.md §7 from the same report object that the other files show; null = not measured. */
export function pilotMetrics(db: Reader, report: ReportData, seconds: number): PilotMetrics {
  const representation = report.representation?.pretrained ?? null;
  const { classifier, threshold, roi } = report;
  const rates = threshold?.rates ?? null;
  const known = (rate: { denominator: number; atMost95: number } | undefined): number | null =>
    rate === undefined || rate.denominator === 0 ? null : rate.atMost95;
  return {
    images: report.counts.images,
    rejected: report.counts.rejected,
    backend: report.pilot.backend,
    pretrain: pretrainCost(db),
    representation: {
      knn_accuracy: representation?.knnAccuracy ?? null,
      linear_accuracy: representation?.linearAccuracy ?? null,
      linear_balanced_accuracy: representation?.linearBalancedAccuracy ?? null,
      nmi: representation?.nmi ?? null,
      ari: representation?.ari ?? null,
    },
    label_efficiency: report.labelEfficiency.map(({ k, labels, draws, pretrained, randomInit }) => ({
      k,
      labels,
      draws,
      pretrained: fewLabels(pretrained),
      random_init: fewLabels(randomInit),
    })),
    few_shot: report.fewShot.map(({ shots, kinds, pretrained, randomInit }) => ({
      shots,
      kinds,
      pretrained: { average_precision: pretrained },
      random_init: { average_precision: randomInit },
    })),
    anomaly: { ...detection(report.anomaly), random_init: detection(report.anomalyRandomInit) },
    classifier: {
      auroc: classifier?.auroc ?? null,
      average_precision: classifier?.averagePrecision ?? null,
      balanced_accuracy: classifier?.balancedAccuracy ?? null,
      calibration_error: classifier?.calibration?.error ?? null,
      calibration_error_by_chance: classifier?.calibration?.byChance ?? null,
      escape_rate: rates?.escape.value ?? null,
      overkill_rate: rates?.overkill.value ?? null,
    },
    threshold: {
      review: threshold?.marks.review ?? null,
      reject: threshold?.marks.reject ?? null,
      escape_upper95: known(rates?.escape),
      overkill_upper95: known(rates?.overkill),
      each: (threshold?.each ?? []).map(({ marks, pictures, rates: own }) => ({
        camera: marks.camera,
        class: marks.kind,
        review: marks.review,
        reject: marks.reject,
        pictures,
        escape_rate: own.escape.value,
        overkill_rate: own.overkill.value,
      })),
    },
    robustness: robustnessMetrics(report.robustness),
    money: roi && {
      conservative: money(roi.scenarios.conservative),
      expected: money(roi.scenarios.expected),
      upside: money(roi.scenarios.upside),
    },
    rights: report.provenance.rights.map(({ name, state, owner }) => ({ data_set: name, state, owner })),
    seconds,
  };
}
