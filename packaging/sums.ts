import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256File, writeAtomically } from '../native/setup/files.mjs';

/** Writes SHA256SUMS beside the installers, as `sha256sum --check` reads it: how one knows that a copy on a share is whole. */
export async function writeSums(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /\.(exe|AppImage|deb)$/.test(name)).toSorted();
  const lines = await Promise.all(names.map(async (name) => `${await sha256File(join(folder, name))}  ${name}`));
  await writeAtomically(join(folder, 'SHA256SUMS'), `${lines.join('\n')}\n`);
}
