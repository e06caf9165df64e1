import { join } from 'node:path';
import type { DriftMeasure } from '#core/domain/drift/measures.ts';
import { findShift, meanCopy, normalised, shiftsAmong, spectrumOf } from '#core/domain/phase-correlation.ts';
import { logOf } from '#core/domain/quality.ts';
import { qualityBaseline } from '#core/domain/quality-baseline.ts';
import { Random } from '#core/domain/random.ts';
import { measurePicture } from '#core/imaging/measure.ts';
import { disturb } from '#engine/disturb.ts';
import { loadEncoder } from '#engine/checkpoint.ts';
import { createEncoder, type Encoder } from '#engine/encoder.ts';
import { headFeatures, headStandard } from '#engine/learn/head.ts';
import { lookAt } from '#engine/learn/look.ts';
import { matrix, rowOf, unitRows } from '#engine/learn/matrix.ts';
import { pooledColumns, pooledOf } from '#engine/learn/pooled.ts';
import { valuesOf } from '#engine/learn/values-of.ts';
import { openLooking } from '#engine/network/looking.ts';
import { readPicture, type WholePicture } from '#engine/pictures.ts';
import { openTensorFlow } from '#engine/tf.ts';
import type { ManifestLine, PictureSet } from './pictures.ts';

/** What goes wrong in front of a camera; each at {@link STEPS} steps up to its full strength. */
export const faults = ['darker', 'blur', 'colour', 'shift'] as const;
export type Fault = (typeof faults)[number];
export const STEPS = 4;
/** A fifth of the light, a blur of 1.6 px, an eighth more red, 4 % of the longer side. */
export const fullStrength: Readonly<Record<Fault, number>> = { darker: 0.2, blur: 1.6, colour: 0.12, shift: 0.04 };

/** The numbers of a picture by measure; a measure that it lacks is not watched. */
export type Numbers = Readonly<Partial<Record<DriftMeasure, readonly number[]>>>;

/** A set's pictures as a camera gives them. */
export interface Line {
  readonly name: string;
  readonly rows: readonly ManifestLine[];
  /** Embeddings as the app makes them, of pictures as they are. */
  readonly vectors: readonly Float32Array[];
  /** Kinds by their place in this list. */
  readonly kinds: readonly string[];
  readonly faults: readonly Fault[];
  /** What a picture measures with a fault of so many steps; 0: as it is. */
  readonly numbersOf: (row: number, fault: Fault, step: number) => Promise<Numbers>;
}

function spoilt(picture: WholePicture, fault: Fault, step: number, id: number): WholePicture {
  if (step === 0) return picture;
  const amount = (fullStrength[fault] * step) / STEPS;
  if (fault !== 'colour') return disturb(picture, { kind: fault, amount }, id, 1);
  const data = picture.data.map((value, at) =>
    at % 3 === 0 ? Math.min(255, Math.round(value * (1 + amount))) : value,
  );
  return { ...picture, data };
}

const measured = (picture: WholePicture) =>
  measurePicture({ ...picture, originalWidth: picture.width, originalHeight: picture.height });

/** The pretrained encoder of a set in the folder that MINARAI_CHECKPOINTS names, as `<set>.ckpt`; without one an untrained one. */
async function encoderFor(name: string): Promise<Encoder> {
  const folder = process.env['MINARAI_CHECKPOINTS'];
  return folder === undefined
    ? createEncoder({ channels: 1, width: 16, seed: 1 })
    : loadEncoder(join(folder, `${name}.ckpt`));
}

async function embedded(name: string, paths: readonly string[]): Promise<Float32Array[]> {
  await openTensorFlow();
  const encoder = await encoderFor(name);
  const looking = openLooking(encoder);
  try {
    const rows = paths.map((path, id) => ({ id, path, page: 0, group: '' }));
    const pooled = matrix(rows.length, pooledColumns(encoder.config));
    for await (const look of lookAt(looking, rows, [], new AbortController().signal)) {
      const values = await valuesOf(pooledOf(look.features));
      look.indices.forEach((row, at) =>
        pooled.data.set(values.subarray(at * pooled.columns, (at + 1) * pooled.columns), row * pooled.columns),
      );
    }
    const unit = unitRows(headFeatures(pooled, headStandard(pooled, null)));
    return paths.map((_, row) => rowOf(unit, row).slice());
  } finally {
    looking.dispose();
    encoder.dispose();
  }
}

/** Pictures that tell where parts lie. */
const FRAMED = 200;

/** @param looks whether pictures are embedded, too */
export async function lineOf({ name, folder, lines }: PictureSet, looks: boolean): Promise<Line> {
  const paths = lines.map(({ path }) => join(folder, path));
  const read = (row: number) => readPicture({ path: paths[row] ?? '', page: 0 });
  const chosen = new Random(7).shuffle(paths.map((_, row) => row)).slice(0, FRAMED);
  const taught = [];
  for (const row of chosen) taught.push(measured(await read(row)));
  const copies = taught.map(({ copy }) => normalised(copy));
  const baseline = qualityBaseline(
    taught.map(({ measures }) => measures),
    { shifts: shiftsAmong(copies) },
  );
  const frame = baseline === null || baseline.framing === null ? null : spectrumOf(meanCopy(copies));
  const numbers = (picture: WholePicture): Numbers => {
    const { measures, copy } = measured(picture);
    const { tint } = measures;
    const shift = frame === null ? null : findShift(frame, spectrumOf(copy));
    return {
      brightness: [logOf.mean(measures)],
      sharpness: [logOf.sharpness(measures)],
      ...(tint && { colour: [tint.red, tint.blue] }),
      ...(shift && shift.peak >= (baseline?.framing?.leastPeak ?? 1) && { framing: [Math.hypot(shift.x, shift.y)] }),
    };
  };
  const known = new Map<string, Numbers>();
  const coloured = taught.every(({ measures }) => measures.tint);
  return {
    ...{ name, rows: lines, vectors: looks ? await embedded(name, paths) : [] },
    kinds: [...new Set(lines.map((line) => line.class))].sort(),
    faults: faults.filter((fault) => (fault === 'shift' ? frame !== null : fault !== 'colour' || coloured)),
    numbersOf: async (row, fault, step) => {
      const key = `${row} ${step === 0 ? '' : `${fault} ${step}`}`;
      const found = known.get(key) ?? numbers(spoilt(await read(row), fault, step, row));
      known.set(key, found);
      return found;
    },
  };
}

/** How strong a fault is after so many steps, in words. */
export function strengthText(fault: Fault, step: number): string {
  const amount = (fullStrength[fault] * step) / STEPS;
  if (fault === 'blur') return `blur of σ ${amount.toFixed(1)} px`;
  const share = `${Math.round(100 * amount)} %`;
  return { darker: `${share} darker`, colour: `red × ${1 + amount}`, shift: `${share} of a side moved` }[fault];
}
