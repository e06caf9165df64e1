import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageRow } from '#core/contract/engine.ts';

export const publicSets = ['magnetic_tile', 'ball_screw', 'steel_xsdd'] as const;
export type PublicSet = (typeof publicSets)[number];

const dataDir = process.env['MINARAI_DATA_DIR'] ?? join(import.meta.dirname, '../../../../shared/data');

/** Every `stride`-th of a set of real pictures; nothing where the set is not here. */
export function publicRows(set: PublicSet, wanted: number): { readonly rows: ImageRow[]; readonly classes: string[] } {
  const manifest = join(dataDir, set, 'manifest.csv');
  if (!existsSync(manifest)) return { rows: [], classes: [] };
  const lines = readFileSync(manifest, 'utf8').trim().split('\n').slice(1);
  const stride = Math.max(1, Math.floor(lines.length / wanted));
  const picked = lines.filter((_, at) => at % stride === 0).map((line) => line.split(','));
  const classes = [...new Set(picked.map(([, name = '']) => name))].sort(
    (a, b) => Number(b === 'good') - Number(a === 'good') || (a < b ? -1 : 1),
  );
  const rows = picked.map(([path = '', name = '', isDefect, , group = ''], id) => ({
    ...{ id, path: join(dataDir, set, path), page: 0, group },
    ...{ classIndex: classes.indexOf(name), isDefect: isDefect === '1', split: 'train' as const },
  }));
  return { rows, classes };
}
