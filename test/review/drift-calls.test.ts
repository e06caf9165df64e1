import { join } from 'node:path';
import { call } from '@orpc/server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { implementer } from '#core/calls/base.ts';
import { driftCalls } from '#core/calls/drift.ts';
import type { Core } from '#core/core.ts';
import { Random } from '#core/domain/random.ts';
import { createDriftWatch } from '#core/drift-watch.ts';
import { listAudit, verifyAudit } from '#core/store/audit.ts';
import { standingDrift } from '#core/store/drift.ts';
import { admitPicture } from '#core/store/images.ts';
import { openStore, type Store } from '#core/store/open.ts';
import { beginBaseline, newestBaseline } from '#core/store/quality.ts';
import { realApp, stateOf } from '#test/faults/real-app.ts';
import { camera, temporaryFolder, temporaryStore } from '#test/store/fixture.ts';
import { picture, plainQuality } from '#test/store/picture.ts';

/** A camera whose light is 0.5 but for 2 %. */
function lineOf({ write }: Store) {
  const cameraId = camera(write);
  beginBaseline(write, { cameraId, reason: '', who: '', atMs: 1 });
  const random = new Random(3);
  let n = 0;
  const takes = (count: number, gain = 1): void =>
    write.transaction(() => {
      for (let at = 0; at < count; at++) {
        const mean = 0.5 * gain * Math.exp(0.02 * random.normal());
        admitPicture(write, picture(cameraId, ++n, { quality: { ...plainQuality, mean } }));
      }
    });
  return { cameraId, takes };
}

/** A window over it, and the watch behind it. */
function window() {
  const store = temporaryStore();
  const listeners = new Set<() => void>();
  const said: string[] = [];
  const core = {
    ...{ store, dataDir: temporaryFolder(), now: () => 7, person: () => '佐藤', jobs: { pending: () => false } },
    log: (_level: string, what: string) => void said.push(what),
    changed: () => listeners.forEach((listener) => listener()),
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  } as unknown as Core;
  const watch = createDriftWatch(core);
  onTestFinished(() => watch.close());
  const { cameraId, takes } = lineOf(store);
  const calls = driftCalls(implementer(core), core, watch).drift;
  return { store, calls, cameraId, takes, said, changed: core.changed };
}

const refused = (code: string) => ({ code: 'APP', data: { code } });

describe('what a camera’s page says of drift', () => {
  it('is how far it has learnt, then that nothing changed, with a chart of what it saw', async () => {
    const { calls, cameraId, takes } = window();
    takes(60);
    const young = await call(calls.get, { cameraId });
    expect(young).toMatchObject({ alarms: [], advice: null, answers: [] });
    expect(young.measures[0]).toMatchObject({
      state: 'not_judged',
      why: 'learning',
      pictures: 60,
      of: 200,
      chart: null,
    });
    takes(300);
    const grown = await call(calls.get, { cameraId });
    const [brightness] = grown.measures;
    expect(brightness).toMatchObject({ measure: 'brightness', state: 'steady', why: null });
    expect(brightness?.chart?.points).toHaveLength(45);
    expect(brightness?.chart?.low).toBeLessThan(0.5);
    expect(brightness?.chart?.high).toBeGreaterThan(0.5);
    expect(grown.measures.map(({ why }) => why)).toEqual([
      ...[null, null, 'no_colour', 'no_frame', 'no_encoder', 'no_model', 'no_model', 'no_model'],
    ]);
  });

  it('is what changed, with a picture of before and of now and what to do, which the log is told once', async () => {
    const { calls, cameraId, takes, said } = window();
    takes(300);
    takes(100, 0.8);
    const view = await call(calls.get, { cameraId });
    const [alarm] = view.alarms;
    expect(alarm).toMatchObject({ measure: 'brightness', direction: 'darker' });
    expect(alarm?.beforeImageId).toBeLessThanOrEqual(200);
    expect(alarm?.afterImageId).toBeGreaterThan(300);
    expect(view.measures[0]).toMatchObject({ state: 'drifted' });
    expect(view.advice).toMatchObject({ actions: ['lamp', 'lens', 'learn_normal'], retrain: 'camera_first' });
    await call(calls.get, { cameraId });
    expect(said).toEqual(['drift']);
  });

  it('is refused for a camera that there is not', async () => {
    await expect(call(window().calls.get, { cameraId: 99 })).rejects.toMatchObject(refused('not_found'));
  });
});

