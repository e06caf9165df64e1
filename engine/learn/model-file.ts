import * as v from 'valibot';
import { ShotFigures, teachModes } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { Random } from '#core/domain/random.ts';
import { readContainer, writeContainer } from '../container.ts';
import type { WrittenFile } from '../container.ts';
import { Encoder } from '../encoder.ts';
import type { NamedArray } from '../network/parameters.ts';
import { Normalisation } from '../normalise.ts';
import { parts } from './anomaly.ts';
import type { AnomalyScale } from './anomaly.ts';
import type { Blend } from './blend.ts';
import type { ShotCalibration } from './few-shot.ts';
import type { Gaussian } from './gaussian.ts';
import type { Calibration } from './head.ts';
import type { LinearHead } from './logistic.ts';
import type { Matrix, Standard } from './matrix.ts';
import type { Metric } from './metric.ts';
import { PatchBank } from './patch-bank.ts';
import { PlaceGaussians } from './place-gaussians.ts';
import { ofPlacedMaps, placedColumns, placedMaps } from './placed-maps.ts';
import type { Placed } from './placed-maps.ts';
import { PLACES } from './places.ts';
import type { PlaceScale } from './places.ts';
import { patchColumns, pooledColumns, surfaceColumns } from './pooled.ts';
import type { KnownKinds } from './prototypes.ts';
import { scaledMaps } from './reference.ts';
import type { Gaussians, Places } from './reference.ts';

/*
 * A model in one file: encoder, head, reference pictures and calibration, so that scoring needs nothing else. Same container
 * as the checkpoints: whole or absent, checked from end to end.
 */

const finite = v.pipe(v.number(), v.finite());
const spread = v.pipe(finite, v.gtValue(0));
const Scale = v.object({ centre: finite, spread });
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const PartScale = v.object({ centre: finite, spread, weight: v.pipe(finite, v.minValue(0)) });

const ModelMeta = v.object({
  kind: v.literal('model'),
  version: v.literal(4),
  encoder: v.object({
    channels: v.picklist([1, 3]),
    width: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(256)),
  }),
  normalisation: Normalisation,
  mode: v.picklist(teachModes),
  classes: v.array(v.string()),
  goodClass: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
  anomaly: v.nullable(
    v.object({
      parts: v.object(v.entriesFromList(parts, PartScale)),
      total: Scale,
      /** Heat that is drawn white. */
      white: spread,
    }),
  ),
  blend: v.nullable(v.object({ scale: Scale, head: spread, anomaly: spread, offset: finite })),
  calibration: v.nullable(v.object({ platt: v.object({ slope: finite, offset: finite }), temperature: spread })),
  prototypes: v.object({
    kinds: v.pipe(v.array(count), v.minLength(1)),
    calibrations: v.array(v.object({ ...ShotFigures.entries, platt: v.object({ slope: finite, offset: finite }) })),
  }),
});
type ModelMeta = v.InferOutput<typeof ModelMeta>;

/** What {@link PatchBank} and part (c) compare with, and on which scale; null parts of a model have none. */
export interface ModelAnomaly {
  readonly bank: PatchBank;
  readonly placed: Placed<PlaceGaussians>;
  /** Unit rows. */
  readonly global: Matrix;
  readonly scale: AnomalyScale;
  readonly places: Places;
  readonly gaussians: Gaussians;
  /** Heat that is drawn white. */
  readonly white: number;
}

/** What a kind that comes after the teaching is likened by; see prototypes.ts. */
export interface ModelPrototypes extends KnownKinds {
  readonly metric: Metric;
  readonly calibrations: readonly ShotCalibration[];
}

/** Everything that scoring needs. */
export interface Model {
  readonly encoder: Encoder;
  readonly mode: ModelMeta['mode'];
  readonly classes: readonly string[];
  readonly goodClass: number | null;
  /** The fine-tuned twin that the head reads; null where it reads the pretrained encoder itself. */
  readonly tuned: Encoder | null;
  /** Of the pooled features that the head reads. */
  readonly standard: Standard;
  /** null while no defect has been labelled */
  readonly head: LinearHead | null;
  /** How head and anomaly make one answer; null where there is only one of them. */
  readonly blend: Blend | null;
  readonly calibration: Calibration | null;
  /** null where no picture is known or presumed good */
  readonly anomaly: ModelAnomaly | null;
  readonly prototypes: ModelPrototypes;
}

