import type { ImageRow } from '#core/contract/engine.ts';
import type { NotedPlaces } from '#core/domain/noted-places.ts';
import type { Random } from '#core/domain/random.ts';
import type { Encoder } from '../encoder.ts';
import { openLooking } from '../network/looking.ts';
import { tf } from '../tf.ts';
import { countedPlaces, ignoredPositions } from './ignored.ts';
import { lookAt } from './look.ts';
import type { Failed } from './look.ts';
import { matrix, pick } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { notedPlaces } from './noted-places.ts';
import { ofPlacedMaps, placedColumns, placedMapsOf } from './placed-maps.ts';
import type { Placed } from './placed-maps.ts';
import { PlacedBuilder, takePlaced } from './placed-sample.ts';
import type { PlacedSample } from './placed-sample.ts';
import { peakMatrix, peaksOf, PLACES, placesOf } from './places.ts';
import { defectMapAtPatches, patchColumns, patchesOf, pooledColumns, pooledOf } from './pooled.ts';
import { markedPatch, markedShares } from './regions.ts';
import { Pace, progress } from './progress.ts';
import type { ProgressEvent } from './progress.ts';
import { valuesOf } from './values-of.ts';

/** What is kept of each picture: some 2 kB, whatever its size. Rows that could not be read are left out. */
export interface Survey {
  /** The usable rows; all other fields are aligned with them. */
  readonly rows: readonly ImageRow[];
  /** [rows, {@link pooledColumns}] */
  readonly pooled: Matrix;
  /** Largest logit of the defect map at each place, see places.ts. */
  readonly mapPeaks: Matrix;
  /** What marked regions look like, by row: see regions.ts. */
  readonly marked: ReadonlyMap<number, Float32Array>;
  /** The places that stand out, by row; only where they were asked for. */
  readonly noted: ReadonlyMap<number, NotedPlaces>;
  readonly failed: readonly Failed[];
}

/** Patches drawn on the way, with the row of the survey that each comes from. */
export interface PatchSample {
  readonly patches: Matrix;
  readonly from: Int32Array;
  /** As many at each place of the picture. */
  readonly placed: Placed<PlacedSample>;
}

/** Which pictures give patches to a sample. */
export interface SampleRequest {
  /** Positions in the asked rows. */
  readonly pictures: readonly number[];
  readonly size: number;
}

class SampleBuilder {
  readonly placed: Placed<PlacedBuilder>;
  readonly #wanted: ReadonlySet<number>;
  readonly #perPicture: number;
  readonly #size: number;
  readonly #parts: { from: number; values: Float32Array }[] = [];

  constructor({ pictures, size }: SampleRequest, random: Random) {
    this.placed = ofPlacedMaps(() => new PlacedBuilder(pictures, random));
    this.#wanted = new Set(pictures);
    this.#perPicture = Math.max(1, Math.ceil(size / Math.max(1, pictures.length)));
    this.#size = size;
  }

  wants(picture: number): boolean {
    return this.#wanted.has(picture);
  }

