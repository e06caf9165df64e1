import { stat } from 'node:fs/promises';
import { AppError, toErrorData, type ErrorData } from '#core/contract/errors.ts';
import type { WatchingSettings } from '#core/contract/watching.ts';
import type { PatternFilter } from '#core/domain/file-patterns.ts';
import type { FileFacts } from '#core/store/images.ts';
import type { FolderMemory, PassedOver } from '#core/store/watching.ts';
import { usableFolder } from './folder.ts';
import { FolderTree } from './folder-tree.ts';
import type { KnownFiles } from './known-files.ts';
import { keepMarker, readMarker } from './marker.ts';
import { judgeFolder, ScanTally } from './scan-tally.ts';
import { scanFolder, type FoundFile } from './scan.ts';

/** What is remembered of a folder beyond the process. */
export interface FolderRecord {
  readonly read: () => FolderMemory;
  readonly write: (change: Partial<FolderMemory>) => void;
  /** Files that were there before the camera; `last`: there are no more. All or nothing. */
  readonly passOver: (files: readonly PassedOver[], last: boolean) => void;
}

export interface FolderScanOptions {
  readonly folder: string;
  readonly dataDir: string;
  readonly settings: WatchingSettings;
  readonly filter: PatternFilter;
  readonly known: KnownFiles;
  readonly record: FolderRecord;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly onNews: (path: string, facts: FileFacts) => void;
  readonly onUnreadableName: (path: string, facts: FileFacts) => void;
  /** A file beside the pictures that may say something of them. */
  readonly onSideCar: (path: string, facts: FileFacts) => void;
}

export interface ScanRequest {
  /** The whole folder; otherwise only what looks new, where that can be told. */
  readonly whole: boolean;
  /** A person says that the folder is right as it is. */
  readonly accept: boolean;
}

export interface ScanResult {
  readonly whole: boolean;
  readonly tally: ScanTally;
  /** What a person is to be asked while the watching goes on; undefined where a quick scan cannot tell. */
  readonly question: ErrorData | null | undefined;
}

/** A file that is not known, or not as it is now. */
interface News {
  readonly file: FoundFile;
  readonly readable: boolean;
}

/** Rows of a transaction. */
const PASS_OVER_AT = 1000;

/**
 * Scans of one folder. What is new is handed on only when the folder has proved to be the one that was watched: there, with its
 * marker where it has one, before and after, and not mostly emptied.
 */
export class FolderScan {
  readonly #options: FolderScanOptions;
  readonly #tree = new FolderTree();
  /** Which folder of which disk. */
  #root = '';
  /** Asked for once: a server that refuses need not log it at each scan. */
  #markerTried = false;

  constructor(options: FolderScanOptions) {
    this.#options = options;
  }

  /** The next scan is a whole one. */
  forget(): void {
    this.#tree.clear();
  }

