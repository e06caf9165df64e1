import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Picture } from './pictures.ts';

/** Decoded bytes that stay in memory; what comes after goes to a scratch file. */
const MEMORY_BYTES = 512 * 2 ** 20;

type Entry = Omit<Picture, 'data'> & { readonly data?: Uint8Array; readonly offset: number };

/**
 * The decoded pictures of a training, each decoded once: in memory while they are few, on disk beyond a bound, so that ten
 * thousand pictures need no more memory than two thousand.
 */
export class PicturePool {
  readonly #file: string;
  readonly #memoryBytes: number;
  readonly #entries: Entry[] = [];
  #held = 0;
  #written = 0;
  #handle: FileHandle | undefined;

  /** `scratchFile` is made when memory is full and removed by {@link close}. */
  constructor(scratchFile: string, memoryBytes = MEMORY_BYTES) {
    this.#file = scratchFile;
    this.#memoryBytes = memoryBytes;
  }

  get size(): number {
    return this.#entries.length;
  }

  async add({ data, ...facts }: Picture): Promise<void> {
    if (this.#held + data.length <= this.#memoryBytes) {
      this.#held += data.length;
      this.#entries.push({ ...facts, data, offset: 0 });
      return;
    }
    this.#handle ??= await open(this.#file, 'w+');
    await this.#handle.write(data, 0, data.length, this.#written);
    this.#entries.push({ ...facts, offset: this.#written });
    this.#written += data.length;
  }

  /** The picture that was added as number `index`. */
  async get(index: number): Promise<Picture> {
    const entry = this.#entries[index];
    if (!entry) throw new RangeError(`no picture ${index} of ${this.size}`);
    const { width, height, channels, mean } = entry;
    return { width, height, channels, mean, data: entry.data ?? (await this.#read(entry)) };
  }

  async #read({ width, height, channels, offset }: Entry): Promise<Uint8Array> {
    const data = new Uint8Array(width * height * channels);
    await this.#handle?.read(data, 0, data.length, offset);
    return data;
  }

  async close(): Promise<void> {
    this.#entries.length = 0;
    await this.#handle?.close();
    this.#handle = undefined;
    await rm(this.#file, { force: true });
  }
}
