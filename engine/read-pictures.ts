import type { ImageRow } from '#core/contract/engine.ts';
import { toErrorData } from '#core/contract/errors.ts';
import type { Normalisation } from './normalise.ts';
import { readPicture } from './pictures.ts';
import type { Picture } from './pictures.ts';

/** Pictures decoded at the same time: the decoder is single-threaded, files come from slow shares. */
const AT_ONCE = 4;

/** One picture, or why there is none. */
export type ReadResult = { readonly row: ImageRow } & ({ readonly picture: Picture } | { readonly code: string });

/** Decodes pictures ahead of the reader, in the order of the rows; a broken one is a result, never an end. */
export async function* readAll(
  rows: readonly ImageRow[],
  channels: 1 | 3 | undefined,
  signal: AbortSignal,
): AsyncGenerator<ReadResult> {
  const attempt = async (row: ImageRow): Promise<ReadResult> => {
    try {
      return { row, picture: await readPicture(row, channels) };
    } catch (thrown) {
      return { row, code: toErrorData(thrown).code };
    }
  };
  const ahead: Promise<ReadResult>[] = [];
  for (const row of rows) {
    signal.throwIfAborted();
    ahead.push(attempt(row));
    const first = ahead.length >= AT_ONCE ? ahead.shift() : undefined;
    if (first) yield await first;
  }
  for (const result of ahead) yield await result;
}

const SAMPLE = 64;
const CHANNEL_TOLERANCE = 12;
/** JPEG and Bayer artefacts make single pixels coloured in pictures of a grey scene. */
const COLOURED_SHARE = 0.001;

/** 1 where a sample of the pictures shows no colour, else 3: grey scenes are often stored as RGB. */
export async function chooseChannels(rows: readonly ImageRow[], signal: AbortSignal): Promise<1 | 3> {
  const stride = Math.max(1, Math.floor(rows.length / SAMPLE));
  const sample = rows.filter((_, index) => index % stride === 0);
  for await (const result of readAll(sample, undefined, signal)) {
    if ('picture' in result && isColoured(result.picture)) return 3;
  }
  return 1;
}

function isColoured({ channels, data }: Picture): boolean {
  if (channels === 1) return false;
  let coloured = 0;
  for (let i = 0; i + 2 < data.length; i += 3) {
    const [red = 0, green = 0, blue = 0] = data.subarray(i, i + 3);
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > CHANNEL_TOLERANCE) coloured += 1;
  }
  return coloured > COLOURED_SHARE * (data.length / 3);
}

/** Spread of exposure, as the deviation of the logarithm of the pictures' means, above which it is taken for a nuisance. */
const VARYING_EXPOSURE = 0.2;
const SMALLEST_MEAN = 0.01;
const SMALLEST_DEVIATION = 0.02;

/** Gathers the input transform's numbers over the pictures of a site. */
export class NormalisationFit {
  readonly #pictures: { mean: number; square: number }[] = [];
  #grey = true;

  add({ data, mean, channels }: Picture): void {
    let square = 0;
    for (const value of data) square += value * value;
    this.#pictures.push({ mean: Math.max(mean, SMALLEST_MEAN), square: square / (data.length * 255 * 255) });
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
