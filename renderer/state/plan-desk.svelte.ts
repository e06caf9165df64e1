import type { BaselineDraft, PlanView } from '#core/contract/plan.ts';
import type { BaselineCount, BaselineKind } from '#core/domain/baseline.ts';
import type { PlanFields } from '#core/domain/pilot-plan.ts';
import type { RoiInputs } from '#core/domain/roi.ts';
import type { ReportData } from '#core/report/report-data.ts';
import { roiInputsOf } from './roi-desk.svelte.ts';
import type { Session } from './session.svelte.ts';

/** The pilot's plan, the baseline before it, and the report that its verdict is read from. */
export class PlanDesk {
  readonly #session: Session;
  #view = $state.raw<PlanView | null>(null);
  #report = $state.raw<ReportData | null>(null);
  #inputs = $state.raw<RoiInputs | null>(null);

  constructor(session: Session) {
    this.#session = session;
  }

  /** null until it was read. */
  get view(): PlanView | null {
    return this.#view;
  }

  get report(): ReportData | null {
    return this.#report;
  }

  get inputs(): RoiInputs | null {
    return this.#inputs;
  }

  async load(): Promise<void> {
    const [view, report, roi] = await Promise.all([
      this.#session.ask((client) => client.plan.get()),
      this.#session.ask((client) => client.report.get()),
      this.#session.ask((client) => client.roi.get()),
    ]);
    // The contract leaves its shape to core/report, whose type it is.
    if (report) this.#report = report.report as ReportData;
    if (roi) this.#inputs = roiInputsOf(roi.inputs);
    if (view) this.#view = view;
  }

  /** Keeps what is being filled in; null: it is put aside. */
  async keep(draft: PlanFields | null): Promise<void> {
    const done = await this.#session.ask((client) => client.plan.keep({ draft }));
    if (done && this.#view) this.#view = { ...this.#view, draft };
  }

  async agree(plan: PlanFields, reason: string): Promise<boolean> {
    return this.#did(await this.#session.ask((client) => client.plan.agree({ plan, reason })));
  }

  async keepCount(kind: BaselineKind, count: BaselineCount): Promise<void> {
    if (!this.#view) return;
    const { baseline } = this.#view;
    const { [kind]: _before, ...others } = baseline.draft;
    const draft: BaselineDraft = count.parts === 0 && count.events === 0 ? others : { ...others, [kind]: count };
    this.#view = { ...this.#view, baseline: { ...baseline, draft } };
    await this.#session.ask((client) => client.plan.keepBaseline({ draft }));
  }

  async count(kind: BaselineKind, count: BaselineCount): Promise<boolean> {
    return this.#did(await this.#session.ask((client) => client.plan.count({ kind, ...count })));
  }

  async withdraw(countId: number): Promise<boolean> {
    return this.#did(await this.#session.ask((client) => client.plan.withdraw({ countId })));
  }

  async #did(answer: object | null): Promise<boolean> {
    if (answer) await this.load();
    return answer !== null;
  }
}
