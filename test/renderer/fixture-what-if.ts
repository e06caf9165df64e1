import type { RoiInputs, ScoreColumns } from '#core/contract/views.ts';
import type { PastDays, WhatIfFacts } from '#core/contract/what-if.ts';
import type { RoiInputName } from '#core/domain/roi.ts';
import { verdictOf } from '#core/domain/threshold.ts';

const DAYS = 20;
const DAY_MS = 86_400_000;
const firstDayMs = Date.UTC(2026, 10, 4);

/** Scores of one camera, of which no kind is known. */
export type PlainColumns = Omit<ScoreColumns, 'cameras' | 'kinds'>;

/** What the threshold page asks for beside the scores. */
export class FixtureWhatIf {
  aims: WhatIfFacts['aims'] = { maxEscape: 0.05, maxOverkill: 0.01 };
  auditEscape: WhatIfFacts['auditEscape'] = { value: 0.031, lower95: 0.004, upper95: 0.112, audited: 240 };
  /** Handed out in place of the fixture's own scores. */
  columns: PlainColumns | null = null;
  /** Inputs with another value; undefined: lacking altogether. */
  inputs: Partial<Record<RoiInputName, number | undefined>> = {};
  /** Pictures of the days behind, where those are not the fixture's own. */
  pastCount: number | null = null;
  readonly #count: () => number;
  readonly #score: (id: number) => number;

  constructor(count: () => number, score: (id: number) => number) {
    this.#count = count;
    this.#score = score;
  }

  facts(): WhatIfFacts {
    return {
      aims: this.aims,
      audited: Array.from({ length: 30 }, (_, at) => 101 + 2 * at),
      auditEscape: this.auditEscape,
    };
  }

  priced(inputs: RoiInputs): RoiInputs {
    const priced = { ...inputs };
    for (const [name, value] of Object.entries(this.inputs))
      if (value === undefined) delete priced[name];
      else priced[name] = { value, kind: 'entered' };
    return priced;
  }

  /** The pictures spread over twenty days; those of the first four days have been scored by an older model only. */
  past(wanted: number): PastDays {
    const kept = Math.min(wanted, DAYS);
    const days = Array.from({ length: kept }, (_, at) =>
      new Date(firstDayMs + (DAYS - kept + at) * DAY_MS).toISOString().slice(0, 10),
    );
    const rows = Array.from({ length: this.pastCount ?? this.#count() }, (_, at) => at + 1)
      .map((id) => ({ id, day: (id % DAYS) - (DAYS - kept) }))
      .filter(({ day }) => day >= 0);
    return {
      days,
      ids: rows.map(({ id, day }) => (day + DAYS - kept < 4 ? 1_000_000 + id : id)),
      dayOf: rows.map(({ day }) => day),
      happened: rows.map(({ id }) => verdictOf(this.#score(id), { review: 0.5, reject: 0.7 })),
    };
  }
}
