import type { LabelEfficiencyRow } from '#core/contract/engine.ts';
import { randomStartNeeds } from '#core/domain/label-saving.ts';
import type { ManagementPoint } from './management-point.ts';
import type { ReportData } from './report-data.ts';
import { curveMeasure, curvePoints, pretrainingHelp, tellingPoint } from './sections.ts';
import type { Sentence } from './sentence.ts';

/** What the label-efficiency curve says in one sentence, read where fewest labels show it. */
export function labelEfficiencySentence(rows: readonly LabelEfficiencyRow[]): Sentence {
  const help = pretrainingHelp(rows);
  const first = tellingPoint(rows);
  if (help === 'not_measured' || !first) return { key: 'report.labels.not_measured' };
  return {
    key: `report.labels.${help}`,
    params: { labels: first.labels, ours: first.pretrained, random: first.randomInit },
    words: { measure: `report.measure.${curveMeasure(rows)}` },
  };
}

/** How many labels a random start would need for the same, with its range; null where pretraining was not shown to help. */
export function randomStartSentence(rows: readonly LabelEfficiencyRow[]): Sentence | null {
  const needs = pretrainingHelp(rows) === 'helps' ? randomStartNeeds(curvePoints(rows)) : null;
  if (!needs) return null;
  const { labelsUsed, labels, low, high, measured } = needs;
  if (labels === null || low === null)
    return { key: 'report.labels.needs_more', params: { measured, used: labelsUsed } };
  const range = { labels: Math.round(labels), low: Math.round(low), used: labelsUsed };
  return high === null
    ? { key: 'report.labels.needs_open', params: { ...range, measured } }
    : { key: 'report.labels.needs', params: { ...range, high: Math.round(high) } };
}

/** The escape rate to answer for: of the judged pictures, or of the random check of passed parts where that is worse. */
export function escapeNow({ threshold, audit }: ReportData) {
  const escape = threshold?.rates.escape;
  const checked = audit?.escape;
  if (!escape || escape.value === null) return null;
  const worse = checked !== undefined && checked.value !== null && checked.value > escape.value ? checked : escape;
  const fromAudit = worse !== escape;
  const { lower95, upper95 } = worse;
  // The check's range ends where defects in hand are counted in, so its two-sided end is what can be promised from it.
  const atMost95 = fromAudit ? upper95 : escape.atMost95;
  const { numerator, denominator } = escape;
  return { value: worse.value ?? escape.value, lower95, upper95, atMost95, numerator, denominator, fromAudit };
}

/** What the pilot made better, no surer than its counts allow. */
export function improved(report: ReportData): ManagementPoint {
  const { threshold, classifier, roi, labelSaving, audit } = report;
  const labels = labelEfficiencySentence(report.labelEfficiency);
  const saved: Sentence[] =
    labelSaving && labelSaving.savedHours > 0 && pretrainingHelp(report.labelEfficiency) === 'helps'
      ? [
          {
            key: labelSaving.reached ? 'report.labels.saved' : 'report.labels.saved_at_least',
            params: { labels: Math.round(labelSaving.labels), hours: labelSaving.savedHours },
          },
        ]
      : [];
  const rates = threshold?.rates;
  const now = escapeNow(report);
  if (!rates || !now) {
    const told = classifier?.balancedAccuracy;
    return {
      point: 'improved',
      tone: 'open',
      headline:
        told === undefined || told === null
          ? { key: 'report.improved.not_measured' }
          : {
              key: 'report.improved.classifies',
              params: { share: told, pictures: classifier?.accuracy.denominator ?? 0 },
            },
      lines: [labels, ...saved],
    };
  }
  const { escape, overkill } = rates;
  const before = roi?.inputs.escapeBefore;
  const outcome = !before
    ? 'no_baseline'
    : before.kind === 'assumed'
      ? 'assumed'
      : now.upper95 < before.value
        ? 'proven'
        : now.value < before.value
          ? 'counted'
          : 'none';
  const lines: Sentence[] = [
    escape.numerator === 0
      ? { key: 'report.improved.no_miss', params: { defects: escape.denominator, atMost: escape.atMost95 } }
      : {
          key: 'report.improved.escape_range',
          params: { low: escape.lower95, high: escape.upper95, missed: escape.numerator, defects: escape.denominator },
        },
  ];
  if (now.fromAudit && audit)
    lines.push({
      key: 'report.improved.audit',
      params: { after: now.value, low: audit.escape.lower95, high: audit.escape.upper95 },
    });
  if (overkill.value !== null) {
    const params = {
      after: overkill.value,
      low: overkill.lower95,
      high: overkill.upper95,
      stopped: overkill.numerator,
      good: overkill.denominator,
    };
    lines.push(
      roi
        ? {
            key: 'report.improved.overkill',
            params: { ...params, before: roi.inputs.overkillBefore.value },
            words: { kind: `report.kind.${roi.inputs.overkillBefore.kind}` },
          }
        : { key: 'report.improved.overkill_only', params },
    );
  }
  return {
    point: 'improved',
    tone: outcome === 'proven' ? 'good' : outcome === 'none' ? 'bad' : 'open',
    headline: {
      key: `report.improved.escape_${outcome}`,
      params: { before: before?.value ?? 0, after: now.value },
      ...(before ? { words: { kind: `report.kind.${before.kind}` as const } } : {}),
    },
    lines: [...lines, labels, ...saved],
  };
}
