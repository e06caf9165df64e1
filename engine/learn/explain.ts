import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp from 'sharp';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { writeFailure } from '#core/contract/errors.ts';
import type { Features } from '../encoder.ts';
import { readPicture, toBatch } from '../pictures.ts';
import type { Picture } from '../pictures.ts';
import { openTensorFlow, tf } from '../tf.ts';
import type { InputOf } from '../work.ts';
import { IGNORED_CELL_PX, ignoredCells } from '#core/imaging/raw-picture.ts';
import { heatOf, mapWeights } from './heat-scale.ts';
import { ignoredOf, ignoredPositions, quieted } from './ignored.ts';
import type { IgnoredIn } from './ignored.ts';
import type { ModelAnomaly } from './model-file.ts';
import { logDistance } from './patch-bank.ts';
import { PLACE_SIDE } from './places.ts';
import type { PlaceScale } from './places.ts';
import { defectMap, patchesOf } from './pooled.ts';
import { borrowModel } from './resident-model.ts';
import type { ResidentModel } from './resident-model.ts';
import { valuesOf } from './values-of.ts';

/*
 * Where in the picture? The defect map and the distances of the patches to the good ones, combined on a scale that the
 * model's good pictures fixed: the same grey means the same strangeness in every picture.
 */

type Input = InputOf<'explain'>;

/** Heat at stride 4 [1, h/4, w/4, 1], 0 = as the strongest in good pictures at this place, 1 = white. */
export async function heatMap(
  { maskLogits, ...features }: Features,
  anomaly: ModelAnomaly | null,
  look: IgnoredIn,
): Promise<Tensor4D> {
  // Without good pictures there is no scale but the defect head's own probability.
  if (!anomaly) return tf.tidy(() => tf.sigmoid(defectMap(maskLogits)));
  const [, height, width] = maskLogits.shape;
  const { patches, height: rows, width: columns } = patchesOf(features);
  const distances = withoutIgnored(await anomaly.bank.distances(patches), ignoredPositions(look, 0, rows, columns));
  patches.dispose();
  const logits = await valuesOf(defectMap(maskLogits));
  // Bilinear, so that no border shows where one place ends.
  const fine = (values: Float32Array, shape: [number, number]): Promise<Float32Array> =>
    valuesOf(
      tf.tidy(() => tf.image.resizeBilinear(tf.tensor4d(values, [1, ...shape, 1]), [height, width], false, true)),
    );
  const logDistances = await fine(distances.map(logDistance), [rows, columns]);
  const { places, scale, white } = anomaly;
  const usual = async ({ centre, spread }: PlaceScale) =>
    [await fine(centre, [PLACE_SIDE, PLACE_SIDE]), await fine(spread, [PLACE_SIDE, PLACE_SIDE])] as const;
  const [mapCentre, mapSpread] = await usual(places.defectMap);
  const [patchCentre, patchSpread] = await usual(places.patchBank);
  const weights = mapWeights(scale);
  const heat = logits.map((logit, at) => {
    const byMap = (logit - (mapCentre[at] ?? 0)) / (mapSpread[at] ?? 1);
    const byPatch = ((logDistances[at] ?? 0) - (patchCentre[at] ?? 0)) / (patchSpread[at] ?? 1);
    return heatOf({ byMap, byPatch }, weights) / white;
  });
  return tf.tensor4d(heat, [1, height, width, 1]);
}

/**
 * Writes a picture's heat map as an 8-bit grey PNG of the picture's size (after the engine's cap of the long side).
 *
 * @returns the file and `peak`, the highest heat where 1 is white; it may be more
 * @throws AppError `not_found`, `checkpoint_broken`, `image_broken`, `image_too_large`, `disk_full`, `write_failed`
 */
export async function explain({
  model: modelFile,
  image,
  outFile,
}: Input): Promise<{ file: string; width: number; height: number; peak: number }> {
  await openTensorFlow();
  const resident = await borrowModel(modelFile);
  try {
    const picture = await readPicture(image, resident.looking.channels);
    return await draw(resident, picture, outFile);
  } finally {
    await resident.release();
  }
}

/** Distances that are as calm as the picture gets where nothing is inspected, so that no heat spreads from there. */
function withoutIgnored(distances: Float32Array, ignored: Uint8Array | null): Float32Array {
  if (ignored === null) return distances;
  const least = distances.reduce((min, value, at) => (ignored[at] === 1 ? min : Math.min(min, value)), Infinity);
  return distances.map((value, at) => (ignored[at] === 1 ? Math.min(value, least) : value));
}

/** No heat where nothing is inspected, in place. */
function coolIgnored(heat: Float32Array, { ignored, ...size }: Picture): void {
  if (!ignored) return;
  const { columns } = ignoredCells(size);
  for (let at = 0; at < heat.length; at++) {
    const row = Math.floor(Math.floor(at / size.width) / IGNORED_CELL_PX) * columns;
    if (ignored[row + Math.floor((at % size.width) / IGNORED_CELL_PX)] === 1) heat[at] = 0;
  }
}

async function draw({ model, looking }: ResidentModel, picture: Picture, outFile: string) {
  const { width, height } = picture;
  const input = toBatch([picture], looking.normalisation);
  const ignored = ignoredOf([picture]);
  const features = quieted(looking.infer(input), ignored);
  const heat = await heatMap(features, model.anomaly, { ignored, input });
  const values = await valuesOf(tf.tidy(() => tf.image.resizeBilinear(heat, [height, width])));
  tf.dispose([input, heat]);
  tf.dispose({ ...features });
  coolIgnored(values, picture);
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
    throw writeFailure(outFile, cause);
  }
  return { file: outFile, width, height, peak: values.reduce((most, value) => Math.max(most, value), 0) };
}
