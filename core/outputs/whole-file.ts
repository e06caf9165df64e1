import { open, rename, rm } from 'node:fs/promises';

/** Writes a file that has its name only when all of it is on the disk: who picks files up never meets half of one. Throws what the system throws. */
export async function writeWholeFile(file: string, bytes: Uint8Array): Promise<void> {
  const beside = `${file}.part`;
  try {
    // What a crash left under the name is written over; a link there is not followed.
    await rm(beside, { force: true });
    await using handle = await open(beside, 'wx', 0o644);
    await handle.writeFile(bytes);
    await handle.sync();
    await rename(beside, file);
  } catch (thrown) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw thrown;
  }
}