const gaussians = ['surface', 'suspect'] as const;

function arraysOf(model: Model): Map<string, NamedArray> {
  const { encoder, tuned, standard, head, anomaly, prototypes } = model;
  const arrays = new Map<string, NamedArray>();
  for (const [name, array] of encoder.toArrays()) arrays.set(`encoder/${name}`, array);
  for (const [name, array] of tuned?.toArrays() ?? []) arrays.set(`tuned/${name}`, array);
  const vector = (name: string, data: Float32Array): void => void arrays.set(name, { shape: [data.length], data });
  const table = (name: string, { rows, columns, data }: Matrix): void =>
    void arrays.set(name, { shape: [rows, columns], data });
  vector('pooled/mean', standard.mean);
  vector('pooled/deviation', standard.deviation);
  if (head) {
    table('head/weights', { rows: head.classes, columns: head.columns, data: head.weights });
    vector('head/bias', head.bias);
  }
  if (anomaly) {
    table('bank/patches', anomaly.bank.patches);
    vector('bank/mean', anomaly.bank.standard.mean);
    vector('bank/deviation', anomaly.bank.standard.deviation);
    table('global/rows', anomaly.global);
    for (const map of placedMaps) {
      const { means, whitening } = anomaly.placed[map].distributions;
      table(`${map}/means`, means);
      table(`${map}/whitening`, whitening);
    }
    for (const map of scaledMaps) {
      vector(`places/${map}/centre`, anomaly.places[map].centre);
      vector(`places/${map}/spread`, anomaly.places[map].spread);
    }
    for (const name of gaussians) {
      const { mean, factor } = anomaly.gaussians[name];
      vector(`gaussians/${name}/mean`, mean);
      table(`gaussians/${name}/factor`, { rows: mean.length, columns: mean.length, data: factor });
    }
  }
  const { columns, factor } = prototypes.metric;
  table('prototypes/factor', { rows: columns, columns, data: Float32Array.from(factor) });
  table('prototypes/kinds', prototypes.prototypes);
  return arrays;
}

/** @throws AppError `disk_full`, `write_failed` */
export function writeModel(file: string, model: Model): Promise<WrittenFile> {
  const { encoder, mode, classes, goodClass, anomaly, blend, calibration, prototypes } = model;
  const meta: ModelMeta = {
    kind: 'model',
    version: 4,
    encoder: encoder.config,
    normalisation: encoder.normalisation,
    mode,
    classes: [...classes],
    goodClass,
    anomaly: anomaly && { ...anomaly.scale, white: anomaly.white },
    blend,
    calibration,
    prototypes: { kinds: [...prototypes.kinds], calibrations: [...prototypes.calibrations] },
  };
  return writeContainer(file, meta, arraysOf(model));
}

/**
 * Reads a model; dispose it with {@link disposeModel}.
 *
 * @throws AppError `not_found`; `checkpoint_broken` when the file is not whole or its parts don't fit together
 */
