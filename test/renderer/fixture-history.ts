import { type HistoryPage, type HistoryState, trailEvents } from '#core/contract/history.ts';

/** Who did what, made up: every kind of entry over and over. */
export class FixtureHistory {
  entries = 300;
  brokenAt: number | null = null;

  state(): HistoryState {
    return { entries: this.entries, brokenAt: this.brokenAt, hash: 'c0ffee'.repeat(11).slice(0, 64) };
  }

  list(beforeId: number | undefined, limit: number): HistoryPage {
    const first = Math.min(beforeId === undefined ? this.entries : beforeId - 1, this.entries);
    const rows = Array.from({ length: Math.max(0, Math.min(limit, first)) }, (_, n) => {
      const id = first - n;
      const what = trailEvents[id % trailEvents.length] ?? 'app.set';
      return {
        id,
        atMs: Date.UTC(2026, 10, 23) + id * 60_000,
        who: id % 5 === 0 ? '' : '佐藤',
        what,
        params: { n: id },
      };
    });
    return { rows, total: this.entries };
  }

  export(): { file: string } {
    this.entries++;
    return { file: 'history-20261123-104207.csv' };
  }
}
