import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { PretrainConfig } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import { Learner } from '#engine/learner.ts';
import { deal, gather } from '#engine/micro-batches.ts';
import type { NamedArray } from '#engine/network/parameters.ts';
import { plainNormalisation } from '#engine/normalise.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';
import type { TileBatch } from '#engine/tile-batch.ts';
import { wavy } from './numeric.ts';

beforeAll(() => openTensorFlow());

type Changes = v.InferInput<typeof PretrainConfig>;
const TILE = 32;
const CELLS = TILE / 4;
/** So large that no gradient is clipped: the first moment is then a tenth of the gradient. */
const NO_CLIP = 1e9;

const configure = (changes: Changes): PretrainConfig =>
  v.parse(PretrainConfig, { width: 4, tilePx: TILE, gradientClip: NO_CLIP, temperature: 0.5, ...changes });

/** One step at learning rate 0 from `weights` (or seed 3): the loss and the gradient by all weights. */
function look(config: PretrainConfig, batch: TileBatch, weights?: ReadonlyMap<string, NamedArray>) {
  const learner = new Learner({ channels: 1, width: 4 }, plainNormalisation, config, 'f32', new Random(3));
  if (weights) learner.fromArrays(weights, 0);
  const start = learner.toArrays();
  const loss = tf.tidy(() => {
    const { contrastLoss, maskLoss } = learner.step(batch, 0);
    const read = (scalar: Tensor): number => scalar.dataSync()[0] ?? Number.NaN;
    return config.contrastWeight * read(contrastLoss) + config.maskWeight * read(maskLoss);
  });
  const gradient = learner
    .toArrays()
    .get('adam.first')!
    .data.map((moment) => moment * 10);
  learner.dispose();
  return { loss, gradient, start };
}

/** Views [2n + m, …] and truth whose two halves, as parts see them, are `copies` of one or differ. */
function batchOf(n: number, m: number, alike: boolean): TileBatch {
  const section = (size: number, offset: number, shape: number[]): Tensor4D => {
    const half = wavy([size / 2, ...shape], offset);
    return tf.concat([half, alike ? half : wavy([size / 2, ...shape], offset + 5)]) as Tensor4D;
  };
  const tile = [TILE, TILE, 1];
  const cells = [CELLS, CELLS, 1];
  return {
    views: tf.concat4d([section(n, 0, tile), section(n, 0.3, tile), section(m, 1, tile)], 0),
    mask: tf.concat4d([tf.zeros([n, ...cells] as [number, number, number, number]), tf.step(section(m, 2, cells))], 0),
  };
}

const objectives = ['nt_xent', 'dcl', 'damaged'] as const;

describe('a batch in parts', () => {
  it.each(objectives)('has the gradient of the whole batch: %s', (objective) => {
    // Alike halves, because then batch norm sees the same statistics in a part as in the whole.
    const batch = batchOf(8, 4, true);
    const whole = look(configure({ batch: 8, damagedBatch: 4, objective }), batch);
    const parts = look(configure({ batch: 8, damagedBatch: 4, objective, microBatch: 4 }), batch);
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
    const largest = Math.max(...whole.gradient.map(Math.abs));
    whole.gradient.forEach((slope, i) => expect(Math.abs(parts.gradient[i]! - slope) / largest).toBeLessThan(1e-4));
  });

  it.each(objectives)('has the gradient of its own loss where parts differ: %s', (objective) => {
    const batch = batchOf(8, 4, false);
    const config = configure({ batch: 8, damagedBatch: 4, objective, microBatch: 4 });
    const { gradient, start } = look(config, batch);
    const largest = Math.max(...gradient.map(Math.abs));
    // Places in the vector of all weights, in the order in which they are stored: the optimiser's own.
    let offset = 0;
    for (const [name, { shape, data }] of start) {
      if (/\.(mean|variance)$/.test(name) || name.startsWith('adam.')) continue;
      if (/^(stem|block3\.conv1|mask\.logit|projection\.out)\.(filter|weight)$/.test(name)) {
        const place = Math.floor(data.length / 2);
        const at = (move: number): number => {
          const moved = Float32Array.from(data);
          moved[place] = data[place]! + move;
          return look(config, batch, new Map([...start, [name, { shape, data: moved }]])).loss;
        };
        const slope = (at(1e-3) - at(-1e-3)) / 2e-3;
        expect(Math.abs(gradient[offset + place]! - slope) / largest, name).toBeLessThan(2e-2);
      }
      offset += data.length;
    }
    expect(offset).toBe(gradient.length);
  });

  it('is put together as it was dealt, whatever the sizes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 }),
        (p, s) => {
          const total = s.reduce((sum, size) => sum + size, 0);
          const x = tf.range(0, 2 * total).reshape([total, 2]);
          const parts = deal(x, s, p);
          expect(parts).toHaveLength(p);
          expect([...gather(parts, s).dataSync()]).toEqual([...x.dataSync()]);
        },
      ),
      { numRuns: 50 },
    );
  });
});
