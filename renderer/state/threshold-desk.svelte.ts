import { type Aims, defaultAims } from '#core/domain/aims.ts';
import { entryOfEach, followedBy, forAll, isSameFor, type MarksFor, verdictMarks } from '#core/domain/marks-for.ts';
import { conformalThreshold, goodOnlyMarks, type OverkillPromise } from '#core/domain/conformal.ts';
import { cutPoints, type Origin, originHistogram } from '#core/domain/curves.ts';
import { flaggedPrecision, type Estimate, type LineEstimate, lineEstimate } from '#core/domain/line-estimate.ts';
import { rankingOf } from '#core/domain/ranking.ts';
import type { RoiInputs } from '#core/domain/roi.ts';
import { type Suggestion, suggestThreshold } from '#core/domain/threshold-suggest.ts';
import { type Marks, type ThresholdRates, ThresholdTable } from '#core/domain/threshold.ts';
import type { KindSeen } from '#core/contract/marks.ts';
import type { ImageView, ScoreColumns, ThresholdView } from '#core/contract/views.ts';
import type { WhatIfFacts } from '#core/contract/what-if.ts';
import { forChoosing, forMeasuring, goodScores } from '#core/report/judged.ts';
import { figuresOfEach, judgedFor, lineFor, ratesTogether, verdictColumns } from '#core/report/marks-each.ts';
import { lineFactsOf } from '#core/report/sections.ts';
import { roiInputsOf } from './roi-desk.svelte.ts';
import type { Session } from './session.svelte.ts';
import { type Lack, lacksOf } from './threshold-lacks.ts';

/** By how much each preset's escape bound differs from the person's, and what a good-only start flags and stops. */
export const presets = {
  fewEscapes: { escapes: 0.2, flagged: 0.1, stopped: 0.02 },
  balanced: { escapes: 1, flagged: 0.05, stopped: 0.01 },
  fewStops: { escapes: 4, flagged: 0.02, stopped: 0.005 },
} as const;
export type Preset = keyof typeof presets;
export const presetNames = Object.keys(presets) as readonly Preset[];

/** A mark that is moved key by key has come to rest by then: pictures that load meanwhile would hold its next step up. */
const flipsDelayMs = 250;
const bins = 50;
/** Both shares of neighbouring points of a curve differ by no less: half a pixel of the drawn curves. */
const curveStep = 1 / 400;
const unset: Marks = { review: 0.5, reject: 0.5 };

export interface WhatIf {
  readonly marks: Marks;
  readonly rates: ThresholdRates;
  readonly line: LineEstimate | null;
  /** Share of defects among what is flagged on the line. */
  readonly precision: Estimate | null;
}

export interface Flip {
  readonly image: ImageView;
  readonly from: 'ok' | 'review' | 'reject';
  readonly to: 'ok' | 'review' | 'reject';
}

/** The marks as they are being moved, and what they would do. All arithmetic is core/domain's, on scores loaded once. */
export class ThresholdDesk {
  readonly #session: Session;
  #columns = $state.raw<ScoreColumns | null>(null);
  #inForce = $state.raw<readonly ThresholdView[]>([]);
  #kinds = $state.raw<readonly KindSeen[]>([]);
  /** What the marks that are being moved are for. */
  #for = $state.raw<MarksFor>(forAll);
  /** Why; kept here, since going back to earlier marks proposes it. */
  reason = $state('');
  /** How often somebody went back to earlier marks. */
  #goingBack = $state(0);
  #history = $state.raw<readonly ThresholdView[]>([]);
  #inputs = $state.raw<RoiInputs | null>(null);
  #facts = $state.raw<WhatIfFacts | null>(null);
  #aims = $state.raw<Aims>(defaultAims);
  #marks = $state.raw<Marks | null>(null);
  #flips = $state.raw<{ total: number; items: readonly Flip[] }>({ total: 0, items: [] });
  #flipsTimer: ReturnType<typeof setTimeout> | null = null;