export async function readModel(file: string): Promise<Model> {
  const { meta: unparsed, arrays } = await readContainer(file);
  const broken = (reason: string, cause?: unknown): AppError =>
    new AppError('checkpoint_broken', { path: file, reason }, { cause });
  const parsed = v.safeParse(ModelMeta, unparsed);
  if (!parsed.success) throw broken('header', new v.ValiError(parsed.issues));
  const meta = parsed.output;

  const take = (name: string, shape: readonly (number | null)[]): NamedArray => {
    const array = arrays.get(name);
    const fits =
      array?.shape.length === shape.length && shape.every((side, i) => side === null || side === array.shape[i]);
    if (!array || !fits) throw broken(`array ${name}`);
    return array;
  };
  const table = (name: string, rows: number | null, columns: number): Matrix => {
    const { shape, data } = take(name, [rows, columns]);
    if (shape[0] === 0) throw broken(`array ${name}`);
    return { rows: shape[0] ?? 0, columns, data };
  };
  const vector = (name: string, length: number): Float32Array => take(name, [length]).data;
  if (meta.goodClass !== null && meta.goodClass >= meta.classes.length) throw broken('classes');

  const columns = pooledColumns(meta.encoder);
  const standard = { mean: vector('pooled/mean', columns), deviation: vector('pooled/deviation', columns) };
  const classes = meta.classes.length;
  const head = arrays.has('head/weights')
    ? { classes, columns, weights: table('head/weights', classes, columns).data, bias: vector('head/bias', classes) }
    : null;
  if ((head === null) !== (meta.calibration === null) || (!head && !meta.anomaly)) throw broken('head');
  if ((meta.blend !== null) !== (head !== null && meta.anomaly !== null)) throw broken('blend');

  const prototypes = {
    ...meta.prototypes,
    prototypes: table('prototypes/kinds', meta.prototypes.kinds.length, columns),
    metric: { columns, factor: Float64Array.from(table('prototypes/factor', columns, columns).data) },
  };

  const { width } = meta.encoder;
  const placeScale = (map: (typeof scaledMaps)[number]): PlaceScale => ({
    centre: vector(`places/${map}/centre`, PLACES),
    spread: vector(`places/${map}/spread`, PLACES),
  });
  const gaussian = (name: (typeof gaussians)[number], side: number): Gaussian => ({
    mean: vector(`gaussians/${name}/mean`, side),
    factor: table(`gaussians/${name}/factor`, side, side).data,
  });
  const anomalyArrays = meta.anomaly && {
    patches: table('bank/patches', null, patchColumns(meta.encoder)),
    standard: {
      mean: vector('bank/mean', patchColumns(meta.encoder)),
      deviation: vector('bank/deviation', patchColumns(meta.encoder)),
    },
    global: table('global/rows', null, 8 * width),
    placed: ofPlacedMaps((map) => {
      const columns = placedColumns(meta.encoder)[map];
      return {
        means: table(`${map}/means`, PLACES, columns),
        whitening: table(`${map}/whitening`, PLACES * columns, columns),
      };
    }),
    places: Object.fromEntries(scaledMaps.map((map) => [map, placeScale(map)])) as Places,
    gaussians: {
      surface: gaussian('surface', surfaceColumns(meta.encoder)),
      suspect: gaussian('suspect', patchColumns(meta.encoder)),
    },
  };
  const encoder = encoderFrom(meta, arrays, 'encoder/');
  let tuned: Encoder | null;
  try {
    tuned = meta.mode.startsWith('finetuned') ? encoderFrom(meta, arrays, 'tuned/') : null;
  } catch (thrown) {
    encoder.dispose();
    throw thrown;
  }
  const anomaly =
    meta.anomaly && anomalyArrays
      ? {
          bank: new PatchBank(anomalyArrays.patches, undefined, anomalyArrays.standard),
          placed: ofPlacedMaps((map) => new PlaceGaussians(anomalyArrays.placed[map])),
          global: anomalyArrays.global,
          scale: { parts: meta.anomaly.parts, total: meta.anomaly.total },
          places: anomalyArrays.places,
          gaussians: anomalyArrays.gaussians,
          white: meta.anomaly.white,
        }
      : null;
  const { mode, goodClass, blend, calibration } = meta;
  const { classes: names } = meta;
  return { encoder, tuned, mode, classes: names, goodClass, standard, head, blend, calibration, anomaly, prototypes };
}

/** @throws AppError `checkpoint_broken` when a weight is missing or of another shape */
function encoderFrom(meta: ModelMeta, arrays: ReadonlyMap<string, NamedArray>, prefix: string): Encoder {
  const encoder = new Encoder(meta.encoder, meta.normalisation, new Random(0));
  const own = [...arrays].filter(([name]) => name.startsWith(prefix));
  try {
    encoder.fromArrays(new Map(own.map(([name, array]) => [name.slice(prefix.length), array])));
  } catch (thrown) {
    encoder.dispose();
    throw thrown;
  }
  return encoder;
}

export function disposeModel({ encoder, tuned, anomaly }: Model): void {
  encoder.dispose();
  tuned?.dispose();
  if (!anomaly) return;
  anomaly.bank.dispose();
  for (const map of placedMaps) anomaly.placed[map].dispose();
}
