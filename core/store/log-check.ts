import { existsSync, readFileSync } from 'node:fs';

/*
 * SQLite takes a write-ahead log up to the first frame whose check sum is wrong, and says nothing of what lies behind it: what was
 * committed there is gone. Layout: sqlite.org/fileformat2.html, 4.1 and 4.2.
 */

const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC = 0x377f0682;

type Sums = readonly [number, number];

/** The log's check sum, carried on over `bytes` (a multiple of 8). */
function carryOn([first, second]: Sums, bytes: Buffer, isBig: boolean): Sums {
  let a = first;
  let b = second;
  for (let at = 0; at < bytes.length; at += 8) {
    a = (a + (isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + b) >>> 0;
    b = (b + (isBig ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + a) >>> 0;
  }
  return [a, b];
}

const isSum = ([a, b]: Sums, bytes: Buffer, at: number): boolean =>
  bytes.readUInt32BE(at) === a && bytes.readUInt32BE(at + 4) === b;

/**
 * How many frames of the run with these salts were committed, as the log's index says; null where it does not say. It is written
 * after the frames are on the disk, and a killed process leaves it as it was. Layout: sqlite.org/walformat.html, 2.1.
 */
function committedFrames(file: string, salts: Buffer): number | null {
  if (!existsSync(file)) return null;
  const index = readFileSync(file);
  const header = index.subarray(0, 48);
  const isWhole = index.length >= 96 && header.equals(index.subarray(48, 96));
  return isWhole && header.subarray(32, 40).equals(salts) ? header.readUInt32LE(16) : null;
}

/**
 * Whether a log holds what was committed and SQLite will not read, because it or a frame before it is damaged. A transaction is
 * written and made durable before the next begins, and a power cut may keep any part of what was not durable yet: so what lies
 * behind the last readable frame is damage where a commit is followed by more, or where the log's index says that more was
 * committed. Frames of an earlier run, which carry other salts, are none.
 */
export function isLogDamaged(file: string): boolean {
  if (!existsSync(file)) return false;
  const log = readFileSync(file);
  if (log.length <= HEADER) return false;
  const isBig = (log.readUInt32BE(0) & 1) === 1;
  let sums = carryOn([0, 0], log.subarray(0, 24), isBig);
  if ((log.readUInt32BE(0) & ~1) !== MAGIC || !isSum(sums, log, 24)) return true;
  const salts = log.subarray(16, 24);
  const size = FRAME_HEADER + log.readUInt32BE(8);
  let isRead = true;
  let read = 0;
  let unreadCommit = false;
  for (let at = HEADER; at + size <= log.length; at += size) {
    const isOfThisRun = log.subarray(at + 8, at + 16).equals(salts);
    if (isRead) {
      sums = carryOn(sums, log.subarray(at, at + 8), isBig);
      sums = carryOn(sums, log.subarray(at + FRAME_HEADER, at + size), isBig);
      isRead = isOfThisRun && isSum(sums, log, at + 16);
    }
    if (isRead) read++;
    else if (isOfThisRun) {
      if (unreadCommit) return true;
      unreadCommit = log.readUInt32BE(at + 4) !== 0;
    }
  }
  return (committedFrames(file.replace(/-wal$/, '-shm'), salts) ?? 0) > read;
}
