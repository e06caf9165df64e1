import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeUnfinished } from '#core/jobs/unfinished.ts';
import { Random } from '#core/domain/random.ts';
import { recordBackup } from '#core/store/backups.ts';
import { openStore } from '#core/store/open.ts';
import { placed } from '#core/store/take-place.ts';
import { newestCheckpoint } from '#engine/checkpoint.ts';
import { camera, classes, model, pictures, temporaryFolder } from '#test/store/fixture.ts';
import { canTrace, traced, type DiskOp } from './disk-trace.ts';
import { Disk } from './power-cut.ts';
import type { Heard } from './power-said.ts';
import { record } from './record.ts';
import { sized } from './size.ts';

const session = join(import.meta.dirname, 'power-session.ts');
const saveCheckpoint = join(import.meta.dirname, 'save-checkpoint.ts');

interface Played {
  readonly folder: string;
  readonly before: string;
  readonly snapshots: string;
  readonly ops: readonly DiskOp[];
}

/** Lets a session work on a folder and keeps what the folder was before. */
function played(
  prepared: string,
  script: string,
  args: (folder: string, snapshots: string) => readonly string[],
): Played {
  const folder = join(temporaryFolder(), 'data');
  const [snapshots, log] = [temporaryFolder(), join(temporaryFolder(), 'trace')];
  for (const copy of [folder, `${folder}-before`])
    cpSync(prepared, copy, { recursive: true, preserveTimestamps: true });
  // The log of calls names the folder of the session.
  const ops = traced(folder, log, script, ...args(folder, snapshots));
  rmSync(log);
  return { folder, before: `${folder}-before`, snapshots, ops };
}

/** After which calls the power is cut: anywhere, and as often right beside one that makes something durable or says so. */
function cutsOf(ops: readonly DiskOp[], count: number, random: Random): number[] {
  const beside = [...ops.keys()].filter((n) => ops[n]?.kind !== 'write');
  return Array.from({ length: count }, (_, n) =>
    n % 2 === 0 ? random.below(ops.length + 1) : (beside[random.below(beside.length)] ?? 0) + random.below(2),
  ).toSorted((a, b) => a - b);
}

/** Plays a session and leaves the folder of each cut to `look`, which says what is wrong with it. */
async function cutPower(
  { folder, before, snapshots, ops }: Played,
  count: number,
  seed: number,
  look: (state: string, heard: readonly Heard[]) => string | null | Promise<string | null>,
): Promise<string[]> {
  const random = new Random(seed);
  const disk = new Disk(folder, before);
  const heard: Heard[] = [];
  const wrong: string[] = [];
  let next = 0;
  for (const cut of cutsOf(ops, count, random)) {
    for (; next < cut; next++) {
      const op = ops[next];
      if (op === undefined) break;
      if (op.kind === 'say') heard.push(JSON.parse(op.text) as Heard);
      else if (!op.path.endsWith('-shm')) disk.play(op);
      if (op.kind === 'write' && op.path.endsWith('.seal'))
        disk.dated(
          op.path.slice(0, -'.seal'.length),
          (JSON.parse(op.bytes.toString()) as { changedMs: number }).changedMs,
        );
    }
    const state = join(temporaryFolder(), 'state');
    mkdirSync(state);
    disk.cut(random, state);
    leaveIndex(state, snapshots, heard, random);
    const found = await look(state, heard);
    if (found !== null) wrong.push(`cut ${cut} of ${ops.length}: ${found}`);
    rmSync(state, { recursive: true });
  }
  return wrong;
}

/** The log's index, which nobody makes durable: there or not, old, empty, or some pages of one moment and some of another. */
function leaveIndex(state: string, snapshots: string, heard: readonly Heard[], random: Random): void {
  const kept = heard.flatMap(({ index }) => (index === null ? [] : [join(snapshots, index)]));
  const some = (): Buffer => readFileSync(kept[random.below(kept.length)] ?? '');
  const newest = kept.at(-1);
  if (newest === undefined) return;
  const index = readFileSync(newest);
  const other = some();
  for (let at = 0; at < Math.min(index.length, other.length); at += 4096)
    if (random.below(2) === 0) other.copy(index, at, at, at + 4096);
  const choices = [null, Buffer.alloc(0), Buffer.alloc(32_768), readFileSync(newest), some(), index];
  const chosen = choices[random.below(choices.length)] ?? null;
  if (chosen !== null) writeFileSync(join(state, 'minarai.db-shm'), chosen);
}

const rowsOf = (heard: readonly Heard[]) => heard.flatMap((one) => (one.kind === 'row' ? [one] : []));

