import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { AppError, toErrorData } from '#core/contract/errors.ts';
import type { DeletionScope } from '#core/contract/retention.ts';
import { PretrainConfig } from '#core/contract/engine.ts';
import * as v from 'valibot';
import { ORPCError } from '@orpc/server';
import { picturesToPretrain } from '#core/domain/gates.ts';
import { realApp, stateOf, takeIn, type RealApp } from '#test/faults/real-app.ts';
import { signedIn } from '#test/fakes/signed-in.ts';
import { put, temporaryFolder } from '#test/ingest/fixture.ts';
import { cleared } from '#test/store/fixture.ts';

const { word: _, reason: __, who: ___, atMs: ____, ...said } = cleared;

async function line(names: (n: number) => string = (n) => `${n}.png`) {
  const real = await realApp();
  const folder = temporaryFolder();
  for (let n = 0; n < picturesToPretrain; n++) await put(folder, names(n), n);
  const cameraId = await takeIn(real.calls, folder, picturesToPretrain);
  return { ...real, folder, cameraId };
}

/** Why a call was refused. */
async function refusal(call: Promise<unknown>): Promise<ReturnType<typeof toErrorData>> {
  try {
    await call;
  } catch (thrown) {
    if (thrown instanceof ORPCError) return toErrorData(thrown.data);
    if (thrown instanceof AppError) return toErrorData(thrown);
    throw thrown;
  }
  throw new Error('not refused');
}

const start = ({ calls }: Pick<RealApp, 'calls'>) =>
  calls.learn.start({ config: v.parse(PretrainConfig, { minutes: 1 }) });

describe('learning and the register', () => {
  it('is refused with what is missing, and goes on once a person has cleared the data set', async () => {
    const real = await line();
    const { app, calls, cameraId, dataDir } = real;
    expect((await stateOf(calls)).governance.blocked).toHaveLength(1);
    expect(await refusal(start(real))).toMatchObject({
      code: 'right_missing',
      params: { cameraId, state: 'undeclared', owner: 'yes', named: 'no' },
    });
    const sayAs = (by: RealApp['calls']) => (more: object) =>
      by.rights.say({ cameraId, word: 'cleared', said, reason: '', ...more });
    expect((await refusal(sayAs(calls)({}))).code).toBe('right_needs_name');
    const abe = await signedIn(app, { name: 'Abe' });
    let say = sayAs(abe);
    const unfinished = { ...said, people: 'unknown' } as const;
    expect(await refusal(say({ said: unfinished }))).toMatchObject({
      code: 'right_incomplete',
      params: { people: 'yes' },
    });
    await abe.rights.setClearers({ names: ['Sato'] });
    expect(await refusal(say({}))).toMatchObject({ code: 'right_not_yours', params: { who: 'Sato' } });
    expect((await refusal(abe.rights.setClearers({ names: ['Abe'] }))).code).toBe('right_not_yours');
    await say({ word: 'saved' });
    expect(await refusal(start(real))).toMatchObject({ params: { state: 'waiting', who: 'Sato' } });

    say = sayAs(await signedIn(app, { name: 'Sato', role: 'supervisor' }));
    expect((await refusal(say({}))).code).toBe('right_needs_reason');
    const { sets } = await say({ reason: 'checked with the customer' });
    expect(sets).toMatchObject([{ state: 'cleared', newest: { who: 'Sato', reason: 'checked with the customer' } }]);
    expect((await start(real)).jobId).toBe(1);
    expect((await stateOf(calls)).governance.blocked).toEqual([]);

    await say({ word: 'withdrawn', reason: 'customer withdrew' });
    expect(await refusal(start(real))).toMatchObject({ code: 'right_missing', params: { state: 'withdrawn' } });
    const { versions } = await calls.rights.history({ cameraId });
    expect(versions.map((one) => one.word)).toEqual(['withdrawn', 'cleared', 'saved']);
    const { file } = await calls.rights.export();
    const rows = parse(readFileSync(join(dataDir, 'exports', file)), { columns: true, bom: true }) as object[];
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({ state_now: 'withdrawn', word: 'withdrawn', owner: 'works 2', who: 'Sato' });
  });

  it('needs no word for the sample line', async () => {
    const { calls } = await realApp();
    await calls.sample.start();
    await calls.sample.stop();
    expect((await calls.rights.list()).sets).toMatchObject([{ state: 'sample' }]);
  });
});