  /** Whether the folder is still the one that was scanned last, not another in its place. */
  async isSame(): Promise<boolean> {
    const found = await stat(this.#options.folder).catch(() => null);
    return found !== null && this.#root === `${found.dev}:${found.ino}`;
  }

  /** null where it was aborted. Throws why the folder cannot be scanned or may be another one; nothing was handed on then. */
  async run({ whole: asked, accept }: ScanRequest): Promise<ScanResult | null> {
    const { folder, record, signal } = this.#options;
    await this.#mounted(accept);
    const { dev, ino } = await stat(folder);
    // Another folder in the same place: nothing that is remembered of its folders holds.
    if (this.#root !== `${dev}:${ino}`) this.#tree.clear();
    this.#root = `${dev}:${ino}`;
    const whole = asked || this.#tree.size === 0;
    const { backlogBeforeMs } = record.read();
    const { tally, old, news, release } = await this.#walk(whole, backlogBeforeMs ?? -Infinity);
    if (signal.aborted) return null;
    // A drive that was pulled or exchanged meanwhile looks as if its folders had been emptied.
    await this.#mounted(accept);
    if (!(await this.isSame())) throw new AppError('folder_missing', { path: folder });
    const question = whole ? this.#judge(tally, news, accept) : undefined;
    if (!whole && tally.fresh > 0) record.write({ expected: (record.read().expected ?? 0) + tally.fresh });
    if (question === null) await this.#mark(accept);
    if (backlogBeforeMs !== null && whole) this.#passOver(old, true);
    release();
    return { whole, tally, question };
  }

  /** Throws unless the folder is there, with its marker where it has one and nobody says that it may lack it. */
  async #mounted(accept: boolean): Promise<void> {
    const { folder, record } = this.#options;
    await usableFolder(folder);
    const { marker } = record.read();
    if (accept || marker === null || (await readMarker(folder)) === marker) return;
    throw new AppError('folder_marker_gone', { path: folder });
  }

  /** Marks the folder, now that it has proved or is said to be the right one. */
  async #mark(accept: boolean): Promise<void> {
    const { folder, settings, record } = this.#options;
    if (!accept && (!settings.marker || this.#markerTried || record.read().marker !== null)) return;
    this.#markerTried = true;
    const marker = settings.marker ? await keepMarker(folder) : null;
    record.write({ marker: marker?.token ?? null });
  }

  async #walk(whole: boolean, backlogBeforeMs: number) {
    const { folder, dataDir, known, settings, filter, signal, now } = this.#options;
    const { onNews, onUnreadableName, onSideCar } = this.#options;
    const tally = new ScanTally(now());
    const news: News[] = [];
    const sideCars: [path: string, facts: FileFacts][] = [];
    let old: FoundFile[] = [];
    // A folder of which nothing is known cannot be another one: its files need not wait for the end of the scan.
    const atOnce = known.size === 0;
    const release = (): void => {
      for (const { file, readable } of news.splice(0)) (readable ? onNews : onUnreadableName)(file.path, file);
      for (const [path, facts] of sideCars.splice(0)) onSideCar(path, facts);
    };
    const found = (file: FoundFile, readable: boolean): void => {
      tally.file(file, known.has(file.path));
      if (!known.isNews(file.path, file)) return;
      if (file.changedAtMs < backlogBeforeMs && !known.has(file.path)) old.push(file);
      else news.push({ file, readable });
      if (atOnce) release();
      if (old.length >= PASS_OVER_AT) old = this.#passOver(old, false);
    };
    await scanFolder(folder, dataDir, {
      ...{ signal, filter, maxDepth: settings.maxDepth, tree: this.#tree, quick: !whole },
      file: (file) => found(file, true),
      unreadableName: (file) => found(file, false),
      sideCar: (path, facts) => {
        sideCars.push([path, facts]);
        if (atOnce) release();
      },
      leftOut: (below) => tally.leaveOut(below),
      notVisited: (why) => {
        if (why === 'closed') tally.closed++;
      },
    });
    return { tally, old, news, release };
  }

  /** Throws where nothing may be taken from the folder; returns what a person is to be asked. */
  #judge(tally: ScanTally, news: readonly News[], accept: boolean): ErrorData | null {
    const { folder, known, record } = this.#options;
    const { expected, marker } = record.read();
    const error = accept
      ? null
      : judgeFolder(folder, tally, {
          expected,
          everKnown: known.size,
          marked: marker !== null,
          countMoved: () => known.countMoved(news.map(({ file }) => file)),
        });
    // The marker proves that this is the folder.
    if (error !== null && marker === null) throw error;
    if (error === null && tally.files !== expected) record.write({ expected: tally.files });
    return error === null ? null : toErrorData(error);
  }

  #passOver(files: readonly FoundFile[], last: boolean): FoundFile[] {
    const { known, record } = this.#options;
    record.passOver(files, last);
    for (const { path, ...facts } of files) known.set(path, { ...facts, tries: 0 });
    return [];
  }
}
