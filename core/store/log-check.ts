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
 * Whether a log holds frames of its present run that SQLite will not read, because they or one before them are damaged. Frames of
 * an earlier run, which carry other salts, and one that a crash cut short are no damage.
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
  for (let at = HEADER; at + size <= log.length; at += size) {
    const isOfThisRun = log.subarray(at + 8, at + 16).equals(salts);
    if (isRead) {
      sums = carryOn(sums, log.subarray(at, at + 8), isBig);
      sums = carryOn(sums, log.subarray(at + FRAME_HEADER, at + size), isBig);
      isRead = isOfThisRun && isSum(sums, log, at + 16);
    }
    if (isOfThisRun && !isRead) return true;
  }
  return false;
}
