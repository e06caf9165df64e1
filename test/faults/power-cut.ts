import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Random } from '#core/domain/random.ts';
import type { DiskOp } from './disk-trace.ts';

/*
 * What a disk may hold after the power was cut (after Pillai et al., All File Systems Are Not Created Equal, OSDI 2014, and SQLite's
 * own crash tests): all that was synced; of what was written later each sector as of some moment since, whatever other sectors
 * are of; a file's length as of some moment, with zeros where bytes did not arrive; names as of their folder's last sync, or some
 * of what was done to them since.
 */

const SECTOR = 512;

type Change = { readonly at: number; readonly bytes: Buffer } | { readonly size: number };
type NameChange = readonly (readonly [path: string, file: DiskFile | null])[];

/** A file's bytes apart from its names. */
class DiskFile {
  synced: Buffer;
  changes: Change[] = [];
  syncedMtimeMs: number;
  mtimeMs: number;

  constructor(bytes: Buffer, mtimeMs: number) {
    this.synced = bytes;
    this.syncedMtimeMs = mtimeMs;
    this.mtimeMs = mtimeMs;
  }

  change(change: Change): void {
    this.changes.push(change);
    // Another one than any before; which does not matter.
    this.mtimeMs += 10_000;
  }

  /** As programs see it. */
  now(): Buffer {
    const all = this.changes.map((change) => ({ change, arrives: () => true }));
    return all.length === 0 ? this.synced : applied(this.synced, all, null);
  }

  sync(): void {
    this.synced = this.now();
    this.changes = [];
    this.syncedMtimeMs = this.mtimeMs;
  }
}

/** @param size what the file's length is in the end; null: as the changes say */
function applied(
  from: Buffer,
  changes: readonly { readonly change: Change; readonly arrives: (sector: number) => boolean }[],
  size: number | null,
): Buffer {
  const most = Math.max(
    from.length,
    ...changes.map(({ change }) => ('size' in change ? change.size : change.at + change.bytes.length)),
  );
  const bytes = Buffer.alloc(most);
  from.copy(bytes);
  let length = from.length;
  for (const { change, arrives } of changes) {
    if ('size' in change) {
      bytes.fill(0, change.size);
      length = change.size;
      continue;
    }
    const end = change.at + change.bytes.length;
    for (let at = change.at; at < end; at = (Math.floor(at / SECTOR) + 1) * SECTOR) {
      const until = Math.min(end, (Math.floor(at / SECTOR) + 1) * SECTOR);
      if (arrives(Math.floor(at / SECTOR))) change.bytes.copy(bytes, at, at - change.at, until - change.at);
    }
    length = Math.max(length, end);
  }
  return bytes.subarray(0, Math.min(most, size ?? length));
}

/** In which way the cut catches what was not synced. */
const ways = ['none', 'all', 'writes', 'sectors', 'all_but_one', 'last_only'] as const;

/** A file as the cut leaves it. */
function leftOf({ synced, changes }: DiskFile, random: Random): Buffer {
  if (changes.length === 0) return synced;
  const way = ways[random.below(ways.length)] ?? 'none';
  const one = random.below(changes.length);
  const heads = new Map<number, number>();
  const arrives = (n: number): ((sector: number) => boolean) => {
    const whole = {
      ...{ none: false, all: true, writes: random.below(2) === 0, sectors: true },
      ...{ all_but_one: n !== one, last_only: n === changes.length - 1 },
    }[way];
    if (way !== 'sectors') return () => whole;
    return (sector) => {
      // Of each sector the first so many writes: the memory from which it is written only ever moves on.
      const head = heads.get(sector) ?? random.below(changes.length + 1);
      heads.set(sector, head);
      return n < head;
    };
  };
  let length = synced.length;
  const lengths = [
    length,
    ...changes.map(
      (change) => (length = 'size' in change ? change.size : Math.max(length, change.at + change.bytes.length)),
    ),
  ];
  const size = way === 'none' ? synced.length : way === 'all' ? null : (lengths[random.below(lengths.length)] ?? null);
  const taken = changes.map((change, n) => ({ change, arrives: arrives(n) }));
  // Where the length is of before a truncation, what that would have cut off is still there.
  return applied(
    synced,
    way === 'none' ? [] : taken.filter(({ change }) => !('size' in change) || way === 'all'),
    size,
  );
}

/** A disk on which a trace is played, up to a cut of the power. */
export class Disk {
  readonly #folder: string;
  readonly #now = new Map<string, DiskFile>();
  readonly #synced: Map<string, DiskFile>;
  #names: NameChange[] = [];

  /** @param before a copy of `folder` as it was, all of it long on the disk */
  constructor(folder: string, before: string) {
    this.#folder = folder;
    for (const entry of readdirSync(before, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const file = new DiskFile(readFileSync(path), statSync(path).mtimeMs);
      this.#now.set(join(folder, relative(before, path)), file);
    }
    this.#synced = new Map(this.#now);
  }

  play(op: DiskOp): void {
    if (op.kind === 'say') return;
    const file = this.#now.get(op.path);
    switch (op.kind) {
      case 'create':
        if (file === undefined) this.#name([[op.path, new DiskFile(Buffer.alloc(0), 0)]]);
        break;
      case 'write':
        file?.change({ at: op.at, bytes: op.bytes });
        break;
      case 'copy': {
        const from = this.#now.get(op.from)?.now() ?? Buffer.alloc(0);
        file?.change({ at: op.at, bytes: from.subarray(op.at, op.at + op.size) });
        break;
      }
      case 'truncate':
        file?.change({ size: op.size });
        break;
      case 'sync':
        if (file === undefined) this.#syncNames(op.path);
        else file.sync();
        break;
      case 'unlink':
        this.#name([[op.path, null]]);
        break;
      case 'rename':
        if (file !== undefined)
          this.#name([
            [op.path, null],
            [op.to, file],
          ]);
    }
  }

  /** From now on this is the date that programs see of a file's present bytes. */
  dated(path: string, mtimeMs: number): void {
    const file = this.#now.get(path);
    if (file === undefined) return;
    if (file.syncedMtimeMs === file.mtimeMs) file.syncedMtimeMs = mtimeMs;
    file.mtimeMs = mtimeMs;
  }

  /** Writes one of the states that a cut now may leave into another folder. */
  cut(random: Random, target: string): void {
    const names = new Map(this.#synced);
    // In their order up to some moment, as a file system with a journal does, or any of them.
    const until = random.below(this.#names.length + 1);
    const isOrdered = random.below(2) === 0;
    for (const [n, change] of this.#names.entries())
      if (isOrdered ? n < until : random.below(2) === 0) setNames(names, change);
    for (const [path, file] of names) {
      const to = join(target, relative(this.#folder, path));
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, leftOf(file, random));
      const mtimeMs = random.below(2) === 0 ? file.mtimeMs : file.syncedMtimeMs;
      utimesSync(to, mtimeMs / 1000, mtimeMs / 1000);
    }
  }

  #name(change: NameChange): void {
    setNames(this.#now, change);
    this.#names.push(change);
  }

  #syncNames(folder: string): void {
    const isOf = (change: NameChange): boolean => change.some(([path]) => dirname(path) === folder);
    for (const change of this.#names) if (isOf(change)) setNames(this.#synced, change);
    this.#names = this.#names.filter((change) => !isOf(change));
  }
}

function setNames(names: Map<string, DiskFile>, change: NameChange): void {
  for (const [path, file] of change)
    if (file === null) names.delete(path);
    else names.set(path, file);
}
