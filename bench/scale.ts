import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '#native/setup/files.mjs';
import type { Bench, BenchContext } from './bench.ts';
import { peakMemoryBytes, pretraining, withEngine } from './engine-process.ts';
import { bars, deviationsPercent, plot } from './linear.ts';
import { multiply } from './many-pictures.ts';
import { pictureSet, trainPaths, writeImagesFile } from './pictures.ts';
import { rowOf } from './row.ts';
import type { Row } from './row.ts';
import { median } from './statistics.ts';

/*
 * How the cost of an epoch grows with the number of pictures. Network and tiles are as small as they come, so that whole epochs
 * are measured at every size and whatever the data path costs per picture or per step shows; a larger network would hide it.
 */

const SIZES = { full: [1_000, 2_000, 5_000, 10_000, 20_000, 50_000], quick: [40, 80] };
const CONFIG = { width: 4, tilePx: 32, batch: 128, damagedBatch: 32 };
const WARM_UP_STEPS = 20;
/** Short epochs are repeated until so much was measured. */
const LEAST_STEPS = { full: 150, quick: 8 };
const PROMISED_PERCENT = 10;

/** One size: seconds per epoch of steps, seconds until all pictures were read, peak memory. */
interface Measured {
  readonly epochSeconds: number;
  readonly readingSeconds: number;
  readonly peakBytes: number | null;
}

export const scale: Bench = async (context) => {
  const { quick, runs, workDir, say } = context;
  const sizes = quick ? SIZES.quick : SIZES.full;
  const rounds = runs ?? (quick ? 1 : 3);
  const set = await pictureSet('steel_xsdd', workDir, quick);
  const folder = join(workDir, 'scale');
  const paths = await multiply(trainPaths(set), join(folder, 'pictures'), Math.max(...sizes));
  const measured = new Map(sizes.map((size) => [size, [] as Measured[]]));
  for (let round = 0; round < rounds; round++) {
    // There and back, so that a machine that grows slower does not look like a cost that grows.
    for (const size of round % 2 === 0 ? sizes : sizes.toReversed()) {
      const one = await measure(context, join(folder, `run-${round}-${size}`), paths.slice(0, size));
      measured.get(size)?.push(one);
      say(`  ${round + 1}/${rounds} ${size} pictures: ${one.epochSeconds.toFixed(2)} s an epoch`);
    }
  }
  const costs = sizes.map((pictures) => ({
    pictures,
    seconds: median((measured.get(pictures) ?? []).map(({ epochSeconds }) => epochSeconds)),
  }));
  const deviations = deviationsPercent(costs);
  for (const line of bars(costs)) say(line);
  say(`plot: ${await savePlot(plot(costs))}`);
  const note = `${set.name}, each size a fresh engine process, width ${CONFIG.width}, ${CONFIG.tilePx} px, batch ${CONFIG.batch} + ${CONFIG.damagedBatch} damaged; whole epochs`;
  return [
    ...sizes.map((size, at): Row => {
      const all = measured.get(size) ?? [];
      const peaks = all.flatMap(({ peakBytes }) => peakBytes ?? []);
      return rowOf({
        what: `epoch of ${size} pictures`,
        unit: 's',
        better: 'less',
        ours: all.map(({ epochSeconds }) => epochSeconds),
        note,
        detail: {
          deviation_from_linear_percent: Number((deviations[at] ?? 0).toFixed(1)),
          reading_seconds: Number(median(all.map(({ readingSeconds }) => readingSeconds)).toFixed(2)),
          peak_memory_gb: peaks.length > 0 ? Number((Math.max(...peaks) / 1e9).toFixed(3)) : null,
        },
      });
    }),
    rowOf({
      what: `largest deviation from linear, ${sizes[0]} to ${sizes.at(-1)} pictures`,
      unit: '%',
      better: 'less',
      ours: [Math.max(...deviations.map(Math.abs))],
      target: PROMISED_PERCENT,
      note,
    }),
  ];
};

async function measure({ quick }: BenchContext, runDir: string, paths: readonly string[]): Promise<Measured> {
  await mkdir(runDir, { recursive: true });
  const imagesFile = await writeImagesFile(join(runDir, 'images.ndjson'), paths);
  const stepsPerEpoch = paths.length / CONFIG.batch;
  const wanted = Math.max(stepsPerEpoch, quick ? LEAST_STEPS.quick : LEAST_STEPS.full);
  const warmUp = quick ? 2 : WARM_UP_STEPS;
  // Events come a few times a second: some more steps, so that a whole epoch lies between two of them.
  const config = { ...CONFIG, steps: Math.ceil(warmUp + 1.1 * wanted + 5) };
  try {
    return await withEngine(async (engine) => {
      const startMs = performance.now();
      let readMs = startMs;
      let first: { step: number; atMs: number } | undefined;
      let last: { step: number; atMs: number } | undefined;
      let peakBytes: number | null = null;
      for await (const event of pretraining(engine, { imagesFile, runDir: join(runDir, 'run'), config })) {
        if (event.kind === 'reading') readMs = performance.now();
        if (event.kind !== 'step') continue;
        peakBytes = await peakMemoryBytes(engine.pid);
        last = { step: event.step, atMs: performance.now() };
        if (event.step >= warmUp) first ??= last;
      }
      if (!first || !last || last.step - first.step < Math.min(wanted, stepsPerEpoch)) {
        throw new Error(
          `only ${(last?.step ?? 0) - (first?.step ?? 0)} steps of an epoch of ${stepsPerEpoch} were seen`,
        );
      }
      const stepSeconds = (last.atMs - first.atMs) / 1000 / (last.step - first.step);
      return { epochSeconds: stepSeconds * stepsPerEpoch, readingSeconds: (readMs - startMs) / 1000, peakBytes };
    });
  } finally {
    await rm(runDir, { recursive: true, force: true });
  }
}

async function savePlot(svg: string): Promise<string> {
  const folder = join(root, 'bench', 'results');
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'scale.svg');
  await writeFile(file, svg);
  return file;
}
