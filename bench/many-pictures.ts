import { copyFile, link, mkdir } from 'node:fs/promises';
import { extname, join } from 'node:path';

/**
 * Makes `count` files in `folder` out of `sources`, each of them many times: the engine knows pictures by path, so every file is
 * a picture of its own. Hard links beyond the first round, so that fifty thousand cost no disk.
 *
 * @returns their paths
 */
export async function multiply(sources: readonly string[], folder: string, count: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const made: string[] = [];
  for (let index = 0; index < count; index++) {
    const source = sources[index % sources.length];
    if (source === undefined) throw new RangeError('no picture to multiply');
    const path = join(folder, `${String(index).padStart(6, '0')}${extname(source)}`);
    const first = made[index % sources.length];
    if (index < sources.length || first === undefined) await copyFile(source, path);
    else await link(first, path);
    made.push(path);
  }
  return made;
}
