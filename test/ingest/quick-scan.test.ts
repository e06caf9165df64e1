import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FolderTree } from '#core/ingest/folder-tree.ts';
import { scanFolder } from '#core/ingest/scan.ts';
import { temporaryFolder } from './fixture.ts';

const never = new AbortController().signal;

async function scan(folder: string, tree: FolderTree, quick: boolean): Promise<string[]> {
  const found: string[] = [];
  const file = ({ path }: { readonly path: string }): void => void found.push(path.slice(folder.length + 1));
  await scanFolder(folder, '/nowhere', { signal: never, tree, quick, file, unreadableName: file });
  return found;
}

/** Folders for the days of a month, three pictures each, as old as their names say. */
async function month(layout: (day: string) => string): Promise<{ root: string; folders: string[] }> {
  const root = temporaryFolder();
  const folders: string[] = [];
  for (let day = 1; day <= 28; day++) {
    const text = String(day).padStart(2, '0');
    const folder = layout(text);
    folders.push(folder);
    await mkdir(join(root, folder), { recursive: true });
    for (const name of ['a.png', 'b.png', 'c.png']) await writeFile(join(root, folder, name), name);
    await utimes(join(root, folder), Date.UTC(2026, 1, day) / 1000, Date.UTC(2026, 1, day) / 1000);
  }
  return { root, folders };
}

describe.each([
  ['one folder a day', (day: string) => `2026-02-${day}`],
  ['folders in folders', (day: string) => join('line', '2026', '02', day)],
])('quick scans of %s', (_what, layout) => {
  it('list the newest day and what has changed, and leave the rest', async () => {
    const { root } = await month(layout);
    const tree = new FolderTree();
    expect(await scan(root, tree, true)).toHaveLength(28 * 3);
    const newest = ['a.png', 'b.png', 'c.png'].map((name) => join(layout('28'), name));
    expect(await scan(root, tree, true)).toEqual(newest);
    await writeFile(join(root, layout('05'), 'd.png'), 'late');
    expect(await scan(root, tree, true)).toContain(join(layout('05'), 'd.png'));
    await mkdir(join(root, layout('29')));
    await writeFile(join(root, layout('29'), 'a.png'), 'next day');
    expect(await scan(root, tree, true)).toContain(join(layout('29'), 'a.png'));
  });

  it('miss what is rewritten in place in an old folder, which the whole scan reports', async () => {
    const { root } = await month(layout);
    const tree = new FolderTree();
    await scan(root, tree, false);
    await writeFile(join(root, layout('03'), 'a.png'), 'other bytes');
    expect(await scan(root, tree, true)).not.toContain(join(layout('03'), 'a.png'));
    expect(await scan(root, tree, false)).toHaveLength(28 * 3);
  });

  it('find every file that comes, in whatever folder, and a whole scan finds all there is', async () => {
    const { root, folders } = await month(layout);
    const tree = new FolderTree();
    const seen = new Set(await scan(root, tree, false));
    let number = 0;
    const step = fc.record({
      folder: fc.oneof(fc.constantFrom(...folders), fc.constantFrom('', 'spare', join('spare', 'deep'), '20260301')),
      what: fc.constantFrom('add', 'add', 'add', 'remove'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const added: string[] = [];
        for (const { folder, what } of steps) {
          const path = join(root, folder);
          if (what === 'remove' && folder !== '') await rm(path, { recursive: true, force: true });
          if (what !== 'add') continue;
          await mkdir(path, { recursive: true });
          const name = `${++number}.png`;
          await writeFile(join(path, name), name);
          added.push(join(folder, name));
        }
        for (const file of await scan(root, tree, true)) seen.add(file);
        const there = new Set((await readdir(root, { recursive: true })).filter((name) => name.endsWith('.png')));
        expect(added.filter((file) => there.has(file) && !seen.has(file))).toEqual([]);
        expect((await scan(root, tree, false)).sort()).toEqual([...there].sort());
      }),
      { numRuns: 40 },
    );
  });
});
