import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { saveCheckpoint } from '#engine/checkpoint.ts';
import { NETWORK } from '#engine/network/version.ts';

/** Saves the checkpoint of a step into a folder, so that it can be killed meanwhile. */
const [folder = '', step = '0'] = process.argv.slice(2);
const at = Number(step);
await saveCheckpoint(
  folder,
  {
    kind: 'pretraining',
    version: 1,
    network: NETWORK,
    tensorflow: '2.21.0',
    encoder: { channels: 1, width: 4 },
    normalisation: { gainToMean: 0.4, mean: 0.4, deviation: 0.2 },
    config: v.parse(PretrainConfig, { width: 4 }),
    progress: {
      step: at,
      steps: 100,
      random: [1, 2, 3, 4],
      order: { random: [5, 6, 7, 8], taken: 3, epochs: 1 },
      views: 160 * at,
      seconds: 1.5,
      pictures: 10,
    },
  },
  new Map([
    ['first', { shape: [50_000], data: new Float32Array(50_000).fill(at) }],
    ['second', { shape: [3, 7], data: new Float32Array(21).fill(-at) }],
  ]),
);
