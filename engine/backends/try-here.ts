import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Trial } from './choose.ts';

/**
 * A trial where no further process can be started: Electron's packaged app has no Node to run one. It happens here, behind a
 * mark on the disk. A crash ends this process, and so does its parent after a hang; the next one finds the mark and knows.
 *
 * @param mark the file's path
 */
export function tryHere(attempt: Trial, mark: string): Trial {
  return async (what) => {
    const former = await readFile(mark, 'utf8').catch(() => undefined);
    if (former === what) {
      await rm(mark, { force: true });
      return { ok: false, failure: 'crashed', detail: 'the process before this one did not survive it' };
    }
    await mkdir(dirname(mark), { recursive: true });
    await writeFile(mark, what, { flush: true });
    const result = await attempt(what);
    await rm(mark, { force: true });
    return result;
  };
}
