import { access } from 'node:fs/promises';
import type { Core } from './core.ts';
import type { ImageId } from './domain/ids.ts';
import { pictureFile } from './store/images.ts';

/** Which of these files are there now. Never by a blocking call: a share that hangs must not stop the app. */
export async function pathsThere(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => [path],
        () => [],
      ),
    ),
  );
  return new Set(found.flat());
}

/** Which of these pictures have a file now. */
export async function picturesThere(
  { store }: Pick<Core, 'store'>,
  ids: readonly ImageId[],
): Promise<ReadonlySet<ImageId>> {
  const paths = new Map(ids.map((id) => [id, pictureFile(store.read, id)?.path ?? null]));
  const there = await pathsThere([...paths.values()].flatMap((path) => path ?? []));
  return new Set(ids.filter((id) => there.has(paths.get(id) ?? '')));
}
