import { describe, expect, it, vi } from 'vitest';
import * as double from '#test/fakes/electron.ts';
import { job } from './job-view.ts';
import { useShell } from './shell-fixture.ts';

vi.mock('electron', () => import('#test/fakes/electron.ts'));
const shell = useShell();

const [STOP, WAIT, CANCEL] = [0, 1, 2];

/** A training that runs, and how the person will answer. */
async function training(answer: number | (() => number | Promise<number>)) {
  const { core, window } = await shell.startLiving();
  core.show({ jobs: [job('pretrain', 'running')] });
  await vi.waitFor(() => expect(double.seen.awake.size).toBe(1));
  double.seen.answer = typeof answer === 'number' ? () => answer : answer;
  return { core, window };
}

describe('quitting while a training runs', () => {
  it('asks in the window’s language, and nothing is closed before the answer', async () => {
    const { core } = await training(CANCEL);
    double.app.quit();
    await vi.waitFor(() => expect(double.seen.questions).toHaveLength(1));
    expect(double.seen.questions[0]).toMatchObject({
      message: expect.stringMatching(/学習の途中/),
      buttons: ['今すぐ終了（続きは次回）', '学習が終わったら終了', '終了しない'],
      cancelId: CANCEL,
      defaultId: WAIT,
    });
    expect([core.closed, double.seen.quit]).toEqual([false, false]);
    // The next wish is asked about again.
    await vi.waitFor(() => {
      double.app.quit();
      expect(double.seen.questions.length).toBeGreaterThan(1);
    });
  });

  it('stops now: the core is closed, which keeps the training for the next start', async () => {
    const { core } = await training(STOP);
    double.app.quit();
    await vi.waitFor(() => expect(double.seen.quit).toBe(true));
    expect([core.closed, double.seen.flushed]).toEqual([true, 1]);
  });

  it('waits: everything goes on until no training runs or waits for its turn', async () => {
    const { core } = await training(WAIT);
    double.app.quit();
    await vi.waitFor(() => expect(double.seen.questions).toHaveLength(1));
    core.show({ jobs: [job('pretrain', 'done'), job('teach', 'queued', 2)] });
    await vi.waitFor(() => expect(double.seen.awake.size).toBe(0));
    expect([core.closed, double.seen.quit]).toEqual([false, false]);
    core.show({ jobs: [job('pretrain', 'done'), job('teach', 'done', 2)] });
    await vi.waitFor(() => expect(double.seen.quit).toBe(true));
    expect(core.closed).toBe(true);
  });

  it('closing the window is a wish to quit: it stays while the question is open', async () => {
    const { window } = await training(CANCEL);
    expect(window.close()).toBe(false);
    await vi.waitFor(() => expect(double.seen.questions).toHaveLength(1));
    expect(window.destroyed).toBe(false);
  });

  it.each([
    [
      'Windows ends the session',
      (window: double.BrowserWindow) => window.emit('session-end', { reasons: ['shutdown'] }),
    ],
    ['the system shuts down', () => double.powerMonitor.emit('shutdown')],
    ['the system asks by a signal', () => process.emit('SIGTERM')],
  ])('%s: everything is kept without a question', async (_what, end) => {
    const { core, window } = await training(WAIT);
    end(window);
    await vi.waitFor(() => expect(double.seen.quit).toBe(true));
    expect([core.closed, double.seen.questions]).toEqual([true, []]);
  });

  it('the session ends over the open question: it is not waited for the answer, and the core is closed once', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const { core, window } = await training(() => promise);
    let closes = 0;
    const { close } = core;
    Object.assign(core, { close: () => (closes++, close()) });
    double.app.quit();
    await vi.waitFor(() => expect(double.seen.questions).toHaveLength(1));
    window.emit('session-end', { reasons: ['logoff'] });
    await vi.waitFor(() => expect(double.seen.quit).toBe(true));
    resolve(STOP);
    // Until everything that the answer could start has begun.
    await new Promise((done) => setImmediate(done));
    expect(closes).toBe(1);
  });
});

describe('quitting otherwise', () => {
  it('asks nothing while no training runs, also when pictures are scored', async () => {
    const { core } = await shell.startLiving();
    core.show({ jobs: [job('score', 'running')] });
    double.app.quit();
    await vi.waitFor(() => expect(double.seen.quit).toBe(true));
    expect([core.closed, double.seen.questions, double.seen.trays[0]?.destroyed]).toEqual([true, [], true]);
  });

  it('ends also where closing fails', async () => {
    const { core } = await shell.startLiving();
    Object.assign(core, { close: () => Promise.reject(new Error('disk')) });
    double.app.quit();
    await vi.waitFor(() => expect(double.seen.quit).toBe(true));
  });

  it('a page with judgements that are nowhere yet is left only if the person says so', async () => {
    const { window } = await shell.startLiving();
    for (const [answer, leaves] of [
      [0, false],
      [1, true],
    ] as const) {
      double.seen.answer = () => answer;
      const unload = double.preventable();
      window.webContents.emit('will-prevent-unload', unload);
      expect(unload.defaultPrevented).toBe(leaves);
    }
  });
});
