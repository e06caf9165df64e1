import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { writeSampleSet } from '#core/sample/sample-line.ts';

/** One picture as it will lie in the camera folder; only the test knows what it shows. */
export interface TestPicture {
  readonly name: string;
  readonly from: string;
  readonly isDefect: boolean;
}

const real = join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'ball_screw');
/** `MINARAI_E2E_PICTURES=generated` tries what a machine without the factory's pictures does. */
const atHand = process.env['MINARAI_E2E_PICTURES'] !== 'generated' && existsSync(real);

/** The factory's own pictures where they are at hand (never copied into the project), else generated ones; `what` says which. */
export async function testPictures(good: number, defects: number): Promise<{ what: string; pictures: TestPicture[] }> {
  const rows = atHand ? await realRows() : await generatedRows(good + defects);
  const take = (isDefect: boolean, count: number): { from: string; isDefect: boolean }[] => {
    const kind = rows.filter((row) => row.isDefect === isDefect);
    const step = Math.max(1, Math.floor(kind.length / count));
    return kind.filter((_, n) => n % step === 0).slice(0, count);
  };
  const chosen = [...take(false, good), ...take(true, defects)];
  // Names in an order that says nothing about what they show.
  const pictures = chosen.map((row, n) => ({
    ...row,
    name: `p${String((n * 37) % 997).padStart(3, '0')}${extname(row.from)}`,
  }));
  return { what: atHand ? 'real pictures: ball_screw' : 'generated sample pictures', pictures };
}

async function realRows(): Promise<{ from: string; isDefect: boolean }[]> {
  const [, ...lines] = (await readFile(join(real, 'manifest.csv'), 'utf8')).trim().split('\n');
  return lines.map((line) => {
    const [path = '', , isDefect] = line.split(',');
    return { from: join(real, path), isDefect: isDefect === '1' };
  });
}

async function generatedRows(count: number): Promise<{ from: string; isDefect: boolean }[]> {
  const folder = await mkdtemp(join(tmpdir(), 'minarai-sample-'));
  const parts = await writeSampleSet(folder, count * 2, 7);
  return parts.map(({ fileName, isDefect }) => ({ from: join(folder, fileName), isDefect }));
}

/** As a camera does: the name appears when the picture is whole. */
export async function shoot(folder: string, pictures: readonly TestPicture[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { from, name } of pictures) {
    await copyFile(from, join(folder, `${name}.tmp`));
    await rename(join(folder, `${name}.tmp`), join(folder, name));
  }
}
