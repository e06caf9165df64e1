import type { SignatureView } from '#core/contract/guide.ts';
import type { PracticeResult } from '#core/contract/practice.ts';
import type { HandoverView } from '#core/contract/sheets.ts';
import type { AppState } from '#core/contract/views.ts';
import { baselineFigureNames, isFigure } from '#core/domain/baseline.ts';
import type { PilotFacts } from '#core/domain/pilot-facts.ts';
import { pilotProgress } from '#core/domain/pilot-plan.ts';
import { missingInputs } from '#core/domain/roi-missing.ts';
import type { RoiInputs } from '#core/contract/views.ts';
import type { RoiInputs as Inputs } from '#core/domain/roi.ts';
import type { ReportData } from '#core/report/report-data.ts';

const startMs = Date.UTC(2026, 10, 23, 1, 42, 7);

/** Where a pilot in memory stands, who signed its report, and who practised. */
export class FixtureGuide {
  exported = false;
  signatures: SignatureView[] = [];
  results: PracticeResult[] = [];
  /** Instead of what is read off the rest. */
  facts: Partial<PilotFacts> = {};

  factsOf(state: AppState, report: ReportData, inputs: RoiInputs, today: string): PilotFacts {
    const { counts, jobs } = state;
    const running = (kind: string) => jobs.some((job) => job.kind === kind && job.state === 'running');
    const plan = report.plan?.versions.at(-1);
    const progress = plan ? pilotProgress(plan.fromDay, plan.toDay, today) : null;
    const rates = report.threshold?.rates;
    return {
      cameras: state.cameras.length,
      pictures: counts.images,
      ...{ pretrained: state.checkpoint !== null, pretraining: running('pretrain') },
      plan: progress && { state: progress.state, days: progress.left },
      baselineMissing: baselineFigureNames.filter((name) => !isFigure(report.baseline.figures[name])).length,
      ...{ labelledGood: counts.labelledGood, labelledDefect: counts.labelledDefect },
      ...{ taught: state.model !== null, teaching: running('teach'), marks: state.threshold !== null },
      ...{ golden: state.golden.state, toReview: counts.toReview, reviewed: counts.reviewed },
      audit: {
        waiting: counts.toAudit,
        overdue: state.audit.reduce((sum, { overdue }) => sum + overdue, 0),
        answered: counts.audited,
      },
      moneyMissing: missingInputs(inputs as Inputs).length,
      escape: { judged: rates?.escape.denominator ?? 0, missed: rates?.escape.numerator ?? 0 },
      ...{ maxEscape: report.criteria.maxEscape, goodJudged: 79, maxOverkill: 0.01 },
      judged: plan ? { have: counts.scored, need: plan.criteria.minJudgedParts } : null,
      report: { exported: this.exported, signed: this.signatures.length > 0 },
      ...this.facts,
    };
  }

  sign(said: Pick<SignatureView, 'decision' | 'signedBy' | 'note'>): void {
    this.signatures = [{ ...said, id: this.signatures.length + 1, who: '佐藤', atMs: startMs }, ...this.signatures];
  }

  answer(answer: Omit<PracticeResult, 'person' | 'atMs'>, person: string): void {
    const others = this.results.filter(
      (one) => one.person !== person || one.course !== answer.course || one.exercise !== answer.exercise,
    );
    this.results = [{ ...answer, person, atMs: startMs }, ...others];
  }

  handover({ counts, golden, warnings, lines, cameras }: AppState): HandoverView {
    return {
      atMs: startMs,
      lines: lines.map(({ name }) => ({
        ...{ line: name, shift: 'day', fromMs: startMs - 3_600_000, toMs: startMs, taken: 214, judged: 214 },
        ...{ flagged: 9, confirmed: 3, overruled: 4, audit: { drawn: 20, done: 12, overdue: 3 } },
      })),
      ...{ toReview: counts.toReview, held: 2, quarantined: counts.quarantined, golden, warnings },
      cameras: cameras.map(({ name, state, light, reasons }) => ({ name, state, light, reasons })),
    };
  }
}
