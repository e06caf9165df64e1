import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { which } from '#native/setup/processes.mjs';
import { alternate } from './alternate.ts';
import type { Outcome } from './alternate.ts';
import { roundsOf, wanted } from './bench.ts';
import type { Bench, BenchContext } from './bench.ts';
import { rowBeside } from './beside.ts';
import { ourSide } from './ours.ts';
import { ofOneSize, pictureSet, trainPaths } from './pictures.ts';
import type { Row } from './row.ts';
import { simclrConfig } from './simclr.ts';
import { pythonSide } from './python-peers.ts';

/** Views a second: decoded pictures → views that a network can be given. */
export const augment: Bench = (context) =>
  wanted(context, { machine: () => machineRows(context), core: () => coreRows(context) });

async function setting(context: BenchContext) {
  const { quick, workDir, say } = context;
  const set = await pictureSet('steel_xsdd', workDir, quick);
  // TensorFlow's and torchvision's batches are of one size.
  const paths = await ofOneSize(trainPaths(set));
  const tilesDir = join(workDir, 'tiles');
  await mkdir(tilesDir, { recursive: true });
  const config = simclrConfig(quick);
  const name = `views of ${config.tilePx} px from decoded pictures (${set.name})`;
  say(name);
  const ours = { paths, workDir: tilesDir, config, batches: quick ? 2 : 60 };
  const peer = { paths, tilePx: config.tilePx, batch: config.batch, batches: quick ? 1 : 24 };
  return { name, ours, peer };
}

function rowFor(what: string, our: Outcome | undefined, peer: Outcome | undefined): Row {
  return rowBeside({ what, unit: 'views/s', our, peer });
}

/** All cores: ours (with and without damage) against each peer's fastest way, and against TensorFlow's own ops. */
async function machineRows(context: BenchContext): Promise<Row[]> {
  const { name, ours, peer } = await setting(context);
  const damaged = { ...ours, config: { ...ours.config, damagedBatch: ours.config.batch / 2 } };
  const sides = [
    ourSide('Minarai', 'augment', ours),
    ourSide('Minarai with painted damage', 'augment', damaged),
    ourSide('TensorFlow batched ops', 'tensorflow-augment', { ...ours, batches: context.quick ? 2 : 20 }),
    ...(context.quick
      ? []
      : [
          pythonSide(await context.peers(), 'lightly DataLoader', 'augment', { ...peer, mode: 'workers' }),
          pythonSide(await context.peers(), 'torchvision v2', 'augment', { ...peer, mode: 'v2' }),
        ]),
  ];
  const [plain, withDamage, tensorflow, lightly, v2] = await alternate(sides, roundsOf(context), context.say);
  if (context.quick) return [rowFor(name, plain, tensorflow), rowFor(`${name}, with damage`, withDamage, undefined)];
  return [
    rowFor(name, plain, lightly),
    rowFor(`${name}, with damage`, withDamage, lightly),
    rowFor(name, plain, v2),
    rowFor(name, plain, tensorflow),
  ];
}

/** Both held to one core. */
async function coreRows(context: BenchContext): Promise<Row[]> {
  if (context.quick) return [];
  const { name, ours, peer } = await setting(context);
  const taskset = which('taskset');
  const sides = [
    ourSide('Minarai on one core', 'augment', { ...ours, batches: 30 }, taskset),
    pythonSide(await context.peers(), 'lightly', 'augment', { ...peer, batches: 8, mode: 'one' }),
  ];
  const [one, lightly] = await alternate(sides, roundsOf(context), context.say);
  const missing = taskset ? {} : { reason: 'taskset is not installed: ours was not held to one core' };
  return [{ ...rowFor(`${name}, one core`, one, lightly), ...missing }];
}
