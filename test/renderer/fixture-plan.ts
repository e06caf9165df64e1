import { ORPCError } from '@orpc/server';
import type { BaselineDraft, BaselineEntryView, PlanView } from '#core/contract/plan.ts';
import {
  type BaselineCount,
  baselineFigures,
  type BaselineKind,
  isPossibleCount,
  sumBaseline,
} from '#core/domain/baseline.ts';
import { completePlan, loosenedAfterStart, pilotProgress, type PlanFields } from '#core/domain/pilot-plan.ts';
import type { ReportData } from '#core/report/report-data.ts';

const startMs = Date.UTC(2026, 10, 23, 1, 42, 7);

function refuse(code: string): never {
  throw new ORPCError('APP', { status: 422, data: { code, params: {} } });
}

/** A pilot whose plan is made, changed and judged; what is agreed, counted or withdrawn is remembered. */
export class FixturePlan {
  today = '2026-11-23';
  draft: PlanView['draft'] = null;
  versions: PlanView['versions'] = [];
  entries: BaselineEntryView[] = [];
  baselineDraft: BaselineDraft = {};
  judgedSinceStart: PlanView['judgedSinceStart'] = null;

  view(frozen: PlanView['frozen']): PlanView {
    return {
      ...{ draft: this.draft, versions: this.versions, today: this.today, judgedSinceStart: this.judgedSinceStart },
      lines: [
        { id: 1, name: '第2ライン 磁石タイル' },
        { id: 2, name: '第3ライン' },
      ],
      baseline: { entries: this.entries, draft: this.baselineDraft },
      frozen,
    };
  }

  keep(draft: PlanView['draft']): Record<never, never> {
    this.draft = draft;
    return {};
  }

  agree(fields: PlanFields, reason: string): { versionId: number } {
    const plan = completePlan(fields);
    if (plan === null) refuse('plan_incomplete');
    if (this.versions.length > 0 && reason === '') refuse('plan_needs_reason');
    const id = this.versions.length + 1;
    this.versions = [...this.versions, { ...plan, id, reason, agreedDay: this.today, who: '佐藤', atMs: startMs }];
    this.draft = null;
    return { versionId: id };
  }

  keepBaseline(draft: BaselineDraft): Record<never, never> {
    this.baselineDraft = draft;
    return {};
  }

  count(counted: { kind: BaselineKind } & BaselineCount): { countId: number; savedAtMs: number } {
    if (!isPossibleCount(counted.kind, counted)) refuse('baseline_impossible');
    const id = this.entries.length + 1;
    this.entries = [{ ...counted, id, who: '佐藤', atMs: startMs, withdrawn: null }, ...this.entries];
    const { [counted.kind]: _done, ...left } = this.baselineDraft;
    this.baselineDraft = left;
    return { countId: id, savedAtMs: startMs };
  }

  withdraw(countId: number): Record<never, never> {
    this.entries = this.entries.map((entry) =>
      entry.id === countId ? { ...entry, withdrawn: { who: '佐藤', atMs: startMs } } : entry,
    );
    return {};
  }

  /** The report with the plan and the baseline as they stand. */
  intoReport(report: ReportData): ReportData {
    const counts = sumBaseline(this.entries.filter(({ withdrawn }) => withdrawn === null));
    const baseline = { counts, figures: baselineFigures(counts) };
    const [first, current] = [this.versions[0], this.versions.at(-1)];
    if (!first || !current) return { ...report, baseline };
    const progress = pilotProgress(current.fromDay, current.toDay, this.today);
    const planned = pilotProgress(first.fromDay, first.toDay, this.today).days;
    return {
      ...report,
      baseline,
      criteria: current.criteria,
      plan: {
        lineName: '第2ライン 磁石タイル',
        versions: this.versions,
        progress,
        shortenedDays: Math.max(0, planned - progress.days),
        agreedLate: first.agreedDay > first.fromDay,
        loosened: loosenedAfterStart(this.versions),
      },
    };
  }
}