  /** Which pictures these marks judge, or would. */
  #judged = $derived(this.#columns && judgedFor(this.#columns, this.#inForce, this.#for));
  #own = $derived(this.#inForce.find((row) => isSameFor(row, this.#for)) ?? null);
  #active = $derived(this.#own ?? followedBy(this.#inForce, this.#for));
  #measuring = $derived(this.#columns && this.#judged && forMeasuring(this.#columns, this.#judged));
  #table = $derived(this.#measuring && new ThresholdTable(this.#measuring.pictures));
  #choosing = $derived(this.#columns && this.#judged && forChoosing(this.#columns, this.#judged));
  #choosingTable = $derived(this.#choosing && new ThresholdTable(this.#choosing));
  #goodScores = $derived(this.#choosing ? goodScores(this.#choosing) : []);
  #wholeLine = $derived(this.#inputs && lineFactsOf(this.#inputs, true));
  /** The line as far as these marks judge it. */
  #line = $derived(
    this.#wholeLine && this.#columns && lineFor(this.#columns, this.#inForce, this.#for, this.#wholeLine),
  );
  #audited = $derived(new Set(this.#facts?.audited));
  #histogram = $derived.by(() => {
    const [columns, judged] = [this.#columns, this.#judged];
    if (columns === null || judged === null) return null;
    const originOf = (at: number): Origin | null => {
      if (!judged(at)) return null;
      return columns.sources[at] === 'test' ? 'test' : this.#audited.has(columns.ids[at] ?? 0) ? 'audit' : 'labels';
    };
    return originHistogram(columns, originOf, bins);
  });
  #curve = $derived(this.#table ? cutPoints(this.#table, curveStep) : []);
  #ranking = $derived(this.#table && this.#line && rankingOf(this.#table, this.#line.defectRate));
  #lacks = $derived(this.#table ? lacksOf(this.#table, this.#line, this.#aims) : []);
  #suggested = $derived({
    fewEscapes: this.#suggest('fewEscapes'),
    balanced: this.#suggest('balanced'),
    fewStops: this.#suggest('fewStops'),
  });
  #promise = $derived(conformalThreshold(this.#goodScores, this.#aims.maxOverkill));
  #draft = $derived(this.#whatIf(this.marks));
  #applied = $derived(this.#active && this.#ratesNow());
  #each = $derived(
    this.#columns && this.#wholeLine && this.#inForce.length > 1
      ? figuresOfEach(this.#columns, this.#inForce, this.#wholeLine)
      : [],
  );
  #together = $derived(this.#columns && this.#inForce.length > 1 ? ratesTogether(this.#columns, this.#inForce) : null);

  constructor(session: Session) {
    this.#session = session;
  }

  get loaded(): boolean {
    return this.#columns !== null;
  }

  get columns(): ScoreColumns | null {
    return this.#columns;
  }

  /** The marks that are being tried with all others in force: one pair for every picture, or one for each of the columns. */
  get tried(): Marks | readonly (Marks | null)[] {
    const { marks } = this;
    const others = this.#inForce.filter((row) => !isSameFor(row, this.#for));
    if (!this.#columns || (others.length === 0 && isSameFor(this.#for, forAll))) return marks;
    return entryOfEach(this.#columns, [...others, { ...this.#for, ...marks }]);
  }

  /** All that {@link tried} follows, without working it out. */
  get moved(): readonly unknown[] {
    return [this.marks, this.#for, this.#inForce, this.#columns];
  }

  get for(): MarksFor {
    return this.#for;
  }

  get goingBack(): number {
    return this.#goingBack;
  }

  /** Marks of its own are in force for it; the common ones count as such. */
  get isOwn(): boolean {
    return this.#own !== null;
  }

  get inForce(): readonly ThresholdView[] {
    return this.#inForce;
  }

  /** Kinds of defect that the model tells apart. */
  get kinds(): readonly KindSeen[] {
    return this.#kinds;
  }

  /** All marks in force, each with what it does; empty where there are common ones only. */
  get each() {
    return this.#each;
  }

  /** What they do together; null where there are common ones only. */
  get together(): ThresholdRates | null {
    return this.#together;
  }

  /** Scored pictures that these marks judge, or would. */
  get pictures(): number {
    const judged = this.#judged;
    return this.#columns && judged ? this.#columns.ids.filter((_, at) => judged(at)).length : 0;
  }

  get judged(): { readonly good: number; readonly defect: number } {
    return this.#table?.judged ?? { good: 0, defect: 0 };
  }

  get measuredOn(): 'test' | 'folds' {
    return this.#measuring?.measuredOn ?? 'folds';
  }

  /** The marks that judge now: its own, or those that it follows. */
  get active(): ThresholdView | null {
    return this.#active;
  }

  get history(): readonly ThresholdView[] {
    return this.#history;
  }

  get histogram() {
    return this.#histogram;
  }

  get curve() {
    return this.#curve;
  }

  /** `null` until both kinds are judged and the line's defect rate is known. */
  get ranking() {
    return this.#ranking;
  }

  get line() {
    return this.#line;
  }

  /** What keeps the page from saying more. */
  get lacks(): readonly Lack[] {
    return this.#lacks;
  }

  get aims(): Aims {
    return this.#aims;
  }

  /** What the random check says of the marks in use. */
  get auditEscape(): WhatIfFacts['auditEscape'] {
    // It is of all pictures together.
    return isSameFor(this.#for, forAll) ? (this.#facts?.auditEscape ?? null) : null;
  }

  get marks(): Marks {
    return this.#marks ?? this.#active ?? this.#presetMarks('balanced') ?? unset;
  }

  get changed(): boolean {
    const { review, reject } = this.marks;
    return this.#active === null || review !== this.#active.review || reject !== this.#active.reject;
  }

  get draft(): WhatIf | null {
    return this.#draft;
  }

  get applied(): WhatIf | null {
    return this.#applied;
  }

  get flips() {
    return this.#flips;
  }

  /** `null` until both kinds are judged and the costs are known. */
  get suggestion(): Suggestion | null {
    return this.#suggested.balanced;
  }

  get promise(): OverkillPromise {
    return this.#promise;
  }

  /** Good pictures that marks may be chosen on. */
  get goodHeldOut(): number {
    return this.#goodScores.length;
  }

  async load(): Promise<void> {
    const [data, roi, facts] = await Promise.all([
      this.#session.ask((client) => client.threshold.data()),
      this.#session.ask((client) => client.roi.get()),
      this.#session.ask((client) => client.whatIf.get()),
    ]);
    if (roi) this.#inputs = roiInputsOf(roi.inputs);
    if (facts) {
      this.#facts = facts;
      this.#aims = facts.aims;
    }
    if (!data) return;
    // Marks that were moved on another model's scores mean nothing on these.
    if (this.#columns && this.#columns.modelId !== data.columns.modelId) {
      this.#for = forAll;
      this.#forget();
    }
    this.#columns = data.columns;
    this.#inForce = data.inForce;
    this.#kinds = data.kinds;
    this.#history = data.history;
  }

  #whatIf(marks: Marks): WhatIf | null {
    const rates = this.#table?.rates(marks);
    return rates ? this.#effectOf(marks, rates) : null;
  }

  #effectOf(marks: Marks, rates: ThresholdRates): WhatIf {
    const line = this.#line;
    return {
      marks,
      rates,
      line: line && lineEstimate(rates, line),
      precision: line && flaggedPrecision(rates, line.defectRate),
    };
  }

  /** What is in force does on these pictures; where they have no marks of their own, several may judge them. */
  #ratesNow(): WhatIf | null {
    const [columns, judged, marks] = [this.#columns, this.#judged, this.#active];
    if (!columns || !judged || !marks) return null;
    if (this.#own) return this.#whatIf(marks);
    const { pictures } = forMeasuring(verdictColumns(columns, this.#inForce), judged);
    return this.#effectOf(marks, new ThresholdTable(pictures).rates(verdictMarks));
  }

  #suggest(preset: Preset): Suggestion | null {
    if (!this.#choosingTable || !this.#line || this.#lacks.some(({ code }) => code === 'no_costs')) return null;
    return suggestThreshold(this.#choosingTable, this.#line, presets[preset].escapes * this.#aims.maxEscape);
  }

  #presetMarks(preset: Preset): Marks | null {
    const { flagged, stopped } = presets[preset];
    const known = this.#choosingTable?.judged.defect ?? 0;
    // Where defects are known, quantiles of good scores alone would say nothing of what escapes.
    return this.#suggested[preset]?.marks ?? (known > 0 ? null : goodOnlyMarks(this.#goodScores, flagged, stopped));
  }

  /** Moves one mark; the other gives way, so that review ≤ reject always holds. */
  move(name: keyof Marks, value: number): void {
    const mark = Math.min(1, Math.max(0, value));
    const { review, reject } = this.marks;
    this.#set(
      name === 'review'
        ? { review: mark, reject: Math.max(mark, reject) }
        : { review: Math.min(mark, review), reject: mark },
    );
  }

  /** Turns to the marks of a camera, a kind, both or all; marks that were being moved are left. */
  choose(of: MarksFor): void {
    if (isSameFor(of, this.#for)) return;
    this.#for = { cameraId: of.cameraId, classId: of.classId };
    this.#forget();
  }

  /** Puts earlier marks in place, for what they were for, to be looked at and applied. */
  goBack(row: ThresholdView, reason: string): void {
    this.choose(row);
    this.reason = reason;
    this.#goingBack++;
    this.#set({ review: row.review, reject: row.reject });
  }

  #forget(): void {
    this.#marks = null;
    this.#flips = { total: 0, items: [] };
    this.reason = '';
  }

  use(preset: Preset): void {
    const marks = this.#presetMarks(preset);
    if (marks) this.#set(marks);
  }

  canUse(preset: Preset): boolean {
    return this.#presetMarks(preset) !== null;
  }

  /** Stops good parts no more often than is promised. */
  usePromise(): void {
    if (this.#promise.promised) this.move('reject', this.#promise.mark);
  }

  reset(): void {
    if (this.#active) this.#set({ review: this.#active.review, reject: this.#active.reject });
  }

  /** Shown at once, stored behind; what could not be stored is shown as it was. */
  async aim(change: Partial<Aims>): Promise<void> {
    const before = this.#aims;
    const aims = { ...before, ...change };
    this.#aims = aims;
    const done = await this.#session.ask((client) => client.whatIf.setAims(aims));
    if (!done && this.#aims === aims) this.#aims = before;
  }

  #set(marks: Marks): void {
    this.#marks = marks;
    if (this.#flipsTimer) clearTimeout(this.#flipsTimer);
    this.#flipsTimer = setTimeout(() => void this.#askFlips(marks), flipsDelayMs);
  }

  async #askFlips(marks: Marks): Promise<void> {
    if (!this.#active) return;
    const answer = await this.#session.ask((client) => client.threshold.flips({ ...marks, for: this.#for, limit: 24 }));
    if (answer && this.marks === marks) this.#flips = answer;
  }

  /** @returns how many verdicts changed, `null` when it failed. */
  async apply(reason: string): Promise<number | null> {
    const of = { for: this.#for, ...this.#chosenOn };
    const { review, reject } = this.marks;
    const done = await this.#session.ask((client) => client.threshold.apply({ review, reject, reason, ...of }));
    if (done) this.#forget();
    await this.load();
    return done && done.changed;
  }

  /** The model on whose scores the marks are chosen: another one's scores have another scale. */
  get #chosenOn(): { modelId?: number } {
    const modelId = this.#columns?.modelId ?? null;
    return modelId === null ? {} : { modelId };
  }

  /** How many verdicts change if the marks of its own are given up; `null` when that is not known. */
  async wouldFollow(): Promise<number | null> {
    const answer = await this.#session.ask((client) => client.marks.wouldFollow({ for: this.#for }));
    return answer && answer.changed;
  }

  /** Gives the marks of its own up. @returns how many verdicts changed, `null` when it failed. */
  async follow(reason: string): Promise<number | null> {
    const { modelId } = this.#chosenOn;
    if (modelId === undefined) return null;
    const done = await this.#session.ask((client) => client.marks.follow({ for: this.#for, modelId, reason }));
    if (done) this.#forget();
    await this.load();
    return done && done.changed;
  }
}
