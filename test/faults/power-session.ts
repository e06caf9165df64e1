import { copyFileSync, existsSync, mkdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '#core/exports.ts';
import type { ClassId, ImageId, ModelId } from '#core/domain/ids.ts';
import { backupsFolder, recordBackup } from '#core/store/backups.ts';
import { addCamera, ensureLine } from '#core/store/cameras.ts';
import { addClass } from '#core/store/classes.ts';
import { addDecision } from '#core/store/decisions.ts';
import { admitPicture } from '#core/store/images.ts';
import { addLabel } from '#core/store/labels.ts';
import { openStore, type Store } from '#core/store/open.ts';
import { placeNext } from '#core/store/take-place.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import { picture } from '#test/store/picture.ts';
import type { Said } from './power-said.ts';

/*
 * Work of which a trace is taken: each thing that a person would be told is saved is said as soon as it is acknowledged.
 */

const [kind = '', folder = '', snapshots = ''] = process.argv.slice(2);
const rounds = Number(process.argv[5]);
let snapshot = 0;

/** With what the log's index holds, which is written through memory and so is in no trace. */
function say(said: Said): void {
  const index = join(folder, 'minarai.db-shm');
  const kept = existsSync(index) ? `${++snapshot}` : null;
  if (kept !== null) copyFileSync(index, join(snapshots, kept));
  writeSync(1, `${JSON.stringify({ ...said, index: kept })}\n`);
}

function acknowledge({ read }: Store, table: string, id: number): void {
  say({ kind: 'row', table, id, row: JSON.stringify(read.one(`SELECT * FROM "${table}" WHERE id = ?`, id)) });
}

/** Labels, decisions and thresholds in turn; the log is folded in by itself now and then. */
function judge(store: Store, from: number): void {
  const { write, read } = store;
  const images = read.all<{ id: ImageId }>('SELECT id FROM image ORDER BY id').map(({ id }) => id);
  const classId = read.value<number>('SELECT min(id) FROM class') as ClassId;
  const modelId = read.value<number>('SELECT max(id) FROM model') as ModelId | null;
  for (let n = from; n < from + rounds; n++) {
    const imageId = images[n % images.length] ?? (0 as ImageId);
    const by = { imageId, classId, who: 'sato', atMs: n };
    if (n % 3 === 0) acknowledge(store, 'decision', addDecision(write, { ...by, queue: 'flagged', reason: 'scratch' }));
    else acknowledge(store, 'label', addLabel(write, { ...by, source: 'teach', token: `token-${n}` }));
    if (n % 10 === 9 && modelId !== null) {
      const marks = { review: 0.4, reject: 0.5 + n / 1e6 };
      const { thresholdId } = applyThreshold(write, { modelId, ...marks, reason: 'tried', who: 'sato', atMs: n });
      acknowledge(store, 'threshold', thresholdId);
    }
  }
}

/** The first start on an empty folder, up to the first labels. */
function begin(): void {
  const store = openStore(folder);
  const { write } = store;
  const cameraId = addCamera(write, {
    lineId: ensureLine(write, 'line'),
    name: 'camera',
    folder: '/pictures',
    atMs: 1,
  });
  acknowledge(store, 'camera', cameraId);
  acknowledge(store, 'class', addClass(write, { name: 'OK', isGood: true, atMs: 1 }));
  for (let n = 1; n <= 5; n++) acknowledge(store, 'image', admitPicture(write, picture(cameraId, n)).imageId);
  judge(store, 0);
  store.close();
}

/** A day: opened, judged, backed up, closed, and opened once more. */
async function work(): Promise<void> {
  const store = openStore(folder);
  judge(store, 0);
  mkdirSync(backupsFolder(folder), { recursive: true });
  const file = join(backupsFolder(folder), 'minarai-2.db');
  await store.backup(file);
  await recordBackup(file, { atMs: 2, pictures: 1, labels: 1 });
  judge(store, rounds);
  store.close();
  const again = openStore(folder);
  judge(again, 2 * rounds);
  again.close();
}

/** A person puts a backup in the place of the database, and goes on with it. */
function restore(): void {
  const backup = join(backupsFolder(folder), 'minarai-1.db');
  say({ kind: 'restoring' });
  placeNext(folder, backup, { kind: 'restored', backupAtMs: 1, who: 'sato', atMs: 3 });
  say({ kind: 'waiting' });
  const store = openStore(folder);
  say({ kind: 'restored' });
  judge(store, 0);
  store.close();
}

/** An exported file is replaced again and again. */
async function exported(): Promise<void> {
  for (let n = 1; n <= rounds; n++) {
    await replaceFile(join(folder, 'table.csv'), `${n}\n`.repeat(3000));
    say({ kind: 'file', n });
  }
}

const sessions: Readonly<Record<string, () => void | Promise<void>>> = { begin, work, restore, exported };
await sessions[kind]?.();
