import { writeFile } from 'node:fs/promises';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import { checkNumbers } from '#engine/backends/check.ts';
import { Learner } from '#engine/learner.ts';
import { plainNormalisation } from '#engine/normalise.ts';
import { libraryVersion, openBackend, tf } from '#engine/tf.ts';

/*
 * Does the native folder that MINARAI_NATIVE_DIR names compute as the engine needs it? The engine's own convolution against plain
 * JavaScript, then a few steps of pretraining with the engine's own kernels on numbers that are the same everywhere. Writes
 * what came of it into the file that it is given: Wine's Node has no standard output. Started by packaging/windows-trial.ts on this
 * machine and on Windows' Node.
 */
const [PAIRS, DAMAGED, TILE_PX, STEPS] = [4, 2, 32, 8];

await openBackend({ backend: 'tensorflow', reason: 'asked_for', hideGpu: true });
const wrong = await checkNumbers();
if (wrong !== undefined) throw new Error(wrong);

const wavy = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => Math.sin(1 + 2.3 * i));
const views = tf.tensor4d(wavy((2 * PAIRS + DAMAGED) * TILE_PX ** 2), [2 * PAIRS + DAMAGED, TILE_PX, TILE_PX, 1]);
const cells = (PAIRS + DAMAGED) * (TILE_PX / 4) ** 2;
const truth = wavy(cells).map((value, i) => (i * (PAIRS + DAMAGED) >= cells * PAIRS && value > 0 ? 1 : 0));
const mask = tf.tensor4d(truth, [PAIRS + DAMAGED, TILE_PX / 4, TILE_PX / 4, 1]);
const config = v.parse(PretrainConfig, { width: 4, tilePx: TILE_PX, temperature: 0.5 });
const learner = new Learner({ channels: 1, width: 4 }, plainNormalisation, config, 'f32', new Random(3));
const losses: number[] = [];
for (let step = 0; step < STEPS; step++) {
  const { contrastLoss, maskLoss } = learner.step({ views, mask }, 1e-2);
  losses.push(...(await contrastLoss.data()), ...(await maskLoss.data()));
}
await writeFile(process.argv[2] ?? '', JSON.stringify({ version: libraryVersion, losses }));
