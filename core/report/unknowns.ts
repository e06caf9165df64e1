import { defectsNeeded } from '#core/domain/interval.ts';
import { missingInputs } from '#core/domain/roi-missing.ts';
import type { ReportData } from './report-data.ts';
import type { Sentence } from './sentence.ts';
import { pretrainingHelp } from './sections.ts';

/** Something the app does not know yet: what that risks, and the step that would answer it. */
export interface Unknown {
  readonly risk: Sentence;
  readonly next: Sentence;
}

/** What is not known, the gravest first. Never empty: nobody knows how tomorrow's light will be. */
export function unknowns(report: ReportData): Unknown[] {
  const { threshold, audit, classifier, roi, criteria } = report;
  const found: Unknown[] = [];
  const escape = threshold?.rates.escape;
  const maxEscape = criteria.maxEscape;
  if (report.untrusted > 0)
    found.push({
      risk: { key: 'report.unknown.untrusted', params: { untrusted: report.untrusted } },
      next: { key: 'report.next.untrusted' },
    });
  if (report.drifted.length > 0)
    found.push({
      risk: {
        key: 'report.unknown.drifted',
        params: {
          cameras: report.drifted.map(({ camera }) => camera).join(' · '),
          since: Math.min(...report.drifted.map(({ sinceMs }) => sinceMs)),
        },
      },
      next: { key: 'report.next.drifted' },
    });
  if (report.plan !== null && report.plan.loosened.length > 0)
    found.push({ risk: { key: 'report.unknown.loosened' }, next: { key: 'report.next.loosened' } });
  if (!escape || escape.denominator === 0)
    found.push({
      risk: { key: 'report.unknown.no_defect' },
      next: { key: 'report.next.defects', params: { needed: defectsNeeded(maxEscape), maxEscape } },
    });
  else if (escape.atMost95 > maxEscape) {
    const needed = Math.max(1, defectsNeeded(maxEscape, escape.numerator) - escape.denominator);
    // Where the counted rate itself is over the limit, more counting is no remedy.
    const better = (escape.value ?? 0) > maxEscape;
    found.push({
      risk: { key: 'report.unknown.escape', params: { atMost: escape.atMost95, maxEscape } },
      next: better
        ? { key: 'report.next.lower_escape', params: { maxEscape } }
        : { key: 'report.next.defects', params: { needed, maxEscape } },
    });
  }
  const overkill = threshold?.rates.overkill.value;
  if (overkill !== undefined && overkill !== null && overkill > criteria.maxOverkill)
    found.push({
      risk: { key: 'report.unknown.overkill', params: { overkill, maxOverkill: criteria.maxOverkill } },
      next: { key: 'report.next.lower_overkill' },
    });
  if (audit === null || audit.basis === 'none')
    found.push({ risk: { key: 'report.unknown.audit' }, next: { key: 'report.next.audit' } });
  else if (audit.escape.upper95 > maxEscape)
    found.push({
      risk: {
        key: 'report.unknown.audit_wide',
        params: { upper: audit.escape.upper95, audited: report.counts.audited },
      },
      next: { key: 'report.next.audit_more' },
    });
  const missing = roi === null ? [] : missingInputs(roi.inputs);
  const [first] = missing;
  if (roi === null) found.push({ risk: { key: 'report.unknown.costs' }, next: { key: 'report.next.costs' } });
  else if (first)
    found.push({
      risk: { key: 'report.unknown.missing', params: { missing: missing.length } },
      next: { key: 'report.next.missing', words: { name: `report.input.${first}`, take: `report.take.${first}` } },
    });
  else {
    const guessed = roi.tornado.find(({ kind }) => kind === 'assumed');
    if (guessed) {
      const words = { name: `report.input.${guessed.name}` } as const;
      found.push({ risk: { key: 'report.unknown.assumed', words }, next: { key: 'report.next.assumed', words } });
    }
  }
  if (report.plan === null) found.push({ risk: { key: 'report.unknown.no_plan' }, next: { key: 'report.next.plan' } });
  if (threshold && !threshold.promise.promised)
    found.push({
      risk: {
        key: 'report.unknown.promise',
        params: { share: threshold.promisedOverkill, needed: threshold.promise.goodStillNeeded },
      },
      next: { key: 'report.next.good', params: { needed: threshold.promise.goodStillNeeded } },
    });
  if (pretrainingHelp(report.labelEfficiency) === 'not_measured')
    found.push({ risk: { key: 'report.unknown.pretraining' }, next: { key: 'report.next.pretraining' } });
  if (report.unseenLabels > 0)
    found.push({
      risk: { key: 'report.unknown.group_labels', params: { labels: report.unseenLabels } },
      next: { key: 'report.next.group_labels' },
    });
  if (classifier?.measuredOn === 'folds')
    found.push({ risk: { key: 'report.unknown.folds' }, next: { key: 'report.next.test' } });
  found.push({ risk: { key: 'report.unknown.drift' }, next: { key: 'report.next.drift' } });
  return found;
}
