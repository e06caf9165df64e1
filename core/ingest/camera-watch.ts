import { watch, type FSWatcher } from 'chokidar';
import { basename, dirname, relative, sep } from 'node:path';
import type { CameraId } from '#core/domain/ids.ts';
import { AppError, toErrorData, type ErrorData } from '#core/contract/errors.ts';
import type { FileFacts } from '#core/store/images.ts';
import type { KnownFiles } from './known-files.ts';
import { usableFolder } from './folder.ts';
import { claimsToBePicture, isIgnoredName } from './names.ts';
import { lookAt, scanFolder } from './scan.ts';

export type WatchState = 'watching' | 'scanning' | 'unreachable';

export interface CameraWatchOptions {
  readonly cameraId: CameraId;
  readonly folder: string;
  readonly dataDir: string;
  readonly known: KnownFiles;
  readonly reconcileMs: number;
  readonly onFile: (path: string, facts: FileFacts) => void;
  readonly onUnreadableName: (path: string, facts: FileFacts) => void;
  readonly onSideCar: (path: string, facts: FileFacts) => void;
  readonly onScanned: () => void;
  readonly onChange: () => void;
  readonly log: (event: string, params: Record<string, unknown>) => void;
}

/** Scanning is the only source while the watcher cannot run, and while a folder is away. */
const CLOSE_MS = 5000;
/** A scan takes at most this share of the time. */
const SCAN_SHARE = 1 / 20;

const codeOf = (cause: unknown): unknown => (cause instanceof Error && 'code' in cause ? cause.code : undefined);

/**
 * One camera folder: a scan at start and again and again is the truth, the watcher only a hint that makes it quick (network
 * shares lose events). A folder that is away, or suddenly empty, is "unreachable": nothing is ever taken for deleted.
 */
export class CameraWatch {
  readonly #options: CameraWatchOptions;
  readonly #stop = new AbortController();
  #watcher: FSWatcher | null = null;
  #polling = false;
  #scan: Promise<void> | null = null;
  #next: NodeJS.Timeout | undefined;
  #state: WatchState = 'scanning';
  #error: ErrorData | null = null;

  constructor(options: CameraWatchOptions) {
    this.#options = options;
    void this.rescan();
  }

  get state(): WatchState {
    return this.#state;
  }

  get error(): ErrorData | null {
    return this.#error;
  }

  /** The system had no watch to give (EMFILE, ENOSPC): new pictures are found by scanning, within seconds. */
  get polling(): boolean {
    return this.#polling;
  }

  /** Scans now; a scan under way is waited for instead. */
  rescan(): Promise<void> {
    this.#scan ??= this.#scanOnce().finally(() => {
      this.#scan = null;
    });
    return this.#scan;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#next);
    await this.#closeWatcher();
    await this.#scan;
  }

  #become(state: WatchState, error: ErrorData | null): void {
    this.#state = state;
    this.#error = error;
    this.#options.onChange();
  }

  async #scanOnce(): Promise<void> {
    clearTimeout(this.#next);
    const startMs = performance.now();
    const { folder, known } = this.#options;
    if (this.#state === 'watching') this.#become('scanning', null);
    try {
      await usableFolder(folder);
      this.#watch();
      const found = await this.#walk();
      if (this.#stop.signal.aborted) return;
      // An unmounted share leaves an empty mount point behind.
      if (found === 0 && known.size > 0) throw new AppError('folder_missing', { path: folder });
      this.#options.onScanned();
      this.#become('watching', null);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      // The watcher of a folder that went away does not notice that it came back.
      await this.#closeWatcher();
      this.#become('unreachable', toErrorData(error));
    }
    this.#schedule(performance.now() - startMs);
  }

  async #walk(): Promise<number> {
    const { folder, dataDir, known, onFile, onSideCar, onUnreadableName } = this.#options;
    let found = 0;
    await scanFolder(folder, dataDir, {
      signal: this.#stop.signal,
      sideCar: onSideCar,
      file: ({ path, ...facts }) => {
        found++;
        if (known.isNews(path, facts)) onFile(path, facts);
      },
      unreadableName: (path, facts) => {
        found++;
        if (known.isNews(path, facts)) onUnreadableName(path, facts);
      },
    });
    return found;
  }

  /** Jittered, so that several cameras on one share don't all list it at once. */
  #schedule(scanMs: number): void {
    const often = this.#polling || this.#state === 'unreachable';
    const everyMs = Math.max(
      often ? Math.min(CLOSE_MS, this.#options.reconcileMs) : this.#options.reconcileMs,
      scanMs / SCAN_SHARE,
    );
    this.#next = setTimeout(() => void this.rescan(), everyMs * (0.8 + 0.4 * Math.random()));
  }

  async #scanAgain(): Promise<void> {
    await this.#scan;
    if (!this.#stop.signal.aborted) await this.rescan();
  }

  #ignored(path: string): boolean {
    const { folder, dataDir } = this.#options;
    if (path === folder) return false;
    return path === dataDir || relative(folder, path).split(sep).some(isIgnoredName);
  }

  #watch(): void {
    if (this.#watcher !== null || this.#polling || this.#stop.signal.aborted) return;
    const watcher = watch(this.#options.folder, {
      ignoreInitial: true,
      followSymlinks: false,
      ignorePermissionErrors: true,
      atomic: false,
      ignored: (path) => this.#ignored(path),
    });
    this.#watcher = watcher;
    const changed = (path: string): void => void this.#hint(path);
    watcher.on('add', changed).on('change', changed);
    // A file that came after our scan had passed and before the watcher was ready is known to neither.
    watcher.once('ready', () => void this.#scanAgain());
    watcher.on('unlinkDir', (path) => {
      if (path === this.#options.folder) void this.rescan();
    });
    watcher.on('error', (error) => {
      const code = codeOf(error);
      this.#options.log('ingest.watch_failed', { code: String(code), folder: this.#options.folder });
      if (code !== 'EMFILE' && code !== 'ENFILE' && code !== 'ENOSPC') return;
      this.#polling = true;
      void this.#closeWatcher();
      this.#options.onChange();
      if (this.#scan === null) this.#schedule(0);
    });
  }

  async #closeWatcher(): Promise<void> {
    const watcher = this.#watcher;
    this.#watcher = null;
    await watcher?.close();
  }

  async #hint(path: string): Promise<void> {
    if (!claimsToBePicture(basename(path)) || dirname(path) === path) return;
    const facts = await lookAt(path).catch(() => null);
    if (facts !== null && !this.#stop.signal.aborted && this.#options.known.isNews(path, facts))
      this.#options.onFile(path, facts);
  }
}
