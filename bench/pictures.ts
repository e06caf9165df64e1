import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import * as v from 'valibot';
import type { ImageRow } from '#core/contract/engine.ts';
import { writeSampleSet } from '#core/sample/sample-line.ts';
import { root } from '#native/setup/files.mjs';

/*
 * What is looked at: the real sets of `../shared/data` (`MINARAI_DATA_DIR` names another folder), else pictures of the generated
 * sample line. A set is a folder with manifest.csv: path, class, is_defect, split, group.
 */

const ManifestLine = v.object({
  path: v.string(),
  class: v.string(),
  is_defect: v.picklist(['0', '1']),
  split: v.picklist(['train', 'test']),
  group: v.string(),
});
export type ManifestLine = v.InferOutput<typeof ManifestLine>;

export interface PictureSet {
  /** What a table calls it. */
  readonly name: string;
  readonly folder: string;
  readonly lines: readonly ManifestLine[];
}

/** The folder of the real sets, whether or not it exists. */
export function dataDir(): string {
  return process.env['MINARAI_DATA_DIR'] ?? join(root, '..', 'shared', 'data');
}

async function readSet(name: string, folder: string): Promise<PictureSet> {
  const text = await readFile(join(folder, 'manifest.csv'), 'utf8');
  return { name, folder, lines: v.parse(v.array(ManifestLine), parse(text, { columns: true, bom: true })) };
}

/** A real set; undefined where it is not on this machine. */
export async function realSet(name: string): Promise<PictureSet | undefined> {
  const folder = join(dataDir(), name);
  return existsSync(join(folder, 'manifest.csv')) ? readSet(name, folder) : undefined;
}

/** Few, but enough for a pilot to start. */
const SAMPLE_PICTURES = { full: 600, quick: 90 };

/** A real set, or generated pictures in `workDir` where it is absent or where `quick` wants few. */
export async function pictureSet(name: string, workDir: string, quick: boolean): Promise<PictureSet> {
  const real = quick ? undefined : await realSet(name);
  if (real) return real;
  const folder = join(workDir, 'sample');
  if (!existsSync(folder)) await writeSampleSet(folder, quick ? SAMPLE_PICTURES.quick : SAMPLE_PICTURES.full, 1);
  return readSet('generated sample line', folder);
}

/** Full paths of a set's pictures that may be learned from. */
export function trainPaths({ folder, lines }: PictureSet): string[] {
  return lines.filter(({ split }) => split === 'train').map(({ path }) => join(folder, path));
}

/** Writes the engine's list of pictures. @returns `file` */
export async function writeImagesFile(file: string, paths: readonly string[]): Promise<string> {
  const rows = paths.map((path, id): Pick<ImageRow, 'id' | 'path'> => ({ id, path }));
  await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return file;
}

/** Those of `paths` that have the most common size: a peer whose network is built for one size can read them all. */
export async function ofOneSize(paths: readonly string[]): Promise<string[]> {
  const bySize = new Map<string, string[]>();
  for (const path of paths) {
    const { width, height } = await sharp(path).metadata();
    const size = `${width}x${height}`;
    bySize.set(size, [...(bySize.get(size) ?? []), path]);
  }
  return [...bySize.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
}
