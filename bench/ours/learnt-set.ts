import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import { loadEncoder } from '#engine/checkpoint.ts';
import { readImagesFile } from '#engine/images-file.ts';
import { armEvidence } from '#engine/learn/arm-evidence.ts';
import type { ArmEvidence } from '#engine/learn/arm-evidence.ts';
import { pretrain } from '#engine/pretrain.ts';
import type { ManifestLine, PictureSet } from '../pictures.ts';

export type Asked = v.InferInput<typeof PretrainConfig>;

/** Lines of a set that may be learnt from: its test rows are not touched. */
export function trainLines({ lines }: PictureSet): ManifestLine[] {
  return lines.filter(({ split }) => split === 'train');
}

/** Pretrains on the train rows of a set but those held out, and looks at all of them. */
export async function learntSet(
  set: PictureSet,
  isHeldOut: (at: number) => boolean,
  { workDir, seed, config: asked }: { readonly workDir: string; readonly seed: number; readonly config: Asked },
): Promise<ArmEvidence> {
  const { signal } = new AbortController();
  const classes = [...new Set(set.lines.map((line) => line.class))].sort();
  const good = set.lines.find(({ is_defect }) => is_defect === '0')?.class;
  const goodClass = good === undefined ? null : classes.indexOf(good);
  const rows = trainLines(set).map((line, id) => ({
    id,
    path: join(set.folder, line.path),
    group: line.group,
    classIndex: classes.indexOf(line.class),
    split: isHeldOut(id) ? 'test' : 'train',
  }));
  const runDir = join(workDir, 'run');
  await mkdir(runDir, { recursive: true });
  const imagesFile = join(runDir, 'images.ndjson');
  const write = (chosen: readonly object[]) =>
    writeFile(imagesFile, chosen.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await write(rows.filter(({ split }) => split === 'train'));
  const config = v.parse(PretrainConfig, { seed, checkpointEverySeconds: 1e6, ...asked });
  let file = '';
  for await (const event of pretrain({ imagesFile, runDir, config, resume: false }, signal, { pauseAsked: false }))
    if (event.kind === 'done') file = event.file;
  await write(rows);
  const encoder = await loadEncoder(file);
  try {
    const asked = await readImagesFile(imagesFile);
    const random = new Random(seed);
    return await resultOf(armEvidence(encoder, asked, classes.length, goodClass, random, signal, 'pretrained'));
  } finally {
    encoder.dispose();
  }
}

/** What a generator returns, its progress passed over. */
export async function resultOf<T>(generator: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const next = await generator.next();
    if (next.done === true) return next.value;
  }
}
