import { describe, expect, it } from 'vitest';
import { defaultNotices, type NoticeSettings } from '#core/contract/desktop.ts';
import type { JobView } from '#core/contract/views.ts';
import { emptyState } from '#test/fakes/app.ts';
import { FLAGGED_EVERY_MS, type Notice, Notices } from '../../electron/notices.ts';
import { job } from './job-view.ts';

/** Notices over a clock of their own. */
function line(settings: Partial<NoticeSettings> = {}) {
  const told: Notice[] = [];
  const line = { told, watched: false, now: new Date(2026, 0, 5, 12, 0), look };
  const notices = new Notices({
    now: () => line.now,
    show: (notice) => told.push(notice),
    watched: () => line.watched,
  });
  function look(toReview: number, jobs: readonly JobView[] = []): void {
    const counts = { ...emptyState.counts, toReview };
    notices.look({ counts, jobs: [...jobs] }, { ...defaultNotices, ...settings });
  }
  return line;
}
const later = (line: { now: Date }, ms: number): void => void (line.now = new Date(line.now.getTime() + ms));

describe('notices of pictures that wait', () => {
  it('say nothing of those that were there at the start', () => {
    const one = line();
    one.look(40);
    one.look(40);
    expect(one.told).toEqual([]);
  });

  it('do not flood: a hundred in ten minutes are two notices, and none is left out', () => {
    const one = line();
    one.look(0);
    for (let n = 1; n <= 100; n++) {
      one.look(n);
      later(one, FLAGGED_EVERY_MS / 100);
    }
    one.look(100);
    expect(one.told).toEqual([
      { kind: 'flagged', waiting: 1, added: 1 },
      { kind: 'flagged', waiting: 100, added: 99 },
    ]);
  });

  it('forget what was judged meanwhile, and what the person saw come', () => {
    const one = line();
    one.look(0);
    one.look(1);
    one.look(5);
    one.look(0);
    later(one, FLAGGED_EVERY_MS);
    one.look(0);
    one.watched = true;
    one.look(4);
    one.watched = false;
    one.look(4);
    expect(one.told).toHaveLength(1);
  });

  it('keep quiet over the night and tell once in the morning', () => {
    const one = line({ quiet: true, quietFrom: '22:00', quietTo: '06:00' });
    one.look(0);
    one.now = new Date(2026, 0, 5, 23, 30);
    for (let n = 1; n < 50; n++) one.look(n, [job('pretrain', 'running')]);
    one.now = new Date(2026, 0, 6, 5, 59);
    one.look(50, [job('pretrain', 'done')]);
    expect(one.told).toEqual([]);
    one.now = new Date(2026, 0, 6, 6, 0);
    one.look(50, [job('pretrain', 'done')]);
    expect(one.told).toEqual([
      { kind: 'trained', job: 'pretrain' },
      { kind: 'flagged', waiting: 50, added: 50 },
    ]);
  });

  it('go on after the clock was set back', () => {
    const one = line();
    one.look(0);
    one.look(1);
    later(one, -24 * 3600 * 1000);
    one.look(2);
    expect(one.told).toHaveLength(2);
  });
});

describe('notices of trainings', () => {
  it('tell each end once, also one that failed, and none of other jobs', () => {
    const one = line();
    one.look(0, [job('teach', 'done', 1)]);
    one.look(0, [job('pretrain', 'running', 2), job('teach', 'done', 1)]);
    const ended = [
      job('score', 'done', 4),
      job('teach', 'failed', 3),
      job('pretrain', 'done', 2),
      job('teach', 'done', 1),
    ];
    one.look(0, ended);
    one.look(0, ended);
    expect(one.told).toEqual([
      { kind: 'training_failed', job: 'teach' },
      { kind: 'trained', job: 'pretrain' },
    ]);
  });

  it('tell one that is tried again when it ends again', () => {
    const one = line();
    one.look(0);
    for (const state of ['failed', 'running', 'done'] as const) one.look(0, [job('pretrain', state)]);
    expect(one.told.map(({ kind }) => kind)).toEqual(['training_failed', 'trained']);
  });
});
