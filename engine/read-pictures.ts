import type { ImageRow } from '#core/contract/engine.ts';
import { toErrorData } from '#core/contract/errors.ts';
import { showsColour } from '#core/imaging/levels.ts';
import { readRawHeader } from '#core/imaging/raw-picture.ts';
import type { Normalisation } from './normalise.ts';
import { readPicture } from './pictures.ts';
import type { WholePicture } from './pictures.ts';

/**
 * Pictures on the way at the same time. Reading and decoding have threads of their own, which must not run dry while a batch is
 * computed, and files come from slow shares.
 */
const AT_ONCE = 32;

/** One picture, or why there is none. */
export type ReadResult = { readonly row: ImageRow } & ({ readonly picture: WholePicture } | { readonly code: string });

/**
 * Reads pictures ahead of the reader, in the order of the rows. A broken picture is a result, never an end; a lost decoded
 * file is no statement about the picture and ends the walk.
 *
 * @throws AppError `pixels_lost`; the signal's reason once it is aborted
 */
export async function* readAll(
  rows: readonly ImageRow[],
  channels: 1 | 3 | undefined,
  signal: AbortSignal,
): AsyncGenerator<ReadResult> {
  const attempt = async (row: ImageRow): Promise<ReadResult> => {
    try {
      return { row, picture: await readPicture(row, channels) };
    } catch (thrown) {
      const { code } = toErrorData(thrown);
      if (code === 'pixels_lost') throw thrown;
      return { row, code };
    }
  };
  const ahead: Promise<ReadResult>[] = [];
  for (const row of rows) {
    signal.throwIfAborted();
    const reading = attempt(row);
    // Whoever stops listening after an earlier failure must not be told of this one by the process's end.
    reading.catch(() => undefined);
    ahead.push(reading);
    const first = ahead.length >= AT_ONCE ? ahead.shift() : undefined;
    if (first) yield await first;
  }
  for (const result of ahead) yield await result;
}

const SAMPLE = 64;

/**
 * Decoded rows: the channels that they were decoded to, which is the core's choice by the same rule. Otherwise 1 where a
 * sample of the pictures shows no colour, else 3: grey scenes are often stored as RGB.
 */
export async function chooseChannels(rows: readonly ImageRow[], signal: AbortSignal): Promise<1 | 3> {
  const decoded = rows.find((row) => row.pixels !== undefined)?.pixels;
  if (decoded !== undefined) return (await readRawHeader(decoded)).channels;
  const stride = Math.max(1, Math.floor(rows.length / SAMPLE));
  const sample = rows.filter((_, index) => index % stride === 0);
  for await (const result of readAll(sample, undefined, signal)) {
    if ('picture' in result && showsColour(result.picture)) return 3;
  }
  return 1;
}

/** Spread of exposure, as the deviation of the logarithm of the pictures' means, above which it is taken for a nuisance. */
const VARYING_EXPOSURE = 0.2;
const SMALLEST_MEAN = 0.01;
const SMALLEST_DEVIATION = 0.02;

/** Gathers the input transform's numbers over the pictures of a site. */
export class NormalisationFit {
  readonly #pictures: { mean: number; square: number }[] = [];
  #grey = true;

  add({ mean, meanSquare, channels }: Pick<WholePicture, 'mean' | 'meanSquare' | 'channels'>): void {
    this.#pictures.push({ mean: Math.max(mean, SMALLEST_MEAN), square: meanSquare });
    this.#grey &&= channels === 1;
  }

  /**
   * Grey pictures whose exposure varies by more than {@link VARYING_EXPOSURE} are brought to their common mean; elsewhere
   * brightness is left alone, because it may tell a defect.
   */
  result(): Normalisation {
    const logs = this.#pictures.map(({ mean }) => Math.log(mean));
    const centre = average(logs);
    const spread = Math.sqrt(average(logs.map((log) => (log - centre) ** 2)));
    const common = average(this.#pictures.map(({ mean }) => mean));
    const gainToMean = this.#grey && spread > VARYING_EXPOSURE ? common : null;
    const gains = this.#pictures.map(({ mean }) => (gainToMean === null ? 1 : gainToMean / mean));
    const squares = this.#pictures.map(({ square }, index) => square * (gains[index] ?? 1) ** 2);
    const deviation = Math.sqrt(Math.max(0, average(squares) - common ** 2));
    return { gainToMean, mean: common, deviation: Math.min(1, Math.max(SMALLEST_DEVIATION, deviation)) };
  }
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
