import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/*
 * A file that is the old one or the new one, whatever happens meanwhile: written beside, flushed (otherwise a power cut may leave the name
 * and not the bytes), renamed. What is not whole is never opened by way of a link that somebody put there.
 */

/** Ending of what is not whole yet. */
export const BESIDE = '.tmp';

interface Whole {
  /** Where it is written first. By default a name of its own, so that two may write one file at the same time and the last counts. */
  readonly beside?: string;
  /** Makes the folder where there is none; not where a share may just be away. */
  readonly makesFolder?: boolean;
}

/** Throws what the system throws; then nothing is left of what was not whole. */
export async function writeWhole(
  file: string,
  bytes: Uint8Array | string,
  { beside = `${file}.${randomUUID()}${BESIDE}`, makesFolder = false }: Whole = {},
): Promise<void> {
  try {
    if (makesFolder) await mkdir(dirname(file), { recursive: true });
    await rm(beside, { force: true });
    await writeFile(beside, bytes, { flag: 'wx', mode: 0o644, flush: true });
    await rename(beside, file);
  } catch (thrown) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw thrown;
  }
}

/** A small text that only this account may read. Throws as {@link writeWhole} does. */
export function writeOwnWhole(file: string, text: string): void {
  const beside = `${file}${BESIDE}`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    rmSync(beside, { force: true });
    const descriptor = openSync(beside, 'wx', 0o600);
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, file);
  } catch (thrown) {
    rmSync(beside, { force: true });
    throw thrown;
  }
}