  /** Positions of patches to take out of `count`, without repetition and none that is ignored. */
  draw(count: number, ignored: Uint8Array | null, random: Random): number[] {
    const all = Array.from({ length: count }, (_, i) => i);
    const order = random.shuffle(ignored === null ? all : all.filter((at) => ignored[at] !== 1));
    return order.slice(0, this.#perPicture);
  }

  add(from: number, values: Float32Array): void {
    this.#parts.push({ from, values });
  }

  build({ columns, placed }: { columns: number; placed: Placed<number> }, random: Random): PatchSample {
    const byPlace = ofPlacedMaps((map) => this.placed[map].build(placed[map]));
    const rows = this.#parts.reduce((sum, { values }) => sum + values.length / columns, 0);
    const all = matrix(rows, columns);
    const from = new Int32Array(rows);
    let row = 0;
    for (const part of this.#parts) {
      all.data.set(part.values, row * columns);
      from.fill(part.from, row, row + part.values.length / columns);
      row += part.values.length / columns;
    }
    if (rows <= this.#size) return { patches: all, from, placed: byPlace };
    const kept = random
      .shuffle(Array.from({ length: rows }, (_, i) => i))
      .slice(0, this.#size)
      .sort((a, b) => a - b);
    return {
      patches: pick(all, kept),
      from: Int32Array.from(kept, (index) => from[index] ?? 0),
      placed: byPlace,
    };
  }
}

/**
 * Looks at every picture once: pooled features, the defect map's peaks, and patch samples as asked. The generator's return
 * value leaves out rows whose picture could not be read; they are in `failed`.
 *
 * @param notePlaces also the places that stand out in each picture
 */
export async function* survey(
  encoder: Encoder,
  rows: readonly ImageRow[],
  requests: readonly SampleRequest[],
  random: Random,
  signal: AbortSignal,
  phase: string,
  notePlaces = false,
): AsyncGenerator<ProgressEvent, { survey: Survey; samples: PatchSample[] }> {
  const columns = pooledColumns(encoder.config);
  const pooled = matrix(rows.length, columns);
  const mapPeaks = peakMatrix(rows.length);
  const marked = new Map<number, Float32Array>();
  const noted = new Map<number, NotedPlaces>();
  const usable: number[] = [];
  const failed: Failed[] = [];
  const builders = requests.map((request) => new SampleBuilder(request, random));
  const pace = new Pace();
  const looking = openLooking(encoder);
  try {
    for await (const look of lookAt(looking, rows, failed, signal)) {
      const { indices, features } = look;
      const values = await valuesOf(pooledOf(features));
      const logits = await valuesOf(defectMapAtPatches(features.maskLogits));
      const { patches, height, width } = patchesOf(features);
      const size = height * width;
      const places = placesOf(height, width);
      const standing = notePlaces ? await notedPlaces(look) : [];
      const placed = builders.length > 0 ? placedMapsOf(features) : undefined;
      for (const [at, index] of indices.entries()) {
        const ignored = ignoredPositions(look, at, height, width);
        for (const builder of builders.filter((candidate) => candidate.wants(index))) {
          const positions = builder.draw(size, ignored, random);
          const chosen = positions.map((position) => at * size + position);
          const drawn = tf.tidy(() => tf.gather(patches, tf.tensor1d(chosen, 'int32')));
          builder.add(index, await valuesOf(drawn));
          if (placed) await takePlaced(builder.placed, index, placed, look, at, random);
        }
        const notable = standing[at];
        if (notable) noted.set(index, notable);
        const { regions } = rows[index] as ImageRow;
        const shares = regions ? markedShares(regions, height, width) : null;
        if (shares) {
          const own = tf.slice2d(patches, [at * size, 0], [size, -1]);
          marked.set(index, await valuesOf(markedPatch(own, shares)));
          own.dispose();
        }
        pooled.data.set(values.subarray(at * columns, (at + 1) * columns), index * columns);
        const own = logits.subarray(at * size, (at + 1) * size);
        mapPeaks.data.set(peaksOf(own, countedPlaces(places, ignored)), index * PLACES);
        usable.push(index);
      }
      patches.dispose();
      tf.dispose(placed ? Object.values(placed) : []);
      if (pace.isDue()) yield progress(phase, usable.length + failed.length, rows.length);
    }
  } finally {
    looking.dispose();
  }
  usable.sort((a, b) => a - b);
  const all = usable.length === rows.length;
  const rowOfIndex = new Int32Array(rows.length);
  usable.forEach((index, row) => {
    rowOfIndex[index] = row;
  });
  return {
    survey: {
      rows: usable.map((index) => rows[index] as ImageRow),
      pooled: all ? pooled : pick(pooled, usable),
      mapPeaks: all ? mapPeaks : pick(mapPeaks, usable),
      marked: new Map([...marked].map(([index, patch]) => [rowOfIndex[index] ?? 0, patch])),
      noted: new Map([...noted].map(([index, places]) => [rowOfIndex[index] ?? 0, places])),
      failed,
    },
    samples: builders.map((builder) => {
      const columns = { columns: patchColumns(encoder.config), placed: placedColumns(encoder.config) };
      const { patches, from, placed } = builder.build(columns, random);
      const toRows = (indices: Int32Array): Int32Array => indices.map((index) => rowOfIndex[index] ?? 0);
      const byPlace = ofPlacedMaps((map) => ({ ...placed[map], from: toRows(placed[map].from) }));
      return { patches, from: toRows(from), placed: byPlace };
    }),
  };
}
