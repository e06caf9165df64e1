import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { errorCode } from './said.ts';

const FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
const NEW_LINE = 0x0a;

/**
 * Appends whole lines to a file, which is on the disk when this returns. What a crash or a full disk left of a last line is closed
 * first, so that it spoils no other; of what does not fit, nothing is left.
 *
 * @param head stands first in a new file
 * @throws what the system throws
 */
export async function appendLines(file: string, head: Uint8Array, lines: Uint8Array): Promise<void> {
  await using handle = await open(file, FLAGS, 0o644);
  const { size } = await handle.stat();
  const parts: Uint8Array[] = [];
  if (size === 0) parts.push(head);
  else {
    const last = Buffer.alloc(1);
    await handle.read(last, 0, 1, size - 1);
    if (last[0] !== NEW_LINE) parts.push(Buffer.from([NEW_LINE]));
  }
  parts.push(lines);
  try {
    await handle.writeFile(Buffer.concat(parts));
    await handle.sync();
  } catch (thrown) {
    // A shared file may have grown by somebody else's hand meanwhile; then the next append closes the line.
    await handle.truncate(size).catch(() => undefined);
    throw thrown;
  }
}

/** Whether a file begins so, or is yet to be begun. Throws what the system throws. */
export async function beginsWith(file: string, head: Uint8Array): Promise<boolean> {
  try {
    await using handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    const { size } = await handle.stat();
    if (size === 0) return true;
    const start = Buffer.alloc(head.length);
    await handle.read(start, 0, head.length, 0);
    return start.equals(head);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return true;
    throw thrown;
  }
}
