import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp from 'sharp';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { AppError, toErrorData } from '#core/contract/errors.ts';
import type { Features } from '../encoder.ts';
import { readPicture, toBatch } from '../pictures.ts';
import { openTensorFlow, tf } from '../tf.ts';
import type { InputOf } from '../work.ts';
import { heatOf } from './heat-scale.ts';
import { disposeModel, readModel } from './model-file.ts';
import type { Model, ModelAnomaly } from './model-file.ts';
import { defectMap, patchesOf } from './pooled.ts';

/*
 * Where in the picture? The defect map and the distances of the patches to the good ones, combined on a scale that the
 * model's good pictures fixed: the same grey means the same strangeness in every picture.
 */

type Input = InputOf<'explain'>;

/** The model that was asked for last stays loaded: a person looks at one picture after the other. */
let held: { readonly key: string; readonly model: Model } | undefined;
/** Calls run one after the other, so that none disposes the model that another still uses. */
let last: Promise<unknown> = Promise.resolve();

async function modelOf(file: string): Promise<Model> {
  const facts = await stat(file).catch((cause: unknown) => {
    throw new AppError('not_found', { path: file }, { cause });
  });
  const key = `${file} ${facts.size} ${facts.mtimeMs}`;
  if (held?.key !== key) {
    const model = await readModel(file);
    if (held) disposeModel(held.model);
    held = { key, model };
  }
  return held.model;
}

/** Forgets the model that is held. */
export function releaseExplained(): void {
  if (held) disposeModel(held.model);
  held = undefined;
}

/** Heat at stride 4 [1, h/4, w/4, 1], 0 = as good pictures are, 1 = white. */
function heatMap({ maskLogits, ...features }: Features, anomaly: ModelAnomaly | null): Tensor4D {
  return tf.tidy(() => {
    const logits = defectMap(maskLogits);
    // Without good pictures there is no scale but the defect head's own probability.
    if (!anomaly) return tf.sigmoid(logits);
    const [, height, width] = logits.shape;
    const { patches, height: rows, width: columns } = patchesOf(features);
    const distances = tf.tensor4d(anomaly.bank.distances(patches), [1, rows, columns, 1]);
    const fine = tf.image.resizeBilinear(distances, [height, width]).dataSync();
    const { defectMap: byMap, patchBank } = anomaly.scale.parts;
    const weights = { defectMap: byMap.weight, patchBank: patchBank.weight };
    const heat = Float32Array.from(
      logits.dataSync(),
      (logit, at) => heatOf(anomaly.heat, weights, logit, fine[at] ?? 0) / anomaly.heat.white,
    );
    return tf.tensor4d(heat, [1, height, width, 1]);
  });
}

/**
 * Writes a picture's heat map as an 8-bit grey PNG of the picture's size (after the engine's cap of the long side).
 *
 * @returns the file and `peak`, the highest heat where 1 is white; it may be more
 * @throws AppError `not_found`, `checkpoint_broken`, `image_broken`, `image_too_large`, `disk_full`, `write_failed`
 */
export function explain(input: Input): Promise<{ file: string; width: number; height: number; peak: number }> {
  const turn = last.then(() => draw(input));
  last = turn.catch(() => undefined);
  return turn;
}

async function draw({ model: modelFile, image, outFile }: Input) {
  await openTensorFlow();
  const { encoder, anomaly } = await modelOf(modelFile);
  const picture = await readPicture(image, encoder.channels);
  const { width, height } = picture;
  const heat = tf.tidy(() => {
    const features = encoder.infer(toBatch([picture], encoder.normalisation));
    return tf.image.resizeBilinear(heatMap(features, anomaly), [height, width]);
  });
  const values = heat.dataSync<'float32'>();
  heat.dispose();
  const grey = Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
  const temporary = `${outFile}.tmp`;
  try {
    await mkdir(dirname(outFile), { recursive: true });
    await sharp(grey, { raw: { width, height, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(temporary);
    await rename(temporary, outFile);
  } catch (cause) {
    const { code } = toErrorData(cause);
    throw new AppError(code === 'disk_full' ? code : 'write_failed', { path: outFile }, { cause });
  }
  return { file: outFile, width, height, peak: values.reduce((most, value) => Math.max(most, value), 0) };
}