/** Opens what a cut left as the app does. */
function look(state: string, heard: readonly Heard[]): string | null {
  let store;
  try {
    store = openStore(state);
  } catch (thrown) {
    return `not opened: ${String(thrown)}`;
  }
  try {
    if (store.doubt !== null) return `told of ${store.doubt}`;
    const isToBe = heard.some(({ kind }) => kind === 'waiting');
    const mayBe = heard.some(({ kind }) => kind === 'restoring');
    const placing = placed(state)?.kind;
    if (isToBe ? placing !== 'restored' : placing !== undefined && !(mayBe && placing === 'restored'))
      return `database replaced: ${placing}`;
    if (store.read.value('PRAGMA integrity_check') !== 'ok') return 'not sound';
    for (const { table, id, row } of rowsOf(heard))
      if (JSON.stringify(store.read.one(`SELECT * FROM "${table}" WHERE id = ?`, id)) !== row)
        return `${table} ${id} is lost`;
    return null;
  } finally {
    store.close();
  }
}

/** A closed data folder with a model and a backup, which misses the last ten labels. */
async function prepared(): Promise<string> {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const { write } = store;
  pictures(write, camera(write), 60);
  classes(write);
  model(write);
  mkdirSync(join(folder, 'backups'));
  const backup = join(folder, 'backups', 'minarai-1.db');
  await store.backup(backup);
  await recordBackup(backup, { atMs: 1, pictures: 60, labels: 0 });
  store.close();
  return folder;
}

it('after a power cut the database opens, without alarm, and holds all that was acknowledged', async ({ skip }) => {
  if (!canTrace()) skip();
  const full = await prepared();
  const kinds = [
    { kind: 'begin', from: temporaryFolder(), rounds: 5, states: sized(5, 150) },
    { kind: 'work', from: full, rounds: sized(8, 120), states: sized(10, 500) },
    { kind: 'restore', from: full, rounds: 5, states: sized(6, 150) },
  ];
  const wrong: string[] = [];
  const figures: Record<string, number> = {};
  for (const { kind, from, rounds, states } of kinds) {
    const play = played(from, session, (folder, snapshots) => [kind, folder, snapshots, `${rounds}`]);
    figures[`${kind}Calls`] = play.ops.length;
    for (const one of await cutPower(play, states, 3, look)) wrong.push(`${kind}: ${one}`);
  }
  expect(wrong).toEqual([]);
  const inputs = kinds.reduce((sum, { states }) => sum + states, 0);
  record({ fault: '3 power cut while the database is written', inputs, survived: inputs, lost: 0, figures });
}, 600_000);

it('after a power cut during a save the old checkpoint or the new one loads whole', async ({ skip }) => {
  if (!canTrace()) skip();
  const states = sized(12, 200);
  const before = temporaryFolder();
  const run = (folder: string): string => join(folder, 'jobs', '1');
  mkdirSync(run(before), { recursive: true });
  for (const step of [10, 20]) traced(before, join(temporaryFolder(), 'trace'), saveCheckpoint, run(before), `${step}`);
  const play = played(before, saveCheckpoint, (folder) => [run(folder), '30']);
  const saved = { ...play, ops: [...play.ops, { kind: 'say', text: '{"kind":"file","n":30,"index":null}' } as const] };
  const wrong = await cutPower(saved, states, 4, async (state, heard) => {
    removeUnfinished(state);
    const { meta, arrays } = (await newestCheckpoint(run(state))) ?? {};
    const step = meta?.progress.step ?? 0;
    if (!(heard.length > 0 ? [30] : [20, 30]).includes(step)) return `step ${step}`;
    return arrays?.get('first')?.data.every((value) => value === step) === true ? null : 'other numbers';
  });
  expect(wrong).toEqual([]);
  record({ fault: '3 power cut while a checkpoint is saved', inputs: states, survived: states, lost: 0 });
}, 120_000);

it('after a power cut an exported file is the old one or the new one, whole', async ({ skip }) => {
  if (!canTrace()) skip();
  const states = sized(12, 200);
  const play = played(temporaryFolder(), session, (folder, snapshots) => ['exported', folder, snapshots, '6']);
  const wrong = await cutPower(play, states, 5, (state, heard) => {
    const file = join(state, 'table.csv');
    if (!existsSync(file)) return heard.length === 0 ? null : 'not there';
    const text = readFileSync(file, 'utf8');
    const n = Number(text.slice(0, 1));
    if (statSync(file).size !== 6000 || text !== `${n}\n`.repeat(3000)) return 'not whole';
    return n >= heard.length ? null : `${n} of ${heard.length}`;
  });
  expect(wrong).toEqual([]);
  record({ fault: '3 power cut while a file is exported', inputs: states, survived: states, lost: 0 });
}, 120_000);
