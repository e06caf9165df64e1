import type { NoticeSettings } from '#core/contract/desktop.ts';
import type { AppState, JobView } from '#core/contract/views.ts';
import { isQuiet, minuteOfDay } from '#core/domain/quiet-hours.ts';
import { isTraining } from './line-status.ts';

/** At most one notice about pictures in so long; what comes meanwhile is told together. */
export const FLAGGED_EVERY_MS = 10 * 60_000;

export type Notice =
  | { readonly kind: 'flagged'; readonly waiting: number; readonly added: number }
  | { readonly kind: 'trained' | 'training_failed'; readonly job: JobView['kind'] };

export interface NoticeTools {
  readonly now: () => Date;
  readonly show: (notice: Notice) => void;
  /** The person looks at the window: what it shows need not be told. */
  readonly watched: () => boolean;
}

function quietAt({ quiet, quietFrom, quietTo }: NoticeSettings, now: Date): boolean {
  const [from, to] = [minuteOfDay(quietFrom), minuteOfDay(quietTo)];
  return quiet && from !== null && to !== null && isQuiet(now.getHours() * 60 + now.getMinutes(), from, to);
}

const over: ReadonlySet<string> = new Set(['done', 'failed']);

/** Decides from one state to the next what is worth a notice. What was there at the start is none. */
export class Notices {
  readonly #tools: NoticeTools;
  #waiting: number | null = null;
  #added = 0;
  #toldAtMs = -Infinity;
  #ended: Set<number> | null = null;
  /** Trainings that ended in quiet hours. */
  #held: Notice[] = [];

  constructor(tools: NoticeTools) {
    this.#tools = tools;
  }

  /** Also called now and then without a change, since a notice may have to wait for its time. */
  look({ counts, jobs }: Pick<AppState, 'counts' | 'jobs'>, settings: NoticeSettings): void {
    this.#count(counts.toReview);
    this.#trainings(jobs, settings);
    const now = this.#tools.now();
    if (quietAt(settings, now)) return;
    for (const notice of this.#held.splice(0)) this.#tools.show(notice);
    this.#tellFlagged(counts.toReview, settings, now.getTime());
  }

  #count(waiting: number): void {
    const former = this.#waiting ?? waiting;
    this.#waiting = waiting;
    if (this.#tools.watched() || waiting === 0) this.#added = 0;
    else this.#added += Math.max(0, waiting - former);
  }

  #tellFlagged(waiting: number, { flagged }: NoticeSettings, nowMs: number): void {
    // A clock that was set back must not silence the app.
    const since = Math.abs(nowMs - this.#toldAtMs);
    if (this.#added === 0 || since < FLAGGED_EVERY_MS) return;
    if (flagged) {
      this.#tools.show({ kind: 'flagged', waiting, added: this.#added });
      this.#toldAtMs = nowMs;
    }
    this.#added = 0;
  }

  #trainings(jobs: readonly JobView[], { training }: NoticeSettings): void {
    const ended = jobs.filter((job) => isTraining(job) && over.has(job.state));
    const known = this.#ended ?? new Set(ended.map(({ id }) => id));
    for (const { id, kind, state } of ended) {
      if (known.has(id) || !training || this.#tools.watched()) continue;
      this.#held.push({ kind: state === 'done' ? 'trained' : 'training_failed', job: kind });
    }
    // A failed one that is tried again may end once more.
    this.#ended = new Set(ended.map(({ id }) => id));
  }
}
