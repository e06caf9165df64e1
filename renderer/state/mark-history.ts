import type { DefectRegion } from '#core/contract/engine.ts';

/** What is marked on a picture while it is drawn; each change can be taken back and made again. */
export class MarkHistory {
  readonly marks: readonly DefectRegion[];
  readonly #before: readonly (readonly DefectRegion[])[];
  readonly #after: readonly (readonly DefectRegion[])[];

  constructor(
    marks: readonly DefectRegion[],
    before: readonly (readonly DefectRegion[])[] = [],
    after: readonly (readonly DefectRegion[])[] = [],
  ) {
    this.marks = marks;
    this.#before = before;
    this.#after = after;
  }

  change(marks: readonly DefectRegion[]): MarkHistory {
    if (marks.length === 0 && this.marks.length === 0) return this;
    return new MarkHistory(marks, [...this.#before, this.marks]);
  }

  undo(): MarkHistory | null {
    const last = this.#before.at(-1);
    return last ? new MarkHistory(last, this.#before.slice(0, -1), [...this.#after, this.marks]) : null;
  }

  redo(): MarkHistory | null {
    const next = this.#after.at(-1);
    return next ? new MarkHistory(next, [...this.#before, this.marks], this.#after.slice(0, -1)) : null;
  }
}
