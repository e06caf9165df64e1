import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { alternate } from './alternate.ts';
import type { Outcome } from './alternate.ts';
import { roundsOf, sameParameters } from './bench.ts';
import type { BenchContext } from './bench.ts';
import { rowBeside } from './beside.ts';
import { encoderSpec } from './network-spec.ts';
import { ourSide } from './ours.ts';
import { pictureSet, trainPaths, writeImagesFile } from './pictures.ts';
import type { Row } from './row.ts';
import { median } from './statistics.ts';
import { pythonSide } from './python-peers.ts';

const WIDTH = 32;

/** SimCLR as the engine does it: NT-Xent, no damage task, every change of light on, crops from 8 % of a 128-px picture as lightly's. */
export function simclrConfig(quick: boolean): PretrainConfig {
  return v.parse(PretrainConfig, {
    objective: 'nt_xent',
    maskWeight: 0,
    damagedBatch: 0,
    width: quick ? 4 : WIDTH,
    tilePx: quick ? 32 : 64,
    batch: quick ? 8 : 256,
    steps: quick ? 2 : 24,
    augment: { cropMinPx: 36, cropMaxPx: 128, blur: true, colour: 0.2 },
  });
}

/** Whole SimCLR, pictures on disk → views/s: one turn is one whole call, reading the pictures included. */
export async function simclrRows(context: BenchContext): Promise<Row[]> {
  const { quick, say } = context;
  const workDir = join(context.workDir, 'simclr');
  await mkdir(workDir, { recursive: true });
  const set = await pictureSet('steel_xsdd', context.workDir, quick);
  const paths = trainPaths(set);
  const config = simclrConfig(quick);
  const { batch, tilePx, steps, temperature } = config;
  const name = `whole SimCLR from disk, ${paths.length} pictures (${set.name}), ${tilePx} px, ${batch} pairs`;
  say(name);
  const imagesFile = await writeImagesFile(join(workDir, 'images.ndjson'), paths);
  const asked = { paths, batch, tilePx, steps, temperature, spec: encoderSpec(WIDTH), triedSteps: 3 };
  const peers = quick
    ? []
    : await Promise.all(
        (['f32', 'bf16'] as const).map(async (precision) =>
          pythonSide(await context.peers(), `lightly ${precision}`, 'lightly_simclr', { ...asked, precision }),
        ),
      );
  const ours = ourSide('Minarai', 'simclr', { imagesFile, workDir, config });
  const [our, f32, bf16] = await alternate([ours, ...peers], roundsOf(context), say);
  const row = (peer: Outcome | undefined, target: number): Row => {
    sameParameters(our, peer);
    const stepRates = our?.rounds.flatMap((round) => round?.extra?.['viewsPerSecondOfSteps'] ?? []) ?? [];
    return rowBeside({
      what: name,
      unit: 'views/s',
      our,
      peer,
      target,
      note: `whole SimCLR: a turn is one whole call of ${steps} steps, reading the pictures included, on both sides`,
      ...(stepRates.length > 0 && { detail: { ours_steps_only: median(stepRates) } }),
    });
  };
  return quick ? [row(undefined, 0)] : [row(f32, 2.5), row(bf16, 1.5)];
}
