import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { root } from '../native/setup/files.mjs';
import { capture } from '../native/setup/processes.mjs';
import { linkTree } from './link-tree.ts';
import { asar } from './tools.ts';

const LIMIT_MS = 240_000;

const Outcome = v.object({
  backend: v.string(),
  tensorflow: v.string(),
  assets: v.pipe(v.number(), v.minValue(1)),
  scored: v.number(),
  files: v.pipe(v.number(), v.minValue(1)),
});
export type Outcome = v.InferOutput<typeof Outcome>;

/**
 * Lays a packed app out for plain Node, which cannot look into an archive, and runs a pilot in it (test/electron/packed-pilot.ts).
 * What Electron finds in app.asar lies in a folder of that name; app.asar.unpacked stays beside it, where threads start from.
 *
 * @param packed resources of the packed app
 * @param work outside the clone, so that no package of the clone is found
 * @throws Error with the last words of a run that failed
 */
export async function runPacked(packed: string, work: string): Promise<Outcome> {
  const resources = join(work, 'resources');
  await rm(work, { recursive: true, force: true });
  await mkdir(resources, { recursive: true });
  try {
    asar.extractAll(join(packed, 'app.asar'), join(resources, 'app.asar'));
    await linkTree(join(packed, 'app.asar.unpacked'), join(resources, 'app.asar.unpacked'));
    await linkTree(join(packed, 'native'), join(resources, 'native'));
    const { code, signal, stdout, stderr } = await capture(
      process.execPath,
      [join(root, 'test', 'electron', 'packed-pilot.ts'), resources, work],
      {
        timeoutMs: LIMIT_MS,
        env: {
          ...process.env,
          MINARAI_DATA: join(work, 'data'),
          MINARAI_NATIVE_DIR: '',
          MINARAI_BACKEND: 'tensorflow',
        },
      },
    );
    const told = v.safeParse(v.pipe(v.string(), v.parseJson(), Outcome), stdout.trim().split('\n').at(-1) ?? '');
    if (code === 0 && told.success) return told.output;
    throw new Error(`the packed app failed (${signal ?? code}): ${stderr.trim().slice(-2000)}\n${stdout.slice(-500)}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