describe('an order to delete', () => {
  it('shows first what would go, waits a week, and can be called off until it begins', async () => {
    const { app, cameraId } = await line();
    const calls = await signedIn(app, { name: 'Sato' });
    const [first] = (await calls.images.list({})).rows;
    const { classId } = await calls.teach.addClass({ name: 'scratch', isGood: false });
    await calls.teach.label({ imageId: first?.id ?? 0, classId });
    const scope: DeletionScope = { cameraId, olderThanDays: null, even: [], originals: false };
    expect(await calls.retention.preview(scope)).toMatchObject({
      ...{ pictures: picturesToPretrain - 1, kept: { labelled: 1, frozen: 0 }, keptPictures: 1, learnt: [] },
      kinds: [{ classId: null, pictures: picturesToPretrain - 1 }],
    });
    expect(await calls.retention.preview({ ...scope, even: ['labelled'] })).toMatchObject({ keptPictures: 0 });
    expect(await refusal(calls.retention.order({ ...scope, olderThanDays: 30, reason: 'r' }))).toMatchObject({
      code: 'deletion_nothing',
    });
    const { orders } = await calls.retention.order({ ...scope, reason: 'contract ended' });
    expect(orders).toMatchObject([{ pictures: picturesToPretrain - 1, state: 'waiting', who: 'Sato', byRule: false }]);
    const [order] = orders;
    expect((order?.dueAtMs ?? 0) - (order?.atMs ?? 0)).toBeGreaterThan(6.9 * 86_400_000);
    expect((await stateOf(calls)).governance.deletions).toHaveLength(1);
    const after = await calls.retention.cancel({ deletionId: order?.id ?? 0, reason: 'still needed' });
    expect(after.orders).toEqual([]);
    const { rows } = await calls.history.list({});
    expect(rows.map(({ what }) => what)).toEqual(expect.arrayContaining(['retention.order', 'retention.cancel']));
  });

  it('follows from a rule only where there is one, and a rule can be taken back', async () => {
    const { app, cameraId } = await line();
    const calls = await signedIn(app, { name: 'Sato' });
    const rule = { keepDays: 90, byRight: true, even: [], originals: false };
    const { sets } = await calls.retention.setRule({ cameraId, rule, reason: 'policy' });
    expect(sets).toMatchObject([{ rule: { keepDays: 90, byRight: true, who: 'Sato' } }]);
    const off = { ...rule, keepDays: null, byRight: false };
    expect((await calls.retention.setRule({ cameraId, rule: off, reason: 'none' })).sets).toMatchObject([
      { rule: null },
    ]);
  });
});

describe('all data of a lot', () => {
  it('is written into one folder, pictures encoded anew, tables and provenance', async () => {
    const { calls, cameraId, dataDir } = await line((n) => `L${n % 2}_${String(n).padStart(3, '0')}.png`);
    await calls.metadata.setPattern({ cameraId, pattern: '{lot}_{serial}.*' });
    await expect.poll(async () => (await calls.lots.list({})).lots.length, { timeout: 15_000 }).toBe(2);
    const { lots } = await calls.lots.list({ text: 'l1' });
    expect(lots).toMatchObject([{ lot: 'L1', deleted: 0 }]);
    const [lot] = lots;
    const { folder, pictures, withoutPicture } = await calls.lots.export({ lot: 'L1', originals: false });
    expect([pictures, withoutPicture]).toEqual([lot?.pictures, 0]);
    expect(readdirSync(folder).toSorted()).toEqual([
      'history.csv',
      'pictures',
      'pictures.csv',
      'provenance.json',
      'scores.csv',
    ]);
    const rows = parse(readFileSync(join(folder, 'pictures.csv')), { columns: true, bom: true }) as Record<
      string,
      string
    >[];
    expect(rows).toHaveLength(lot?.pictures ?? 0);
    for (const { picture = '', file = '' } of rows) {
      expect(readFileSync(join(folder, picture)).subarray(8, 12).toString()).toBe('WEBP');
      expect(file).toMatch(/^L1_/);
    }
    expect(JSON.parse(readFileSync(join(folder, 'provenance.json'), 'utf8'))).toMatchObject({ lot: 'L1', models: [] });
    expect(readdirSync(join(dataDir, 'exports')).some((name) => name.endsWith('.part'))).toBe(false);
    const whole = await calls.lots.export({ lot: 'L1', originals: true });
    const [name = ''] = readdirSync(join(whole.folder, 'pictures'));
    expect(name).toMatch(/\.png$/);
    expect(existsSync(join(whole.folder, 'pictures', name))).toBe(true);
    expect(await refusal(calls.lots.export({ lot: 'none', originals: false }))).toMatchObject({ code: 'lot_unknown' });
  });
});
