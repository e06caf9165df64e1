import { folderSize } from '../native/setup/files.mjs';
import { formatSize } from '../native/setup/say.mjs';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Target } from './targets.ts';

/**
 * What each part may take, in bytes: a tenth to a quarter above what was measured, so that something that slips in is noticed.
 * The archive is 82 MB, of which OPC UA takes 31; outside of it lie 89 MB (Linux) and 123 MB (Windows), half of them ONNX Runtime. The
 * native folder is 854 MB and 1,057 MB, nearly all of it libtensorflow.
 */
const limits = [
  { part: 'app.asar', bytes: { linux: 95e6, win: 95e6 } },
  { part: 'app.asar.unpacked', bytes: { linux: 105e6, win: 140e6 } },
  { part: 'native', bytes: { linux: 1_000e6, win: 1_200e6 } },
] as const;

/** One line for each part of `resources`, and the parts that are larger than they may be. */
export async function measure(
  target: Target,
  resources: string,
): Promise<{ readonly lines: readonly string[]; readonly wrong: readonly string[] }> {
  const lines: string[] = [];
  const wrong: string[] = [];
  for (const { part, bytes: each } of limits) {
    const bytes = each[target];
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
