import { describe, expect, it, vi } from 'vitest';
import { defaultNotices } from '#core/contract/desktop.ts';
import { emptyState } from '#test/fakes/app.ts';
import * as double from '#test/fakes/electron.ts';
import { drawStatus } from '../../electron/tray-icon.ts';
import { job } from './job-view.ts';
import { theWindow, useShell } from './shell-fixture.ts';

vi.mock('electron', () => import('#test/fakes/electron.ts'));
const shell = useShell();

const waiting = (toReview: number) => ({ counts: { ...emptyState.counts, toReview } });
const failed = {
  engine: { state: 'failed' as const, facts: null, error: { code: 'engine_gave_up' as const, params: {} } },
};
const tray = () => double.seen.trays[0]!;
/** Menus of the double are templates, whose clicks the shell gives without arguments. */
const press = (item: { readonly click?: unknown } | undefined): void => {
  const click = item?.click as (() => void) | undefined;
  click?.();
};
const bitmap = (): Buffer | undefined => tray().image.parts[0]?.buffer;

describe('the tray', () => {
  it('shows running, waiting pictures and trouble in words and in pictures of different shapes', async () => {
    const { core } = await shell.startLiving();
    expect(tray().toolTip).toBe('Minarai: 動いています。待っている画像はありません');
    expect(bitmap()).toEqual(drawStatus('running', 16));
    core.show(waiting(3));
    await vi.waitFor(() => expect(tray().toolTip).toBe('Minarai: 要確認 3 枚'));
    expect(bitmap()).toEqual(drawStatus('waiting', 16));
    core.show(failed);
    await vi.waitFor(() => expect(tray().toolTip).toBe('Minarai: 確認が必要です。画面を開いてください'));
    expect(bitmap()).toEqual(drawStatus('trouble', 16));
    expect(double.seen.trays).toHaveLength(1);
  });

  it('its pictures differ where colours cannot be told apart, at every scale', () => {
    const covered = (status: 'running' | 'waiting' | 'trouble', side: number): boolean[] =>
      Array.from({ length: side * side }, (_, pixel) => (drawStatus(status, side)[pixel * 4 + 3] ?? 0) > 127);
    for (const side of [16, 24, 32, 48]) {
      const shapes = (['running', 'waiting', 'trouble'] as const).map((status) => covered(status, side));
      for (const [one, other] of [
        [0, 1],
        [1, 2],
        [0, 2],
      ] as const) {
        const differing = shapes[one]!.filter((is, pixel) => is !== shapes[other]![pixel]).length;
        expect(differing / (side * side)).toBeGreaterThan(0.15);
      }
    }
  });

  it('leads to the window, to the pictures that wait, and out', async () => {
    const { core, window } = await shell.startLiving();
    const items = () => tray().menu.filter(({ type }) => type !== 'separator');
    expect(items().map(({ label, enabled = true }) => [label, enabled])).toEqual([
      ['動いています。待っている画像はありません', false],
      ['Minarai を開く', true],
      ['判定する（0 枚）', false],
      ['Minarai を終了', true],
    ]);
    core.show({ ...waiting(2), settings: { ...emptyState.settings, locale: 'en' } });
    await vi.waitFor(() => expect(items()[2]).toMatchObject({ label: 'Review (2)', enabled: true }));
    const before = window.focused;
    tray().emit('click');
    expect(window.focused).toBe(before + 1);
    press(items()[2]);
    expect(window.loaded.at(-1)).toBe('app://minarai/#/review');
    press(items()[3]);
    await vi.waitFor(() => expect(double.seen.quit).toBe(true));
  });

  it('a desktop without a place for it goes without', async () => {
    double.seen.trayRefused = true;
    await expect(shell.startLiving()).rejects.toThrow('to have a length of 1 but got');
    expect(theWindow().loaded).toEqual(['app://minarai/']);
    expect(double.seen.menus).toHaveLength(1);
  });
});

describe('notices', () => {
  const told = (): string[] => double.seen.notices.map(({ title, body }) => `${title} | ${body}`);

  it('tell of pictures that wait; a click opens their queue', async () => {
    const { core, window } = await shell.startLiving();
    core.show(waiting(2));
    await vi.waitFor(() =>
      expect(told()).toEqual(['要確認の画像が 2 枚あります | 新しく 2 枚。押すと判定の画面を開きます。']),
    );
    double.seen.notices[0]?.emit('click');
    await vi.waitFor(() => expect(window.loaded.at(-1)).toBe('app://minarai/#/review'));
  });

  it('tell of a training that ended, and lead there', async () => {
    const { core, window } = await shell.startLiving();
    core.show({ jobs: [job('pretrain', 'running', 7), job('score', 'running', 8)] });
    await vi.waitFor(() => expect(double.seen.awake.size).toBe(1));
    core.show({ jobs: [job('pretrain', 'done', 7), job('score', 'done', 8)] });
    await vi.waitFor(() => expect(told()).toEqual([expect.stringMatching(/^終わりました: /)]));
    double.seen.notices[0]?.emit('click');
    expect(window.loaded.at(-1)).toBe('app://minarai/#/learn');
  });

  it('are told in the language of the moment, and not while the window is looked at', async () => {
    const { core, window } = await shell.startLiving();
    window.inFront = true;
    core.show({ ...waiting(5), settings: { ...emptyState.settings, locale: 'en' } });
    await vi.waitFor(() => expect(tray().toolTip).toMatch(/5 pictures/));
    window.inFront = false;
    core.show(waiting(6));
    await vi.waitFor(() => expect(told()).toEqual(['6 pictures wait to be judged | 1 new. Click to open Review.']));
  });

  it('are off where the person switched them off', async () => {
    const { core } = await shell.startLiving();
    core.notices = { ...defaultNotices, flagged: false, training: false };
    core.show({ ...waiting(5), jobs: [job('teach', 'done')] });
    await vi.waitFor(() => expect(tray().toolTip).toMatch(/5/));
    expect(told()).toEqual([]);
  });
});
