import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { CameraId } from '#core/domain/ids.ts';
import { AppError, toErrorData, type ErrorData } from '#core/contract/errors.ts';
import { readPictureFile } from '#core/imaging/decode.ts';
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
import { Describer, nameIn } from './describe.ts';
import { lookAt } from './scan.ts';
import { MAX_CSV_BYTES, MAX_JSON_BYTES, readCsvSideCar, readJsonSideCar, type SideCarSaid } from './side-car.ts';

export interface SideCarsOptions {
  readonly store: Store;
  readonly cameraId: CameraId;
  readonly folder: string;
  readonly onChange: () => void;
  readonly log: (event: string, params: Record<string, unknown>) => void;
}

/** Lines taken over in one transaction: some 30 ms. */
const LINES_AT_ONCE = 300;
/** Broken side-cars that are looked for again after a scan. */
const RECHECKED = 200;

const sameFacts = (a: FileFacts, b: FileFacts): boolean =>
  a.bytes === b.bytes && a.mtimeMs === b.mtimeMs && a.inode === b.inode;

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
    const name = nameIn(this.#options.folder, path);
    const known = this.#known.get(name);
    if (this.#closed || (known !== undefined && sameFacts(known, facts))) return;
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
    for (const [path, facts] of this.#waiting) {
      if (this.#closed) break;
      this.#waiting.delete(path);
      // What the store refuses now (a full disk) is found again by the next scan.
      await this.#read(path, facts).catch((thrown: unknown) =>
        this.#options.log('ingest.side_car_failed', { ...toErrorData(thrown) }),
      );
    }
    this.#work = null;
  }

  async #read(path: string, facts: FileFacts): Promise<void> {
    const { store, cameraId, folder, onChange } = this.#options;
    const name = nameIn(folder, path);
    let said: SideCarSaid | null = null;
    let fault: ErrorData | null = null;
    try {
      const bytes = await readBounded(path, facts);
      said = isCsv(path) ? readCsvSideCar(name, bytes) : readJsonSideCar(name, bytes);
      fault = said.fault;
    } catch (thrown) {
      const error = toErrorData(thrown);
      // Gone again, or no regular file any more: the next scan says what is there.
      if (error.code === 'not_found' || error.code === 'image_type_refused') return;
      fault = thrown instanceof AppError ? error : { code: 'side_car_not_readable', params: {} };
    }
    const id = openSideCar(store.write, cameraId, name);
    // What a broken one said while it was whole stays.
    if (said !== null && !(await this.#take(id, said.rows))) return;
    settleSideCar(store.write, id, facts, fault, Date.now());
    this.#known.set(name, facts);
    onChange();
  }

  /** Writes the lines that differ, some at a time; false where it was cut off, and then the file is read again. */
  async #take(id: number, rows: readonly SideCarRow[]): Promise<boolean> {
    const { store, cameraId } = this.#options;
    const before = new Map(sideCarRows(store.read, id).map((row) => [row.stem, row]));
    const after = new Set(rows.map(({ stem }) => stem));
    const changes = [
      ...rows.filter((row) => !isDeepStrictEqual(before.get(row.stem), row)).map((row) => ({ stem: row.stem, row })),
      ...[...before.keys()].filter((stem) => !after.has(stem)).map((stem) => ({ stem, row: null })),
    ];
    for (let at = 0; at < changes.length; at += LINES_AT_ONCE) {
      if (this.#closed) return false;
      const some = changes.slice(at, at + LINES_AT_ONCE);
      store.write.transaction(() => {
        for (const { stem, row } of some)
          if (row === null) dropSideCarRow(store.write, id, stem);
          else putSideCarRow(store.write, id, cameraId, row);
        const describer = new Describer(store.write);
        const stems = some.map(({ stem }) => stem);
        for (const origin of originsOfStems(store.write, cameraId, stems)) describer.describe(origin);
      });
      await breathe();
    }
    return true;
  }
}
