import { mkdir } from 'node:fs/promises';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import type { ImportedEncoder } from '#core/contract/engine-export.ts';
import { Random } from '#core/domain/random.ts';
import { saveCheckpoint } from './checkpoint.ts';
import { disposeModel, readModel } from './learn/model-file.ts';
import { NETWORK } from './network/version.ts';
import type { InputOf } from './work.ts';

/**
 * The encoder of another line's model as a checkpoint: to teach by at once, or to start a pretraining from. Its head and its good
 * pictures stay behind, since they are the other line's.
 *
 * @throws AppError `not_found`, `checkpoint_broken`, `disk_full`, `write_failed`
 */
export async function importModel({ model: file, outDir, config }: InputOf<'importModel'>): Promise<ImportedEncoder> {
  const model = await readModel(file);
  try {
    const { encoder } = model;
    const { channels, width } = encoder.config;
    const { start: _, ...told } = v.parse(PretrainConfig, config);
    const [a, b, c, counter] = new Random(0).state();
    const random: [number, number, number, number] = [a, b, c, counter];
    await mkdir(outDir, { recursive: true });
    const written = await saveCheckpoint(
      outDir,
      {
        ...{ kind: 'pretraining', version: 1, network: NETWORK, tensorflow: '' },
        ...{ encoder: encoder.config, normalisation: encoder.normalisation, config: { ...told, channels, width } },
        progress: {
          ...{ step: 0, steps: null, random, order: { random, taken: 0, epochs: 0 } },
          ...{ views: 0, seconds: 0, pictures: 0 },
        },
      },
      encoder.toArrays(),
    );
    return { ...written, channels, width };
  } finally {
    disposeModel(model);
  }
}
