import { call } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { implementer } from '#core/calls/base.ts';
import { qualityCalls } from '#core/calls/quality.ts';
import type { Core } from '#core/core.ts';
import { createQualityCards } from '#core/quality-card.ts';
import { listAudit, verifyAudit } from '#core/store/audit.ts';
import { camera, pictures, temporaryFolder, temporaryStore } from '#test/store/fixture.ts';

function window() {
  const store = temporaryStore();
  let changes = 0;
  const core = {
    ...{ store, dataDir: temporaryFolder(), log: () => undefined, now: () => 5 },
    ...{ person: () => '佐藤', changed: () => changes++ },
  } as unknown as Core;
  const calls = qualityCalls(implementer(core), core, createQualityCards(core)).quality;
  return { store, calls, changes: () => changes };
}

describe('what a person says of picture quality', () => {
  it('is written down with who and when, and tells the screens', async () => {
    const { store, calls, changes } = window();
    const cameraId = camera(store.write);
    const [imageId = 0] = pictures(store.write, cameraId, 1);
    expect(await call(calls.say, { imageId, says: 'reject' })).toEqual({ savedAtMs: 5 });
    expect(await call(calls.keptOut, { cameraId })).toMatchObject({
      total: 1,
      rows: [{ id: imageId, says: 'reject' }],
    });
    await call(calls.learnAgain, { cameraId, reason: ' 照明を交換 ' });
    expect(await call(calls.get, { cameraId })).toMatchObject({
      baseline: { version: 1, who: '佐藤', reason: '照明を交換', atMs: 5, needed: 20 },
    });
    expect(listAudit(store.read, 9).map(({ who, what, params }) => [who, what, params])).toEqual([
      ['佐藤', 'quality.learnAgain', { cameraId, reason: '照明を交換' }],
      ['佐藤', 'quality.say', { imageId, says: 'reject' }],
    ]);
    expect(verifyAudit(store.read)).toBeNull();
    expect(changes()).toBe(2);
  });

  it('is refused with a reason where there is no such camera, picture, or normal look yet', async () => {
    const { store, calls } = window();
    const cameraId = camera(store.write);
    const refused = (code: string) => ({ code: 'APP', data: { code } });
    await expect(call(calls.get, { cameraId: 99 })).rejects.toMatchObject(refused('not_found'));
    await expect(call(calls.say, { imageId: 99, says: 'use' })).rejects.toMatchObject(refused('not_found'));
    await expect(call(calls.learnAgain, { cameraId: 99, reason: '' })).rejects.toMatchObject(refused('not_found'));
    await expect(call(calls.card, { cameraId, locale: 'ja' })).rejects.toMatchObject(refused('quality_not_learnt'));
    expect(listAudit(store.read, 9)).toEqual([]);
  });
});
