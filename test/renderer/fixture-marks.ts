import type { ThresholdView } from '#core/contract/views.ts';
import type { KindSeen } from '#core/contract/marks.ts';
import { entryFor, forAll, isSameFor, type MarksFor } from '#core/domain/marks-for.ts';
import { type Marks, verdictOf } from '#core/domain/threshold.ts';

interface Around {
  readonly pictures: () => readonly number[];
  readonly score: (id: number) => number;
  readonly cameraOf: (id: number) => number;
  readonly isDefect: (id: number) => boolean;
  readonly cameraName: (id: number) => string | null;
  readonly className: (id: number) => string | null;
  readonly startMs: number;
}

/** The marks of a pilot with two cameras and three kinds of defect; what is set, given up and set again is remembered. */
export class FixtureMarks {
  /** Newest first. */
  #rows: Omit<ThresholdView, 'active'>[] = [];
  readonly #around: Around;
  /** The kinds that the model tells apart. */
  kindIds: readonly number[] = [2, 3, 4];
  /** The model in use. */
  modelId = 1;

  constructor(around: Around) {
    this.#around = around;
  }

  kindOf(id: number): number {
    if (this.kindIds.length < 2) return 0;
    return this.#around.isDefect(id) ? (id % 3 ? 2 : 4) : 2 + (id % 3);
  }

  get inForce(): ThresholdView[] {
    const ofModel = this.#rows.filter(({ modelId }) => modelId === this.modelId);
    const newest = ofModel.filter((row) => ofModel.find((one) => isSameFor(one, row)) === row);
    const rows = newest.filter(({ own }) => own).map((row) => ({ ...row, active: true }));
    return rows.toSorted((a, b) => Number(isSameFor(b, forAll)) - Number(isSameFor(a, forAll)));
  }

  get common(): ThresholdView | null {
    return this.inForce.find((row) => isSameFor(row, forAll)) ?? null;
  }

  get history(): ThresholdView[] {
    const active = new Set(this.inForce.map(({ id }) => id));
    return this.#rows.map((row) => ({ ...row, active: active.has(row.id) }));
  }

  marksOf(id: number, entries: readonly (Marks & MarksFor)[] = this.inForce): Marks | null {
    const kind = this.kindOf(id);
    return entryFor(entries, { cameraId: this.#around.cameraOf(id), classId: kind === 0 ? null : kind });
  }

  /** Pictures whose verdict would be another one if the marks for `of` were these, or, with null, were given up. */
  flips(marks: Marks | null, of: MarksFor) {
    const others = this.inForce.filter((row) => !isSameFor(row, of));
    const after = marks === null ? others : [...others, { ...marks, ...of }];
    return this.#around.pictures().flatMap((id) => {
      const [old, next] = [this.marksOf(id), this.marksOf(id, after)];
      if (old === null || next === null) return [];
      const [from, to] = [verdictOf(this.#around.score(id), old), verdictOf(this.#around.score(id), next)];
      return from === to ? [] : [{ id, from, to }];
    });
  }

  set(marks: Marks, of: MarksFor, reason: string, modelId = this.modelId): { thresholdId: number; changed: number } {
    return this.#add({ ...marks, ...of, reason, modelId, own: true, changed: this.flips(marks, of).length });
  }

  follow(of: MarksFor, reason: string): { thresholdId: number; changed: number } {
    const { review, reject } = this.inForce.find((row) => isSameFor(row, of)) ?? { review: 0, reject: 1 };
    const changed = this.flips(null, of).length;
    return this.#add({ review, reject, ...of, reason, modelId: this.modelId, own: false, changed });
  }

  #add(row: Marks & MarksFor & { reason: string; modelId: number; own: boolean; changed: number }) {
    const id = this.#rows.length + 1;
    const { startMs, cameraName, className } = this.#around;
    const [camera, kind] = [
      row.cameraId === null ? null : cameraName(row.cameraId),
      row.classId === null ? null : className(row.classId),
    ];
    this.#rows = [{ ...row, id, camera, kind, who: '佐藤', createdAtMs: startMs + id * 60_000 }, ...this.#rows];
    return { thresholdId: id, changed: row.changed };
  }

  /** How well the model names each kind that it tells apart. */
  get kinds(): KindSeen[] {
    return this.kindIds.length < 2
      ? []
      : this.kindIds.map((classId) => ({ classId, labelled: classId * 6, seen: classId * 5 }));
  }
}
