import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A command that has what follows it run where `place` is a disk of 16 MB; such a disk is seen by what is run so, and below `/proc/<pid>/root`. */
export const onSmallDisk = (place: string): [string, ...string[]] => [
  'unshare',
  ...['-rm', 'sh', '-c', 'mount -t tmpfs -o size=16m tmpfs "$1" && shift && exec "$@"', 'sh', place],
];

/** Whether this machine lets a small disk be mounted; where not, that is said. */
export function hasSmallDisks(place: string): boolean {
  try {
    const [command, ...rest] = [...onSmallDisk(place), 'true'];
    execFileSync(command, rest, { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('skipped: this machine allows no user namespace, in which alone a small disk may be mounted');
    return false;
  }
}

/** Fills the disk of a folder to its last page but `leave` bytes. @returns what frees it again */
export function fillDisk(folder: string, leave = 0): () => void {
  const file = join(folder, 'filler');
  const descriptor = openSync(file, 'w');
  const page = Buffer.alloc(4096, 1);
  let written = 0;
  try {
    for (;;) written += writeSync(descriptor, page, 0, page.length, written);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC')) throw thrown;
  } finally {
    closeSync(descriptor);
  }
  if (leave > 0) truncateSync(file, Math.max(0, written - leave));
  return () => rmSync(file);
}
