import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { roundsOf } from './bench.ts';
import type { BenchContext } from './bench.ts';
import { peakMemoryBytes, pretraining, withEngine } from './engine-process.ts';
import { multiply } from './many-pictures.ts';
import { pictureSet, trainPaths, writeImagesFile } from './pictures.ts';
import { rowOf } from './row.ts';
import type { Row } from './row.ts';

/** From the launch of the engine process to its first training step, with the default configuration. */
export async function startRows(context: BenchContext): Promise<Row[]> {
  const { quick, say } = context;
  const set = await pictureSet('steel_xsdd', context.workDir, quick);
  const paths = trainPaths(set);
  const folder = join(context.workDir, 'start');
  await mkdir(folder, { recursive: true });
  const imagesFile = await writeImagesFile(join(folder, 'images.ndjson'), paths);
  const what = `engine start to first training step, ${paths.length} pictures (${set.name}) to decode first`;
  say(what);
  const seconds: number[] = [];
  const launchSeconds: number[] = [];
  // One more than asked for: the first reads the library from the disk into the page cache and is left out.
  for (let round = 0; round <= roundsOf(context); round++) {
    const runDir = join(folder, `run-${round}`);
    const startMs = performance.now();
    await withEngine(async (engine) => {
      await engine.calls.probe();
      const servingMs = performance.now();
      for await (const event of pretraining(engine, { imagesFile, runDir, config: { steps: 1 } })) {
        if (event.kind !== 'step' || round === 0) continue;
        seconds.push((performance.now() - startMs) / 1000);
        launchSeconds.push((servingMs - startMs) / 1000);
        say(`  ${round}/${roundsOf(context)}: ${seconds.at(-1)?.toFixed(2)} s`);
      }
    });
    await rm(runDir, { recursive: true, force: true });
  }
  return [
    rowOf({ what, unit: 's', better: 'less', ours: seconds, target: 6 }),
    rowOf({ what: 'of it until the engine serves', unit: 's', better: 'less', ours: launchSeconds }),
  ];
}

/** Peak memory of the engine process while it pretrains many pictures for a while, with the default configuration. */
export async function memoryRows(context: BenchContext): Promise<Row[]> {
  const { quick, say } = context;
  const sets = await Promise.all(
    ['magnetic_tile', 'steel_xsdd'].map((name) => pictureSet(name, context.workDir, quick)),
  );
  const count = quick ? 60 : 10_000;
  const steps = quick ? 3 : 200;
  const folder = join(context.workDir, 'memory');
  const paths = await multiply(sets.flatMap(trainPaths), join(folder, 'pictures'), count);
  const imagesFile = await writeImagesFile(join(folder, 'images.ndjson'), paths);
  const names = [...new Set(sets.map(({ name }) => name))].join(', ');
  const what = `peak memory of the engine pretraining ${count} pictures (${names}), ${steps} steps`;
  say(what);
  const peak = await withEngine(async (engine) => {
    let seen: number | null = null;
    const runDir = join(folder, 'run');
    for await (const event of pretraining(engine, { imagesFile, runDir, config: { steps } })) {
      if (event.kind === 'reading' || event.kind === 'step') seen = await peakMemoryBytes(engine.pid);
    }
    return seen;
  });
  await rm(folder, { recursive: true, force: true });
  return [
    rowOf({
      what,
      unit: 'GB',
      better: 'less',
      ours: [peak === null ? null : peak / 1e9],
      target: 1.6,
      ...(peak === null && { reason: 'this system does not tell a process its peak memory (Linux does)' }),
    }),
  ];
}
