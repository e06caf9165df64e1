import { ORPCError } from '@orpc/server';
import type {
  ComparisonView,
  FreezePlanView,
  FrozenView,
  LiveView,
  ModelEntry,
  TeachingState,
} from '#core/contract/models.ts';
import { compareModels, figuresOf } from '#core/domain/model-comparison.ts';
import { upperBound } from '#core/domain/interval.ts';

const startMs = Date.UTC(2026, 10, 23, 1, 42, 7);
const marks = { review: 0.4, reject: 0.68 };

/** 20 defects and 40 good pictures; the candidate finds two defects more and stops one good part less. */
const compared = Array.from({ length: 60 }, (_, at) => {
  const isDefect = at < 20;
  const active = isDefect ? (at < 3 ? 0.3 : 0.8) : at < 23 ? 0.5 : 0.1;
  const candidate = isDefect ? (at < 1 ? 0.35 : 0.82) : at < 22 ? 0.45 : 0.08;
  return { isDefect, active, candidate };
});

const figuresBy = (of: 'active' | 'candidate') =>
  figuresOf(
    compared.map((row) => row[of]),
    compared.map(({ isDefect }) => isDefect),
    marks,
  );

/** The models of a pilot that taught three times; what is used, set aside or frozen is remembered. */
export class FixtureModels {
  inUse = 2;
  ownMarks = { active: 0, candidate: 0 };
  candidate: number | null = 3;
  /** Test rows; none until somebody freezes. */
  frozen: FrozenView = { sets: [], test: { defects: 0, good: 0, escapesAtMost: 1 } };
  readonly #uses = new Map<number, ModelEntry['uses'][number][]>([
    [1, [{ how: 'first', who: '佐藤', reason: '', atMs: startMs - 9e7 }]],
    [2, [{ how: 'used', who: '佐藤', reason: '修正を覚えた', atMs: startMs - 4e7 }]],
    [3, []],
  ]);

  get teaching(): TeachingState {
    return {
      labels: this.candidate === null ? 14 : 0,
      corrections: this.candidate === null ? 6 : 0,
      learnt: { modelId: 3, learnt: 12, right: 10 },
      candidateId: this.candidate,
      because: this.candidate === null ? ['corrections', 'labels'] : [],
    };
  }

  readonly live: readonly LiveView[] = [
    { cameraId: 1, takt: 3, wait: { pictures: 100, medianSeconds: 0.62, p95Seconds: 1.1, unclear: 0 } },
    { cameraId: 2, takt: 1, wait: { pictures: 40, medianSeconds: 0.8, p95Seconds: 2.4, unclear: 3 } },
  ];

  list(): { models: ModelEntry[]; frozen: FrozenView } {
    const models = [3, 2, 1].map((id): ModelEntry => {
      const uses = this.#uses.get(id) ?? [];
      const wasUsed = uses.some(({ how }) => how !== 'set_aside');
      return {
        id,
        createdAtMs: startMs - (4 - id) * 3e7,
        who: '佐藤',
        labels: 60 + id * 40,
        mode: 'frozen',
        state: id === this.inUse ? 'in_use' : id === this.candidate ? 'candidate' : wasUsed ? 'former' : 'set_aside',
        usable: true,
        corrections: id === 3 ? { learnt: 12, right: 10 } : { learnt: 0, right: 0 },
        marks,
        test: this.frozen.sets.length > 0 ? figuresBy(id === 3 ? 'candidate' : 'active') : null,
        uses,
      };
    });
    return { models, frozen: this.frozen };
  }

  compare(modelId: number): ComparisonView {
    return {
      modelId,
      activeId: this.inUse,
      basis: this.frozen.sets.length > 0 ? 'test' : 'fresh',
      heldOut: this.frozen.sets.length > 0 ? 12 : 0,
      unscored: 0,
      marks: { active: marks, candidate: { review: 0.38, reject: 0.7 } },
      ownMarks: this.ownMarks,
      result: compareModels(compared, { active: marks, candidate: marks }),
      flips: {
        of: 200,
        total: 3,
        rows: [
          { imageId: 5, from: 'ok', to: 'review' },
          { imageId: 6, from: 'review', to: 'ok' },
          { imageId: 7, from: 'ok', to: 'reject' },
        ],
      },
    };
  }

  use(id: number, reason: string): { changed: number } {
    const uses = this.#uses.get(id);
    if (uses === undefined)
      throw new ORPCError('APP', { status: 422, data: { code: 'model_gone', params: { model: id } } });
    uses.unshift({ how: uses.length > 0 ? 'back' : 'used', who: '佐藤', reason, atMs: startMs });
    if (this.candidate === id) this.candidate = null;
    this.inUse = id;
    return { changed: 3 };
  }

  setAside(id: number, reason: string): void {
    this.#uses.get(id)?.unshift({ how: 'set_aside', who: '佐藤', reason, atMs: startMs });
    this.candidate = null;
  }

  plan(parts: number): FreezePlanView {
    const [defects, good] = [Math.round(60 / parts), Math.round(120 / parts)];
    return {
      defects,
      good,
      drawn: 4,
      left: { defects: 60 - defects, good: 120 - good },
      escapesAtMost: upperBound(0, defects),
    };
  }

  freeze(parts: number, reason: string): void {
    const { defects, good, escapesAtMost } = this.plan(parts);
    this.frozen = {
      sets: [{ id: 1, reason, who: '佐藤', atMs: startMs, pictures: defects + good }],
      test: { defects, good, escapesAtMost },
    };
  }

  unfreeze(): void {
    this.frozen = { sets: [], test: { defects: 0, good: 0, escapesAtMost: 1 } };
  }
}
