import type { RawHeader } from '#core/imaging/raw-picture.ts';
import { gainOf } from './normalise.ts';
import type { Normalisation } from './normalise.ts';
import type { TileSource } from './cut-tiles.ts';

/** What a run knows of its decoded pictures, a hundred thousand of them in some megabytes. */
export class TrainingPictures {
  readonly #files: string[] = [];
  readonly #widths: Uint16Array;
  readonly #heights: Uint16Array;
  readonly #means: Float32Array;
  readonly #masked: Uint8Array;

  /** @param atMost pictures that will be added at most */
  constructor(atMost: number) {
    this.#widths = new Uint16Array(atMost);
    this.#heights = new Uint16Array(atMost);
    this.#means = new Float32Array(atMost);
    this.#masked = new Uint8Array(atMost);
  }

  get size(): number {
    return this.#files.length;
  }

  add(file: string, { width, height, mean, masked }: Pick<RawHeader, 'width' | 'height' | 'mean' | 'masked'>): void {
    const index = this.#files.push(file) - 1;
    this.#widths[index] = width;
    this.#heights[index] = height;
    this.#means[index] = mean;
    this.#masked[index] = masked ? 1 : 0;
  }

  /** What a tile of picture `index` is cut from. */
  source(index: number, normalisation: Normalisation): TileSource {
    const file = this.#files[index];
    const [width, height, mean] = [this.#widths[index], this.#heights[index], this.#means[index]];
    if (file === undefined || width === undefined || height === undefined || mean === undefined) {
      throw new RangeError(`no picture ${index} of ${this.size}`);
    }
    const masked = this.#masked[index] === 1;
    return { file, width, height, gain: gainOf(normalisation, mean), ...(masked && { masked }) };
  }
}
