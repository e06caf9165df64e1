import { folderSize } from '../native/setup/files.mjs';
import { formatSize } from '../native/setup/say.mjs';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What each part may take, in bytes: a tenth to a quarter above what was measured, so that something that slips in is noticed.
 * The native folder is 854 MB (Linux) and 1,057 MB (Windows), nearly all of it libtensorflow.
 */
const limits = [
  { part: 'app.asar', bytes: 60e6 },
  { part: 'app.asar.unpacked', bytes: 75e6 },
  { part: 'native', bytes: 1_150e6 },
] as const;

/** One line for each part of `resources`, and the parts that are larger than they may be. */
export async function measure(
  resources: string,
): Promise<{ readonly lines: readonly string[]; readonly wrong: readonly string[] }> {
  const lines: string[] = [];
  const wrong: string[] = [];
  for (const { part, bytes } of limits) {
    const path = join(resources, part);
    if (!existsSync(path)) {
      wrong.push(`${part} is missing`);
      continue;
    }
    const found = (await stat(path)).isDirectory() ? await folderSize(path) : (await stat(path)).size;
    lines.push(`${part}: ${formatSize(found)} of at most ${formatSize(bytes)}`);
    if (found > bytes) wrong.push(`${part} is larger than ${formatSize(bytes)}`);
  }
  return { lines, wrong };
}