describe('a person’s answer to drift', () => {
  it.each(['mended', 'false_alarm'] as const)(
    '%s ends it with who, when and why, against the same normal',
    async (how) => {
      const { store, calls, cameraId, takes } = window();
      takes(300);
      takes(100, 0.8);
      const { alarms } = await call(calls.get, { cameraId });
      const through = alarms.at(-1)?.id ?? 0;
      await call(calls.clear, { cameraId, through, how, reason: ' 照明を交換 ' });
      expect(standingDrift(store.read)).toEqual([]);
      expect(newestBaseline(store.read, cameraId)).toMatchObject({ reason: '' });
      const { answers } = await call(calls.get, { cameraId });
      expect(answers).toMatchObject([{ how, reason: '照明を交換', who: '佐藤', atMs: 7 }]);
      expect(listAudit(store.read, 9).map(({ who, what, params }) => [who, what, params])).toEqual([
        ['佐藤', 'drift.clear', { cameraId, how, reason: '照明を交換' }],
        ['', 'drift.alarm', { cameraId, measure: 'brightness', direction: 'darker' }],
      ]);
      expect(verifyAudit(store.read)).toBeNull();
      // What was not mended comes again.
      takes(100, 0.8);
      expect((await call(calls.get, { cameraId })).alarms).toMatchObject([{ direction: 'darker' }]);
    },
  );

  it('new normal learns what is normal from the next pictures', async () => {
    const { store, calls, cameraId, takes } = window();
    takes(300);
    takes(100, 0.8);
    const { alarms } = await call(calls.get, { cameraId });
    await call(calls.clear, { cameraId, through: alarms.at(-1)?.id ?? 0, how: 'new_normal', reason: 'LED' });
    expect(newestBaseline(store.read, cameraId)).toMatchObject({ reason: 'LED', who: '佐藤' });
    takes(60, 0.8);
    const young = await call(calls.get, { cameraId });
    expect(young.measures[0]).toMatchObject({ state: 'not_judged', pictures: 60 });
    expect(young.answers).toMatchObject([{ how: 'new_normal', reason: 'LED' }]);
    takes(300, 0.8);
    expect((await call(calls.get, { cameraId })).measures[0]).toMatchObject({ state: 'steady' });
  });

  it('is refused without a reason, and where nothing stands that the person saw', async () => {
    const { store, calls, cameraId, takes } = window();
    const answer = { cameraId, through: 9, how: 'mended', reason: 'x' } as const;
    await expect(call(calls.clear, answer)).rejects.toMatchObject(refused('drift_nothing_to_clear'));
    takes(300);
    takes(100, 0.8);
    const { alarms } = await call(calls.get, { cameraId });
    const through = alarms.at(-1)?.id ?? 0;
    await expect(call(calls.clear, { ...answer, through, reason: '  ' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    // Of what came after the screen was drawn a person has said nothing.
    takes(100, 0.8);
    expect(standingDrift(store.read)).toHaveLength(1);
    await call(calls.clear, { ...answer, through });
    await expect(call(calls.clear, { ...answer, through })).rejects.toMatchObject(refused('drift_nothing_to_clear'));
  });
});

describe('in a real core', () => {
  it('drift is a warning that outlives a restart, and the hand-over tells of it, until it is answered', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    const store = openStore(dataDir);
    const { cameraId, takes } = lineOf(store);
    takes(300);
    takes(100, 0.8);
    store.close();
    const first = await realApp({ dataDir });
    const { alarms } = await first.calls.drift.get({ cameraId });
    expect(alarms).toMatchObject([{ direction: 'darker' }]);
    await first.app.close();
    const { calls } = await realApp({ dataDir });
    const warned = { code: 'drift_found', params: { cameraId, direction: 'darker' } };
    const state = await stateOf(calls);
    expect(state).toMatchObject({ drift: [{ cameraId, direction: 'darker' }] });
    expect(state.warnings).toContainEqual(
      expect.objectContaining({ ...warned, params: expect.objectContaining(warned.params) }),
    );
    expect((await calls.sheets.handover()).warnings.map(({ code }) => code)).toContain('drift_found');
    await calls.drift.clear({ cameraId, through: alarms[0]?.id ?? 0, how: 'mended', reason: 'lamp' });
    const after = await stateOf(calls);
    expect(after.drift).toEqual([]);
    expect(after.warnings.map(({ code }) => code)).not.toContain('drift_found');
  });
});

describe('the watch', () => {
  it('looks by itself some seconds after something came', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { store, takes, changed } = window();
    takes(300);
    takes(100, 0.8);
    changed();
    expect(standingDrift(store.read)).toEqual([]);
    await vi.advanceTimersByTimeAsync(3000);
    await vi.waitFor(() => expect(standingDrift(store.read)).toMatchObject([{ direction: 'darker' }]));
  });

  it('that is closed looks no further', async () => {
    const store = temporaryStore();
    const core = {
      store,
      log: () => undefined,
      now: () => 7,
      changed: () => undefined,
      onChange: () => () => undefined,
    };
    const watch = createDriftWatch(core as unknown as Core);
    await watch.close();
    await expect(watch.catchUp()).resolves.toBeUndefined();
  });
});
