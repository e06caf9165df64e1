import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Core } from '#core/core.ts';
import { AppError } from '#core/contract/errors.ts';
import { addDays, localDay } from '#core/domain/days.ts';
import type { CameraId, ImageId } from '#core/domain/ids.ts';
import { declareByRunning } from '#core/rights.ts';
import { listAudit } from '#core/store/audit.ts';
import { addCamera, ensureLine } from '#core/store/cameras.ts';
import {
  checkRights,
  clearers,
  dataSets,
  mayTeachOf,
  rightVersions,
  sayRight,
  setClearers,
} from '#core/store/data-rights.ts';
import { pictureRows } from '#core/store/images.ts';
import { learntFrom, noteLearntFrom } from '#core/store/learnt-from.ts';
import { migrations, migrate } from '#core/store/migrate.ts';
import { addJob } from '#core/store/jobs.ts';
import { cleared, model, pictures, temporaryFolder, temporaryStore } from './fixture.ts';

const NOW = new Date(2026, 5, 30, 12).getTime();

function line() {
  const store = temporaryStore();
  const lineId = ensureLine(store.write, 'line');
  const add = (name: string): CameraId => addCamera(store.write, { lineId, name, folder: `/${name}`, atMs: 1 });
  const [first, second] = [add('one'), add('two')];
  const ids = pictures(store.write, first, 4);
  return { store, first, second, ids };
}

const refusal = (work: () => void): AppError => {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw thrown;
  }
  throw new Error('not refused');
};

describe('the register', () => {
  it('begins with every camera undeclared, and refuses with what is missing and who can clear', () => {
    const { store, ids } = line();
    expect(dataSets(store.read, NOW).map(({ name, state, pictures: n }) => [name, state, n])).toEqual([
      ['one', 'undeclared', 4],
      ['two', 'undeclared', 0],
    ]);
    setClearers(store.write, ['Sato', 'Abe'], { who: 'w', atMs: 1 });
    expect(clearers(store.read)).toEqual(['Sato', 'Abe']);
    const { code, params } = refusal(() => checkRights(store.read, ids, NOW));
    expect(code).toBe('right_missing');
    expect(params).toMatchObject({ dataSet: 'one', state: 'undeclared', owner: 'yes', who: 'Sato, Abe', others: 0 });
  });

  it('lets a cleared data set teach until its last day is over or somebody takes it back', () => {
    const { store, first, ids } = line();
    sayRight(store.write, first, { ...cleared, keepUntil: localDay(NOW) });
    expect(() => checkRights(store.read, ids, NOW)).not.toThrow();
    expect(refusal(() => checkRights(store.read, ids, NOW + 86_400_000)).params['state']).toBe('expired');
    sayRight(store.write, first, { ...cleared, word: 'withdrawn', reason: 'customer asked' });
    expect(refusal(() => checkRights(store.read, ids, NOW)).params['state']).toBe('withdrawn');
    expect(rightVersions(store.read, first).map(({ word }) => word)).toEqual(['withdrawn', 'cleared']);
    expect(() => store.write.run("UPDATE data_right SET owner = 'x'")).toThrow('append-only');
    expect(() => store.write.run('DELETE FROM data_right')).toThrow('append-only');
  });

  it('leaves a data set that is set apart out of all learning, without holding others up', () => {
    const { store, first, second, ids } = line();
    sayRight(store.write, first, { ...cleared, word: 'apart' });
    sayRight(store.write, second, cleared);
    expect(pictureRows(store.read, { use: 'learn' })).toEqual([]);
    expect(pictureRows(store.read, { use: 'all' })).toHaveLength(4);
    expect(
      mayTeachOf(
        store.read,
        ids.map((id) => ({ id })),
        NOW,
      ),
    ).toEqual([]);
  });

  it('gives cameras of an older database thirty days', () => {
    const file = `${temporaryFolder()}/minarai.db`;
    const database = new Database(file);
    migrate(
      database,
      migrations.filter(({ version }) => version < 220),
    );
    database.exec("INSERT INTO line (name) VALUES ('l')");
    database.exec("INSERT INTO camera (line_id, name, folder, created_at_ms) VALUES (1, 'old', '/old', 1)");
    migrate(database);
    const until = database.prepare<[], string>('SELECT until_day FROM data_right_grace').pluck().get();
    expect(until).toBe(addDays(localDay(Date.now()), 30));
    database.close();
  });
});

describe('the command line', () => {
  it('declares what nobody spoke of, and never what a person took back or let expire', () => {
    const { store, first, second, ids } = line();
    sayRight(store.write, second, { ...cleared, word: 'withdrawn', reason: 'customer' });
    const core = { store, person: () => '', now: () => NOW } as unknown as Core;
    expect(declareByRunning(core, 'Works 2').map(({ name }) => name)).toEqual(['one']);
    expect(declareByRunning(core, 'Works 2')).toEqual([]);
    expect(dataSets(store.read, NOW).map(({ state, newest }) => [state, newest?.owner])).toEqual([
      ['declared', 'Works 2'],
      ['withdrawn', 'works 2'],
    ]);
    expect(() => checkRights(store.read, ids, NOW)).not.toThrow();
    expect(listAudit(store.read, 9)).toMatchObject([
      { what: 'rights.declare', params: { camera: first, owner: 'Works 2' } },
    ]);
  });
});

describe('who learnt from a picture', () => {
  it('is known by the pictures that were recorded, and is possible where none were', () => {
    const { store, ids } = line();
    const modelId = model(store.write);
    const of = (asked: readonly ImageId[]) =>
      learntFrom(store.read, asked, 0).map(({ kind, pictures: n }) => [kind, n]);
    expect(of(ids)).toEqual([
      ['encoder', null],
      ['model', null],
    ]);
    // A picture that came after the model cannot have taught it.
    expect(learntFrom(store.read, ids, 1_000_000)).toEqual([]);
    const jobId = addJob(store.write, 'teach', {}, 1);
    noteLearntFrom(store.write, { jobId, modelId, ids: ids.slice(0, 2), atMs: 1 });
    expect(of(ids)).toContainEqual(['model', 2]);
    expect(of(ids.slice(2))).toEqual([['encoder', null]]);
  });
});
