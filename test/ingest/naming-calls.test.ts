import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { call } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { implementer } from '#core/calls/base.ts';
import { metadataCalls } from '#core/calls/metadata.ts';
import type { Core } from '#core/core.ts';
import { defaultShifts } from '#core/domain/shifts.ts';
import { createDescribeAgain } from '#core/ingest/describe-again.ts';
import { listAudit } from '#core/store/audit.ts';
import { put, site, until } from './fixture.ts';

/** The calls over a real store and a watched folder; what they do not use of a core is not there. */
async function naming(names: readonly string[]) {
  const here = site();
  const { store, folder, ingest, images } = here;
  await mkdir(join(folder, '20261126'));
  for (const [n, name] of names.entries()) await put(folder, name, n);
  const cameraId = await ingest.addCamera({ name: 'camera', folder, lineName: 'line' });
  await until(images, (count) => count === names.length);
  const describeAgain = createDescribeAgain({ store, onChange: () => undefined, log: () => undefined });
  // As at the app's start, when there is nothing to do.
  describeAgain.wake();
  const parts = { store, ingest, describeAgain, person: () => '佐藤', now: () => 7 };
  const core = { ...parts, changed: () => undefined, log: () => undefined } as unknown as Core;
  const { metadata } = metadataCalls(implementer(core), core);
  return { ...here, cameraId, metadata, redone: () => describeAgain.idle() };
}

const names = Array.from({ length: 8 }, (_, n) => `20261126/L1_${100 + n}_0830${10 + n}.png`);

describe('patterns of a camera', () => {
  it('are proposed from, tried on and stored for its real names', async () => {
    const { metadata, cameraId, store, redone } = await naming([...names, 'test.png']);
    const { pattern } = await call(metadata.suggest, { cameraId });
    expect(pattern).toBe('{date:yyyyMMdd}/L1_{serial}_{time:HHmmss}.*');
    const preview = await call(metadata.preview, { cameraId, pattern: pattern ?? '' });
    expect([preview.problem, preview.understood, preview.of]).toEqual([null, 8, 9]);
    expect(preview.rows.find(({ name }) => name === names[7])).toMatchObject({
      fields: { serial: '107', date: '2026-11-26', time: '08:30:17' },
    });
    expect(preview.rows.find(({ name }) => name === 'test.png')).toMatchObject({
      ...{ fields: null, unread: { part: '{date:yyyyMMdd}', rest: 'test.png' } },
    });
    await call(metadata.setPattern, { cameraId, pattern: pattern ?? '' });
    await redone();
    const state = await call(metadata.get, { cameraId });
    expect(state).toMatchObject({ pattern, redoing: false, shifts: defaultShifts });
    expect(state.takenSources).toEqual([
      { source: 'name', n: 8 },
      { source: 'file', n: 1 },
    ]);
    expect(listAudit(store.read, 1)).toMatchObject([{ what: 'metadata.setPattern', who: '佐藤' }]);
    await call(metadata.setPattern, { cameraId, pattern: ' ' });
    expect((await call(metadata.get, { cameraId })).pattern).toBeNull();
  });

  it('that are wrong are refused with the place, and nothing changes', async () => {
    const { metadata, cameraId } = await naming([]);
    const wrong = { cameraId, pattern: '{lot}_{lot}' };
    const error = { code: 'pattern_invalid', params: { reason: 'repeated', place: 7, part: '{lot}' } };
    expect(await call(metadata.preview, wrong)).toMatchObject({ problem: error, of: 0 });
    await expect(call(metadata.setPattern, wrong)).rejects.toMatchObject({ data: error });
    expect((await call(metadata.get, { cameraId })).pattern).toBeNull();
    await expect(call(metadata.get, { cameraId: 99 })).rejects.toMatchObject({ data: { code: 'not_found' } });
  });
});

describe('shifts of a line', () => {
  it('are stored whole or not at all', async () => {
    const { metadata, cameraId } = await naming([]);
    const { lineId } = await call(metadata.get, { cameraId });
    const shift = { name: 'A', startMinute: 0, endMinute: 600, days: [1] };
    const clash = { lineId, shifts: [shift, { ...shift, name: 'B', startMinute: 599 }] };
    await expect(call(metadata.setShifts, clash)).rejects.toMatchObject({
      data: { code: 'shifts_clash', params: { a: 'A', b: 'B' } },
    });
    await expect(call(metadata.setShifts, { lineId, shifts: [shift, { ...shift, days: [2] }] })).rejects.toMatchObject({
      data: { code: 'shifts_clash' },
    });
    await call(metadata.setShifts, { lineId, shifts: [shift] });
    expect((await call(metadata.get, { cameraId })).shifts).toEqual([shift]);
  });
});

describe('facts of a picture', () => {
  it('are put right for several at once, one fact at a time, and taken back', async () => {
    const { metadata, store } = await naming(names.slice(0, 2));
    const [one, other] = [1, 2];
    await call(metadata.edit, { imageIds: [one, other], lot: 'L9', takenAtMs: Date.UTC(2026, 0, 2) });
    expect(await call(metadata.facts, { imageId: other })).toMatchObject({
      ...{ lot: 'L9', lotSource: 'person', takenAtMs: Date.UTC(2026, 0, 2), takenSource: 'person', serial: null },
    });
    await call(metadata.edit, { imageIds: [one], lot: 'L9', serial: '' });
    // The lot stood already: only the serial is news.
    expect(store.read.all('SELECT field, old, new FROM meta_edit WHERE image_id = 1 ORDER BY id')).toMatchObject([
      { field: 'lot', old: '', new: 'L9' },
      { field: 'takenAt', new: String(Date.UTC(2026, 0, 2)) },
      { field: 'serial', old: '', new: '' },
    ]);
    await call(metadata.edit, { imageIds: [one], lot: null, serial: null, shift: null, takenAtMs: null });
    expect(await call(metadata.facts, { imageId: one })).toMatchObject({
      lot: null,
      lotSource: null,
      takenSource: 'file',
    });
    await expect(call(metadata.edit, { imageIds: [one, 999], lot: 'X' })).rejects.toMatchObject({
      data: { code: 'not_found' },
    });
    expect((await call(metadata.facts, { imageId: one })).lot).toBeNull();
  });
});
