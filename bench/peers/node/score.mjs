/**
 * ONNX Runtime's Node package on the graph that onnx_network.py wrote, pictures decoded by sharp, which reads ahead while the
 * network runs: the same protocol as ../side.py. The number of pictures in a batch is the fastest of those tried.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import sharp from 'sharp';

const COMPARED = 4;
const TRIED_PICTURES = 300;
const BATCHES = [8, 16, 32];

/** @type {{ InferenceSession: any, Tensor: any }} */
const ort = createRequire(process.argv[2] ?? '')('onnxruntime-node');

/** @param {{ paths: string[], exportDir: string }} params */
async function prepare({ paths, exportDir }) {
  const network = JSON.parse(await readFile(join(exportDir, 'network.json'), 'utf8'));
  const { gainToMean, deviation } = network.normalisation;
  const { channels } = network;
  const session = await ort.InferenceSession.create(join(exportDir, 'network.onnx'), {
    intraOpNumThreads: availableParallelism(),
    graphOptimizationLevel: 'all',
  });

  /** @param {string} path */
  const read = async (path) => {
    const { data, info } = await sharp(path)
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    let gain = 1;
    if (gainToMean !== null) {
      let sum = 0;
      for (const value of data) sum += value;
      gain = Math.min(4, Math.max(0.25, gainToMean / Math.max(sum / data.length / 255, 1e-3)));
    }
    return { data, width: info.width, height: info.height, factor: gain / (255 * deviation) };
  };

  /** @param {string[]} asked @param {number} batch */
  const score = async (asked, batch) => {
    /** @type {number[][]} */
    const rows = [];
    const reading = (/** @type {number} */ from) => Promise.all(asked.slice(from, from + batch).map(read));
    let next = reading(0);
    for (let from = 0; from < asked.length; from += batch) {
      const pictures = await next;
      next = reading(from + batch);
      const [{ width, height, data: first } = { width: 0, height: 0, data: Buffer.alloc(0) }] = pictures;
      const bytes = new Uint8Array(pictures.length * first.length);
      pictures.forEach(({ data }, at) => bytes.set(data, at * first.length));
      const factors = Float32Array.from(pictures, ({ factor }) => factor);
      const { features, damage } = await session.run({
        pictures: new ort.Tensor('uint8', bytes, [pictures.length, height, width, channels]),
        factors: new ort.Tensor('float32', factors, [pictures.length, 1, 1, 1]),
      });
      const columns = features.dims[1];
      pictures.forEach((_, at) => {
        rows.push([...features.data.subarray(at * columns, (at + 1) * columns), damage.data[at]]);
      });
    }
    return rows;
  };

  /** @param {string[]} asked @param {number} batch */
  const timed = async (asked, batch) => {
    const startMs = performance.now();
    await score(asked, batch);
    return (performance.now() - startMs) / 1000;
  };

  await timed(paths.slice(0, 32), 16);
  let best = { batch: 0, seconds: Infinity };
  for (const batch of BATCHES) {
    const seconds = await timed(paths.slice(0, TRIED_PICTURES), batch);
    if (seconds < best.seconds) best = { batch, seconds };
  }
  const version = createRequire(process.argv[2] ?? '')('onnxruntime-node/package.json').version;
  return {
    facts: {
      ready: true,
      detail: `onnxruntime-node ${version} f32, ${availableParallelism()} threads, sharp reading ahead, batch ${best.batch}`,
      outputs: (await score(paths.slice(0, COMPARED), 2)).flat(),
    },
    run: async () => ({ seconds: await timed(paths, best.batch), items: paths.length }),
  };
}

/** @type {undefined | (() => Promise<object>)} */
let run;
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    if (asked.command === 'prepare') {
      const ready = await prepare(asked.params);
      run = ready.run;
      answer = ready.facts;
    } else answer = await run?.();
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
