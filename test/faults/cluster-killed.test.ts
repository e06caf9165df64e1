import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { loadEncoder } from '#engine/checkpoint.ts';
import { pick } from '#engine/learn/matrix.ts';
import { pooledRows } from '#engine/learn/pooled-rows.ts';
import { representationOf } from '#engine/learn/representation.ts';
import { openLooking } from '#engine/network/looking.ts';
import { openTensorFlow } from '#engine/tf.ts';
import { freePorts, startCluster, type Worker } from '#test/engine/cluster/workers.ts';
import {
  copiesOf,
  endsOf,
  kill,
  learntIn,
  savedIn,
  startWorker,
  takeInOnce,
  type Settings,
} from '#test/flow/cluster-run.ts';
import { temporaryFolder } from '#test/store/fixture.ts';
import { realSet, type PictureSet } from '../../bench/pictures.ts';
import { record } from './record.ts';
import { isFull, sized } from './size.ts';

/*
 * A worker of three is killed in the midst of a pretraining of real pictures, the two that are left go on from the checkpoint, and what
 * is learnt is held to what three undisturbed workers learnt. That it ends and goes on at all is tested small in
 * test/flow/cluster.test.ts; this is about how well it learns. Only train rows are used, by folds.
 */

const steel = await realSet('steel_xsdd');
const STEPS = 160;
const SEEDS = [1, 2, 3];
const settings: Settings = { batch: 32, damagedBatch: 16, width: 16, precision: 'f32', checkpointEverySeconds: 8 };

const trainRows = ({ folder, lines }: PictureSet) => {
  const rows = lines.filter(({ split }) => split === 'train');
  const classes = [...new Set(rows.map((line) => line.class))].sort();
  return rows.map((line, index) => ({
    ...{ index, path: join(folder, line.path), label: classes.indexOf(line.class), group: line.group },
    split: 'train' as const,
    classes: classes.length,
  }));
};

/** Neighbours and linear probe on features of a data folder's encoder, in points. */
async function pointsOf(dataDir: string, set: PictureSet): Promise<[neighbours: number, probe: number]> {
  const rows = trainRows(set);
  const encoder = await loadEncoder(join(dataDir, learntIn(dataDir)!.file));
  const looking = openLooking(encoder);
  try {
    const asked = rows.map(({ index, path }) => ({ id: index, path, page: 0 }));
    const { pooled, seen } = await pooledRows(looking, encoder.config.width, asked, new AbortController().signal);
    const labelled = seen.map((row, index) => ({ ...rows[row]!, index }));
    const told = representationOf(pick(pooled, seen), labelled, rows[0]!.classes, null, new Random(1));
    return [100 * told.knnAccuracy!, 100 * told.linearAccuracy!];
  } finally {
    looking.dispose();
    encoder.dispose();
  }
}

it.runIf(isFull && steel !== undefined)(
  'a pretraining that lost a worker learns as much as an undisturbed one',
  { timeout: 3_000_000 },
  async () => {
    const set = steel!;
    await openTensorFlow();
    const home = temporaryFolder();
    const pictures = join(home, 'pictures');
    mkdirSync(pictures);
    for (const { path } of trainRows(set)) copyFileSync(path, join(pictures, basename(path)));
    const site = join(home, 'data');
    await takeInOnce(site, pictures);

    const start = async (dirs: readonly string[], seed: number) => {
      const ports = await freePorts(dirs.length);
      const whole = { ...settings, seed, steps: STEPS };
      return dirs.map((dataDir, index) => startWorker({ dataDir, ports, index, settings: whole }));
    };
    const differences: [number, number][] = [];
    const slowest = { toldMs: 0 };
    for (const seed of SEEDS) {
      const calm = copiesOf(site, join(home, `calm-${seed}`), 3);
      expect(await endsOf(await start(calm, seed))).toEqual(['done', 'done', 'done']);

      const disturbed = copiesOf(site, join(home, `disturbed-${seed}`), 3);
      const workers = await start(disturbed, seed);
      await expect.poll(() => savedIn(disturbed[0]!)[0] ?? 0, { timeout: 600_000 }).toBeGreaterThan(STEPS / 4);
      await kill(workers[2]!);
      const killedAt = performance.now();
      for (const { ended, atMs } of await Promise.all(workers.slice(0, 2).map(({ end }) => end))) {
        expect(ended).toMatchObject({ code: 'worker_lost' });
        slowest.toldMs = Math.max(slowest.toldMs, atMs - killedAt);
      }
      expect(slowest.toldMs).toBeLessThan(10_000);
      expect(await endsOf(await start(disturbed.slice(0, 2), seed))).toEqual(['done', 'done']);

      const [without, withLoss] = [await pointsOf(calm[0]!, set), await pointsOf(disturbed[0]!, set)];
      differences.push([withLoss[0] - without[0], withLoss[1] - without[1]]);
    }
    const [neighbours, probe] = ([0, 1] as const).map(
      (of) => differences.reduce((sum, difference) => sum + difference[of], 0) / SEEDS.length,
    ) as [number, number];
    record({
      fault: '30 worker of a pretraining in a cluster killed',
      ...{ inputs: SEEDS.length, survived: SEEDS.length, lost: 0 },
      figures: { toldWithinMs: slowest.toldMs, neighboursPointsAhead: neighbours, probePointsAhead: probe },
    });
    expect(Math.min(neighbours, probe)).toBeGreaterThan(-1);
  },
);

it('a worker that comes late to a step is waited for', async () => {
  const [first, late] = (await startCluster(2)) as [Worker, Worker];
  const waiting = first.ask({ do: 'mean', buckets: [[1, 2]] });
  // Longer than a neighbour may take to answer, in the full size: being slow is not being gone.
  await delay(sized(200, 8000));
  const mean = { is: 'numbers', numbers: [[2, 3]] };
  expect(await late.ask({ do: 'mean', buckets: [[3, 4]] })).toEqual(mean);
  expect(await waiting).toEqual(mean);
  record({ fault: '30 worker of a cluster late', inputs: 1, survived: 1, lost: 0 });
});
