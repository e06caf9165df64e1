import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { CameraId } from '#core/domain/ids.ts';
import { AppError, toErrorData, type ErrorData } from '#core/contract/errors.ts';
import { readPictureFile } from '#core/imaging/picture-file.ts';
import type { FileFacts } from '#core/store/images.ts';
import type { Store } from '#core/store/open.ts';
import { originsOfStems } from '#core/store/picture-facts.ts';
import {
  brokenSideCars,
  dropSideCarRow,
  forgetFault,
  knownSideCars,
  openSideCar,
  putSideCarRow,
  settleSideCar,
  sideCarRows,
  type SideCarRow,
} from '#core/store/side-cars.ts';
import { sameFile } from './admission.ts';
import { Describer, insideFolder } from './describe.ts';
import { lookAt } from './scan.ts';
import { MAX_CSV_BYTES, MAX_JSON_BYTES, readCsvSideCar, readJsonSideCar } from './side-car.ts';

export interface SideCarsOptions {
  readonly store: Store;
  readonly cameraId: CameraId;
  readonly folder: string;
  readonly onChange: () => void;
  readonly log: (event: string, params: Record<string, unknown>) => void;
}

/** Lines, or files of one line, taken over in one transaction. */
const AT_ONCE = 100;
/** Broken side-cars that are looked for again after a scan. */
const RECHECKED = 200;

/** A side-car as it was read; `rows` null: it says nothing that could be understood. */
interface ReadFile {
  readonly name: string;
  readonly facts: FileFacts;
  readonly rows: readonly SideCarRow[] | null;
  readonly fault: ErrorData | null;
}

/** A line that is to be written, null: taken away, of the side-car `id`. */
interface Change {
  readonly id: number;
  readonly stem: string;
  readonly row: SideCarRow | null;
}

const isCsv = (path: string): boolean => /\.csv$/i.test(path);

/** A file of bounded size, read by the same rules as a picture: a link or a FIFO that took its place is refused. */
async function readBounded(path: string, facts: FileFacts): Promise<Buffer> {
  const limit = isCsv(path) ? MAX_CSV_BYTES : MAX_JSON_BYTES;
  const refuse = (bytes: number): void => {
    if (bytes > limit) throw new AppError('side_car_too_large', { limitKb: limit / 1024 });
  };
  refuse(facts.bytes);
  const { bytes } = await readPictureFile(path);
  refuse(bytes.length);
  return bytes;
}

/** The side-cars of a camera: reads those that a scan reports as new or changed, one after the other, and tells their pictures. */
export class SideCars {
  readonly #options: SideCarsOptions;
  readonly #known: Map<string, FileFacts>;
  readonly #waiting = new Map<string, FileFacts>();
  #work: Promise<void> | null = null;
  #closed = false;

  constructor(options: SideCarsOptions) {
    this.#options = options;
    this.#known = new Map(knownSideCars(options.store.read, options.cameraId).map(({ path, ...file }) => [path, file]));
  }

  /** A scan saw a side-car. `path` is absolute. */
  seen(path: string, facts: FileFacts): void {
    const name = insideFolder(this.#options.folder, path);
    const known = this.#known.get(name);
    if (this.#closed || (known !== undefined && sameFile(known, facts))) return;
    this.#waiting.set(path, facts);
    this.#work ??= this.#readAll();
  }

  /** A scan ended: what was broken and is gone is no longer listed. */
  async scanned(): Promise<void> {
    const { store, cameraId, folder } = this.#options;
    for (const { path } of brokenSideCars(store.read, cameraId, RECHECKED).rows) {
      const found = await lookAt(join(folder, path)).catch(() => null);
      if (this.#closed) return;
      if (found === null) forgetFault(store.write, cameraId, path);
    }
  }

  /** Resolves when none waits to be read. */
  async idle(): Promise<void> {
    await this.#work;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#work;
  }

  async #readAll(): Promise<void> {
    // What the store refuses now (a full disk) is found again by the next scan.
    while (this.#waiting.size > 0 && !this.#closed)
      await this.#readSome().catch((thrown: unknown) =>
        this.#options.log('ingest.side_car_failed', { ...toErrorData(thrown) }),
      );
    this.#work = null;
  }

  /** Reads as many side-cars as fill a transaction, one at least, and writes what they say. */
  async #readSome(): Promise<void> {
    const files: ReadFile[] = [];
    let lines = 0;
    for (const [path, facts] of this.#waiting) {
      if (this.#closed) return;
      this.#waiting.delete(path);
      const file = await this.#read(path, facts);
      if (file === null) continue;
      files.push(file);
      lines += Math.max(1, file.rows?.length ?? 0);
      if (lines >= AT_ONCE) break;
    }
    await this.#write(files);
  }

  async #read(path: string, facts: FileFacts): Promise<ReadFile | null> {
    const name = insideFolder(this.#options.folder, path);
    try {
      const bytes = await readBounded(path, facts);
      return { name, facts, ...(isCsv(path) ? await readCsvSideCar(name, bytes) : readJsonSideCar(name, bytes)) };
    } catch (thrown) {
      const error = toErrorData(thrown);
      // Gone again, or no regular file any more: the next scan says what is there.
      if (error.code === 'not_found' || error.code === 'image_type_refused') return null;
      const fault: ErrorData = thrown instanceof AppError ? error : { code: 'side_car_not_readable', params: {} };
      return { name, facts, rows: null, fault };
    }
  }

  /** The lines of a file that differ from what it said before; a broken one goes on saying what it said. */
  #changes(id: number, { rows }: ReadFile): Change[] {
    if (rows === null) return [];
    const before = new Map(sideCarRows(this.#options.store.write, id).map((row) => [row.stem, row]));
    const after = new Set(rows.map(({ stem }) => stem));
    return [
      ...rows
        .filter((row) => !isDeepStrictEqual(before.get(row.stem), row))
        .map((row) => ({ id, stem: row.stem, row })),
      ...[...before.keys()].filter((stem) => !after.has(stem)).map((stem) => ({ id, stem, row: null })),
    ];
  }

  /** Writes changed lines some at a time, and of each file, after its lines, that it is read: one cut off is read again. */
  async #write(files: readonly ReadFile[]): Promise<void> {
    const { store, cameraId, onChange } = this.#options;
    const work = store.write.transaction(() =>
      files.flatMap((file) => {
        const id = openSideCar(store.write, cameraId, file.name);
        return [...this.#changes(id, file), { id, file }];
      }),
    );
    for (let at = 0; at < work.length && !this.#closed; at += AT_ONCE) {
      const some = work.slice(at, at + AT_ONCE);
      store.write.transaction(() => this.#writeSome(some));
      for (const item of some) if ('file' in item) this.#known.set(item.file.name, item.file.facts);
      await breathe();
    }
    if (files.length > 0) onChange();
  }

  #writeSome(work: readonly (Change | { readonly id: number; readonly file: ReadFile })[]): void {
    const { store, cameraId } = this.#options;
    const stems: string[] = [];
    for (const item of work) {
      if ('file' in item) settleSideCar(store.write, item.id, item.file.facts, item.file.fault, Date.now());
      else if (item.row === null) dropSideCarRow(store.write, item.id, item.stem);
      else putSideCarRow(store.write, item.id, cameraId, item.row);
      if ('stem' in item) stems.push(item.stem);
    }
    const describer = new Describer(store.write);
    for (const origin of originsOfStems(store.write, cameraId, stems)) describer.describe(origin);
  }
}
