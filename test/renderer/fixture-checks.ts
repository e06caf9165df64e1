import type { AuditFigures, AuditOverview, AuditShiftView, AuditState } from '#core/contract/audit.ts';
import { FEWEST_GOLDEN, type GoldenProposal, type GoldenState, type GoldenView } from '#core/contract/golden.ts';
import { estimatePassed, moreToProve } from '#core/domain/audit-sample.ts';
import type { ImageView } from '#core/contract/views.ts';

const HOUR = 3_600_000;
const dayMs = Date.UTC(2026, 10, 23, 1, 42, 7);

const shift = (id: number, day: string, name: string, answered: number, defects = 0, missing = 0): AuditShiftView => ({
  ...{ id, kind: 'shift', day, shift: name, endMs: dayMs - (8 - id) * 12 * HOUR, closed: id < 8 },
  ...{ overdue: missing > 0, drawn: 20, answered, held: missing, late: id === 5 ? 3 : 0 },
  estimate: estimatePassed([{ passed: 214 + id * 7, answered, defects, missing }]),
});

/** The audit of what passed and the golden check over data in memory. */
export class FixtureChecks {
  perShift = 20;
  golden: GoldenState = {
    ...{ state: 'passed', why: null, checkedAtMs: dayMs, running: false, untrusted: 0, sinceMs: null },
  };
  view: GoldenView = { set: null, last: null, history: [], clearings: [] };
  /** What the next check finds of the first picture. */
  nextScore: number | null = null;
  readonly #image: (id: number) => ImageView;
  readonly #tell: (change: { golden?: GoldenState; audit?: AuditState[] }) => void;

  constructor(
    image: (id: number) => ImageView,
    tell: (change: { golden?: GoldenState; audit?: AuditState[] }) => void,
  ) {
    this.#image = image;
    this.#tell = tell;
  }

  auditState(done = 12): AuditState {
    const endMs = Date.now() + 2 * HOUR;
    return { lineId: 1, shift: { name: 'day', endMs, perShift: this.perShift, drawn: 18, done }, overdue: 3 };
  }

  overview(): AuditOverview {
    const shifts = [
      shift(8, '2026-11-23', 'day', 12),
      shift(7, '2026-11-22', 'night', 17, 0, 3),
      shift(6, '2026-11-22', 'day', 20, 1),
      shift(5, '2026-11-21', 'night', 20),
      shift(4, '2026-11-21', 'day', 0),
      shift(3, '2026-11-20', 'night', 20),
      shift(2, '2026-11-20', 'day', 20, 1),
    ];
    const figures = (some: readonly AuditShiftView[]): AuditFigures => {
      const strata = some.map(({ estimate, answered, held }) => ({
        ...{ passed: estimate.passed, answered, defects: estimate.defects, missing: held },
      }));
      const estimate = estimatePassed(strata);
      return {
        ...{
          estimate,
          shifts: some.length,
          unchecked: { shifts: 1, passed: 242 },
          marks: 2,
          sinceMs: dayMs - 72 * HOUR,
        },
        more: moreToProve(estimate, 0.01),
      };
    };
    const checked = shifts.filter(({ answered, closed }) => answered > 0 && closed);
    return {
      ...{ perShift: this.perShift, defaultPerShift: 20, wantedShare: 0.01, shifts },
      ...{ line: figures(checked), pilot: figures([...checked, ...checked]) },
    };
  }

  plan(perShift: number): Record<never, never> {
    this.perShift = perShift;
    this.#tell({ audit: [this.auditState()] });
    return {};
  }

  propose(): GoldenProposal {
    const of = (id: number, proposed: boolean): GoldenProposal['pictures'][number] => {
      const { score, verdict, classId } = this.#image(id);
      const expected = classId === 1 ? ('pass' as const) : ('stop' as const);
      const part = Math.abs((score ?? 0) - 0.4) < 0.1 ? 'near' : expected === 'pass' ? 'good' : 'defect';
      return { id, expected, part, classId, score: score ?? 0, verdict: verdict ?? 'ok', proposed };
    };
    const all = Array.from({ length: 160 }, (_, at) => of(at + 1, false));
    const right = all.filter(({ expected, verdict }) => (verdict === 'ok') === (expected === 'pass'));
    const some = (expected: string): typeof all => right.filter((one) => one.expected === expected).slice(0, 9);
    return {
      pictures: [...some('pass'), ...some('stop')].map((one, at) => ({ ...one, proposed: at % 9 < 4 })),
    };
  }

  /** As the core: refuses too few. */
  fix(pictures: readonly { id: number; expected: 'pass' | 'stop' }[], reason: string): boolean {
    if (pictures.filter(({ expected }) => expected === 'pass').length < FEWEST_GOLDEN) return false;
    const known = new Map(this.propose().pictures.map((one) => [one.id, one]));
    const chosen = pictures.flatMap(({ id }) => known.get(id) ?? []).map(({ proposed: _, ...one }) => one);
    this.view = {
      ...this.view,
      set: { id: 1, tolerance: 0.05, reason, who: '佐藤', atMs: dayMs, pictures: chosen },
    };
    this.#checked('passed');
    return true;
  }

  check(): 'passed' | 'failed' {
    const outcome = this.nextScore === null ? 'passed' : 'failed';
    this.#checked(outcome);
    return outcome;
  }

  #checked(outcome: 'passed' | 'failed'): void {
    const id = this.view.history.length + 1;
    const check = { id, day: '2026-11-23', outcome, who: '佐藤', atMs: dayMs + id * 60_000 };
    const results = (this.view.set?.pictures ?? []).map((picture, at) => {
      const changed = at === 0 && this.nextScore !== null;
      const score = changed ? this.nextScore! : picture.score;
      return {
        ...{ id: picture.id, outcome: changed ? ('changed' as const) : ('same' as const), score },
        verdict: changed ? ('reject' as const) : picture.verdict,
      };
    });
    this.view = { ...this.view, last: { ...check, results }, history: [check, ...this.view.history] };
    const failed = outcome === 'failed' || this.golden.state === 'failed';
    const sinceMs = failed ? dayMs - 14 * HOUR : null;
    this.golden = {
      ...{ state: failed ? 'failed' : 'passed', why: null, checkedAtMs: check.atMs, running: false, sinceMs },
      untrusted: failed ? 318 : 0,
    };
    this.#tell({ golden: this.golden });
  }

  clear(said: Pick<GoldenView['clearings'][number], 'reason' | 'done'>, rescore: boolean): { rescored: number } {
    const rescored = rescore ? this.golden.untrusted : 0;
    const { reason, done } = said;
    this.view = {
      ...this.view,
      clearings: [{ reason, done, who: '佐藤', atMs: dayMs + 900_000 }, ...this.view.clearings],
    };
    this.golden = { ...this.golden, state: 'due', why: 'new_day', untrusted: 0, sinceMs: null };
    this.#tell({ golden: this.golden });
    return { rescored };
  }

  /** Passed pictures whose verdicts are not trusted. */
  readonly untrustedIds = [301, 305, 309, 322, 345, 366];

  affected(judged: (id: number) => boolean): { rows: ImageView[]; total: number; toJudge: number } {
    const rows = this.untrustedIds.map((id) => this.#image(id));
    return { rows, total: this.golden.untrusted, toJudge: this.untrustedIds.filter((id) => !judged(id)).length };
  }
}
