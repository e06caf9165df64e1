import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Lays a folder out anew by hard links, or copies on a file system without them. Only files that `wanted` accepts by their path
 * below `from`; nothing is followed out of the folder.
 */
export async function linkTree(
  from: string,
  to: string,
  wanted: (file: string) => boolean = () => true,
): Promise<void> {
  await linkBelow(from, to, '', wanted);
}

async function linkBelow(from: string, to: string, below: string, wanted: (file: string) => boolean): Promise<void> {
  await mkdir(join(to, below), { recursive: true });
  for (const entry of await readdir(join(from, below), { withFileTypes: true })) {
    const file = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      if (wanted(`${file}/`)) await linkBelow(from, to, file, wanted);
    } else if (entry.isFile() && wanted(file)) {
      await link(join(from, file), join(to, file)).catch(() =>
        copyFile(join(from, file), join(to, file), constants.COPYFILE_FICLONE),
      );
    }
  }
}
