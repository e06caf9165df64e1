import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import { saveCheckpoint } from '#engine/checkpoint.ts';
import { Encoder } from '#engine/encoder.ts';
import { NETWORK } from '#engine/network/version.ts';
import { openTensorFlow } from '#engine/tf.ts';

/* An archive: small pictures in folders of a hundred, some of them twice, some that are none. */

const SIDE = 32;
const A_FOLDER = 100;
const AT_ONCE = 64;
/** Of so many pictures one lies there a second time under another name. */
const COPIED = 50;

export interface Archive {
  /** Paths below the folder, with "/". */
  readonly paths: string[];
  readonly contents: number;
  readonly unreadable: string[];
}

async function draw(file: string, random: Random): Promise<void> {
  const data = Uint8Array.from({ length: SIDE * SIDE }, () => random.below(256));
  await sharp(data, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 0 })
    .toFile(file);
}

/** Makes `count` different pictures, copies of some, a file that is no picture and one that ends too early. */
export async function makeArchive(folder: string, count: number): Promise<Archive> {
  const random = new Random(7);
  const paths: string[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => {
      const number = from + at;
      const path = `${String(Math.floor(number / A_FOLDER)).padStart(4, '0')}/${number}.png`;
      return { path, random: random.fork() };
    });
    for (const { path } of some) mkdirSync(join(folder, path, '..'), { recursive: true });
    await Promise.all(some.map((one) => draw(join(folder, one.path), one.random)));
    paths.push(...some.map(({ path }) => path));
  }
  for (const path of paths.filter((_, at) => at % COPIED === 0)) {
    const copy = path.replace('.png', ' (1).png');
    cpSync(join(folder, path), join(folder, copy));
    paths.push(copy);
  }
  const unreadable = ['0000/text.png', '0000/空.png'];
  writeFileSync(join(folder, '0000/text.png'), 'no picture at all');
  writeFileSync(join(folder, '0000/空.png'), '');
  return { paths: [...paths, ...unreadable].sort(), contents: count, unreadable };
}

/** A checkpoint of an encoder that has learnt nothing; what it sees is as definite as that of any other. */
export async function makeCheckpoint(folder: string, seed = 1): Promise<string> {
  await openTensorFlow();
  const encoder = new Encoder(
    { channels: 1, width: 4 },
    { gainToMean: null, mean: 0.5, deviation: 0.25 },
    new Random(seed),
  );
  const progress = {
    ...{ step: 1, steps: 1, views: 1, seconds: 1, pictures: 1 },
    random: [1, 2, 3, 4] as [number, number, number, number],
    order: { random: [5, 6, 7, 8] as [number, number, number, number], taken: 0, epochs: 0 },
  };
  const meta = {
    ...({ kind: 'pretraining', version: 1, network: NETWORK, tensorflow: '2.21.0' } as const),
    encoder: encoder.config,
    normalisation: encoder.normalisation,
    config: v.parse(PretrainConfig, { width: 4 }),
    progress,
  };
  mkdirSync(folder, { recursive: true });
  const { file } = await saveCheckpoint(folder, meta, encoder.toArrays());
  encoder.dispose();
  return file;
}
