import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeFailure } from '#core/contract/errors.ts';
import { BESIDE, writeWhole } from '#core/disk/whole-file.ts';

/**
 * Writes a file that is there whole or not at all, also where two hosts write it at the same time: each under a name of its own, and
 * the last to be put in place counts.
 *
 * @throws AppError `disk_full`, `write_failed`
 */
export async function writeShared(file: string, bytes: Uint8Array | string): Promise<void> {
  await writeWhole(file, bytes, { makesFolder: true }).catch((cause: unknown) => {
    throw writeFailure(file, cause);
  });
}

/** Removes what writers that were killed left of a file; whoever holds its claim may. */
export async function sweepLeft(file: string): Promise<void> {
  const folder = dirname(file);
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => name.startsWith(`${basename(file)}.`) && name.endsWith(BESIDE));
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
}
