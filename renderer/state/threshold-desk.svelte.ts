import { scoreHistogram } from '#core/domain/curves.ts';
import { conformalThreshold, goodOnlyMarks, type OverkillPromise } from '#core/domain/conformal.ts';
import { type LineEstimate, lineEstimate } from '#core/domain/line-estimate.ts';
import type { RoiInputs } from '#core/domain/roi.ts';
import { type Suggestion, suggestThreshold } from '#core/domain/threshold-suggest.ts';
import { type Marks, type ThresholdRates, ThresholdTable } from '#core/domain/threshold.ts';
import type { ImageView, ScoreColumns, ThresholdView } from '#core/contract/views.ts';
import { forChoosing, forMeasuring } from '#core/report/judged.ts';
import { lineFactsOf } from '#core/report/sections.ts';
import { roiInputsOf } from './roi-desk.svelte.ts';
import type { Session } from './session.svelte.ts';

/** How far escapes are held down by each preset, and what a good-only start flags and stops. */
export const presets = {
  fewEscapes: { maxEscape: 0.01, flagged: 0.1, stopped: 0.02 },
  balanced: { maxEscape: 0.05, flagged: 0.05, stopped: 0.01 },
  fewStops: { maxEscape: 0.2, flagged: 0.02, stopped: 0.005 },
} as const;
export type Preset = keyof typeof presets;

const promisedOverkill = 0.01;
const flipsDelayMs = 150;
const unset: Marks = { review: 0.5, reject: 0.5 };

export interface WhatIf {
  readonly rates: ThresholdRates;
  readonly line: LineEstimate | null;
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
  #active = $state.raw<ThresholdView | null>(null);
  #history = $state.raw<readonly ThresholdView[]>([]);
  #inputs = $state.raw<RoiInputs | null>(null);
  #marks = $state.raw<Marks | null>(null);
  #flips = $state.raw<{ total: number; items: readonly Flip[] }>({ total: 0, items: [] });
  #flipsTimer: ReturnType<typeof setTimeout> | null = null;

  #measuring = $derived(this.#columns && forMeasuring(this.#columns));
  #table = $derived(this.#measuring && new ThresholdTable(this.#measuring.pictures));
  #choosing = $derived(this.#columns && forChoosing(this.#columns));
  #choosingTable = $derived(this.#choosing && new ThresholdTable(this.#choosing));
  #goodScores = $derived.by(() => {
    const choosing = this.#choosing;
    return choosing ? Array.from(choosing.scores).filter((_, at) => choosing.labels[at] === 0) : [];
  });
  #line = $derived(this.#inputs && lineFactsOf(this.#inputs, true));
  #histogram = $derived(this.#measuring && scoreHistogram(this.#measuring.pictures, 50));
  #draft = $derived(this.#whatIf(this.marks));
  #applied = $derived(this.#active && this.#whatIf(this.#active));

  constructor(session: Session) {
    this.#session = session;
  }

  get loaded(): boolean {
    return this.#columns !== null;
  }

  get scored(): number {
    return this.#columns?.ids.length ?? 0;
  }

  get judged(): { readonly good: number; readonly defect: number } {
    return this.#table?.judged ?? { good: 0, defect: 0 };
  }

  get measuredOn(): 'test' | 'folds' {
    return this.#measuring?.measuredOn ?? 'folds';
  }

  get active(): ThresholdView | null {
    return this.#active;
  }

  get history(): readonly ThresholdView[] {
    return this.#history;
  }

  get histogram() {
    return this.#histogram;
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

  /** `null` until both kinds are judged. */
  get suggestion(): Suggestion | null {
    return this.#suggest(presets.balanced.maxEscape);
  }

  get promise(): OverkillPromise {
    return conformalThreshold(this.#goodScores, promisedOverkill);
  }

  async load(): Promise<void> {
    const [data, roi] = await Promise.all([
      this.#session.ask((client) => client.threshold.data()),
      this.#session.ask((client) => client.roi.get()),
    ]);
    if (roi) this.#inputs = roiInputsOf(roi.inputs);
    if (!data) return;
    this.#columns = data.columns;
    this.#active = data.active;
    this.#history = data.history;
  }

  #whatIf(marks: Marks): WhatIf | null {
    const rates = this.#table?.rates(marks);
    return rates ? { rates, line: this.#line && lineEstimate(rates, this.#line) } : null;
  }

  #suggest(maxEscape: number): Suggestion | null {
    return this.#choosingTable && this.#line && suggestThreshold(this.#choosingTable, this.#line, maxEscape);
  }

  #presetMarks(preset: Preset): Marks | null {
    const { maxEscape, flagged, stopped } = presets[preset];
    return this.#suggest(maxEscape)?.marks ?? goodOnlyMarks(this.#goodScores, flagged, stopped);
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

  use(preset: Preset): void {
    const marks = this.#presetMarks(preset);
    if (marks) this.#set(marks);
  }

  canUse(preset: Preset): boolean {
    return this.#presetMarks(preset) !== null;
  }

  reset(): void {
    if (this.#active) this.#set({ review: this.#active.review, reject: this.#active.reject });
  }

  #set(marks: Marks): void {
    this.#marks = marks;
    if (this.#flipsTimer) clearTimeout(this.#flipsTimer);
    this.#flipsTimer = setTimeout(() => void this.#askFlips(marks), flipsDelayMs);
  }

  async #askFlips(marks: Marks): Promise<void> {
    if (!this.#active) return;
    const answer = await this.#session.ask((client) => client.threshold.flips({ ...marks, limit: 24 }));
    if (answer && this.marks === marks) this.#flips = answer;
  }

  /** @returns how many verdicts changed, `null` when it failed. */
  async apply(reason: string): Promise<number | null> {
    const done = await this.#session.ask((client) => client.threshold.apply({ ...this.marks, reason }));
    if (!done) return null;
    this.#marks = null;
    this.#flips = { total: 0, items: [] };
    await this.load();
    return done.changed;
  }
}
