import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { backendNames } from '#engine/backends/names.ts';
import { readCheckpoint } from '#engine/checkpoint.ts';
import { embed } from '#engine/learn/embed.ts';
import { score } from '#engine/learn/score.ts';
import { teach } from '#engine/learn/teach.ts';
import { pretrain } from '#engine/pretrain.ts';
import { closeTensorFlow, openBackend } from '#engine/tf.ts';

/*
 * Run as a child: `BACKEND FOLDER [MODEL]`. Pretrains three steps on the pictures of FOLDER/images.ndjson, embeds them and
 * scores them with the model, all on one backend; writes what came of it to FOLDER/BACKEND.json. Without a model it teaches one.
 */

/** What a run leaves, as numbers that another backend's must be close to. */
export interface PortableRun {
  readonly losses: number[];
  readonly weights: number[];
  readonly embedding: number[];
  readonly scores: number[];
  readonly model: string;
}

async function main(name: string, folder: string, given: string | undefined): Promise<PortableRun> {
  const backend = v.parse(v.picklist(backendNames), name);
  await openBackend({ backend, reason: 'asked_for', hideGpu: true }, { software: true });
  const { signal } = new AbortController();
  const imagesFile = join(folder, 'images.ndjson');
  const config = v.parse(PretrainConfig, {
    width: 4,
    batch: 4,
    damagedBatch: 2,
    tilePx: 32,
    steps: 3,
    precision: 'f32',
    warmupSteps: 0,
    augment: { cropMinPx: 24, cropMaxPx: 36, blur: true },
  });

  const losses: number[] = [];
  let checkpoint = '';
  const control = { pauseAsked: false, eventEveryMs: 0 };
  for await (const event of pretrain(
    { imagesFile, runDir: join(folder, name), config, resume: false },
    signal,
    control,
  )) {
    if (event.kind === 'step') losses.push(event.loss);
    if (event.kind === 'done') checkpoint = event.file;
  }
  const { arrays } = await readCheckpoint(checkpoint);

  const outFile = join(folder, `${name}.f32`);
  for await (const event of embed({ checkpoint, imagesFile, outFile, clusters: 2 }, signal)) void event;
  const bytes = await readFile(outFile);

  const model = given ?? (await teachOne(checkpoint, imagesFile, folder));
  const scores: number[] = [];
  for await (const event of score({ model, imagesFile }, signal)) {
    if (event.kind === 'scored') for (const row of event.rows) scores[row.id] = row.score;
  }
  return {
    losses,
    weights: [...arrays.values()].flatMap(({ data }) => Array.from(data)),
    embedding: Array.from(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)),
    scores,
    model,
  };
}

async function teachOne(checkpoint: string, imagesFile: string, folder: string): Promise<string> {
  const input = { checkpoint, imagesFile, classes: ['good', 'pit'], goodClass: 0, outDir: join(folder, 'taught') };
  const never = new AbortController().signal;
  for await (const event of teach({ ...input, mode: 'frozen', seed: 1 }, never)) {
    if (event.kind === 'done') return event.model.file;
  }
  throw new Error('teaching ended without a model');
}

const [name = '', folder = '', model] = process.argv.slice(2);
await writeFile(join(folder, `${name}.json`), JSON.stringify(await main(name, folder, model)));
closeTensorFlow();
