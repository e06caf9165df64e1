import { openTensorFlow } from '#engine/tf.ts';
import type { Bench } from './bench.ts';
import { learntSet } from './ours/learnt-set.ts';
import { playOrders } from './ours/labelling-order.ts';
import type { Played } from './ours/labelling-order.ts';
import { pictureSet, realSet } from './pictures.ts';
import { rowOf } from './row.ts';
import type { Row } from './row.ts';

/*
 * What it is worth that the app chooses what to label next: the model after 20, 40 and 80 labels in its order beside random order, on
 * groups of train rows. Pretraining is counted in steps, so that a busy machine gives the same figures.
 */

const SETS = ['magnetic_tile', 'ball_screw', 'steel_xsdd'];
const COUNTS = [20, 40, 80];
/** A third of the pictures of these sets are defects; with one in so many of them left, some four in a hundred. */
const RARE = 8;
const STEPS = { full: 600, quick: 4 };
const SEEDS = { full: 10, quick: 2 };

export const order: Bench = async ({ quick, only, runs, seed, say, workDir }) => {
  await openTensorFlow();
  const names = only === undefined ? SETS : [only];
  const found = quick ? [await pictureSet('', workDir, true)] : await Promise.all(names.map((name) => realSet(name)));
  const seeds = runs ?? (quick ? SEEDS.quick : SEEDS.full);
  const rows: Row[] = [];
  for (const set of found.filter((one) => one !== undefined)) {
    const config = { steps: quick ? STEPS.quick : STEPS.full };
    const arm = await learntSet(set, () => false, { workDir, seed, config });
    say(`${set.name}: pretrained and looked at`);
    const isKinds = arm.evidence.goodClass === null;
    for (const oneIn of isKinds ? [1] : [1, RARE]) {
      const played = await playOrders(arm, COUNTS, seeds, oneIn);
      const what = oneIn === 1 ? set.name : `${set.name}, one in ${oneIn} of its defects`;
      const unit = isKinds ? 'balanced accuracy' : 'AUROC';
      rows.push(...COUNTS.map((count, at) => row(`${what}, ${count} labels`, unit, played, at)));
    }
  }
  return rows;
};

function row(what: string, unit: string, played: readonly Played[], at: number): Row {
  const of = (side: keyof Played): number[] => played.map((one) => one[side][at] ?? 0);
  const asGood = (side: 'random' | 'meanRandom'): number =>
    played.filter((one) => (one.ours[at] ?? 0) >= (one[side][at] ?? 0)).length;
  return rowOf({
    what,
    unit,
    better: 'more',
    ours: of('ours'),
    peer: of('random'),
    peerName: 'random order',
    note: 'order: runs are seeds, each with its own third of the groups to measure on',
    detail: {
      at_least_random: `${asGood('random')} of ${played.length}`,
      at_least_mean_of_random: `${asGood('meanRandom')} of ${played.length}`,
    },
  });
}
