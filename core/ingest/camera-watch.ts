import { basename, relative, sep } from 'node:path';
import { patternFilter, type PatternFilter } from '#core/domain/file-patterns.ts';
import type { ErrorData } from '#core/contract/errors.ts';
import type { WatchingSettings, WatchingView } from '#core/contract/watching.ts';
import type { FileFacts } from '#core/store/images.ts';
import { scanFailure } from './folder.ts';
import type { Hints, OpenHints } from './folder-hints.ts';
import { FolderScan, type FolderRecord, type ScanRequest } from './folder-scan.ts';
import type { KnownFiles } from './known-files.ts';
import { MissedFiles } from './missed-files.ts';
import { claimsToBePicture, isIgnoredName } from './names.ts';
import type { ScanTally } from './scan-tally.ts';
import { lookAt } from './scan.ts';

/** asking: nothing is taken until a person says that the folder is the right one. */
export type WatchState = 'watching' | 'scanning' | 'unreachable' | 'asking';

export interface CameraWatchOptions {
  readonly folder: string;
  readonly dataDir: string;
  readonly settings: WatchingSettings;
  readonly known: KnownFiles;
  readonly record: FolderRecord;
  readonly openHints: OpenHints;
  readonly now: () => number;
  readonly reconcileMs: number;
  /** Between two whole scans where the others are quick ones. */
  readonly wholeEveryMs: number;
  /** Returns whether nobody had told of the file before. */
  readonly onFile: (path: string, facts: FileFacts) => boolean;
  readonly onUnreadableName: (path: string, facts: FileFacts) => void;
  readonly onSideCar: (path: string, facts: FileFacts) => void;
  readonly onScan: () => void;
  /** The folder is not trusted any more: what waits of it may be another's. */
  readonly onLost: () => void;
  readonly onScanned: () => void;
  readonly onChange: () => void;
  readonly log: (event: string, params: Record<string, unknown>) => void;
}

/** Scanning is the only source while the watcher cannot run, and while a folder is away. */
const CLOSE_MS = 5000;
/** A scan takes at most this share of the time. */
const SCAN_SHARE = 1 / 20;

/**
 * One camera folder: a scan at start and again and again is the truth, the watcher only a hint that makes it quick (network
 * shares lose events). A folder that is away, suddenly empty, without its marker or mostly emptied is never taken for
 * deleted: it is scanned on until it is back, or until a person says that it is right as it is.
 */
export class CameraWatch {
  readonly #options: CameraWatchOptions;
  readonly #filter: PatternFilter;
  readonly #scans: FolderScan;
  readonly #stop = new AbortController();
  readonly #missed = new MissedFiles(() => performance.now());
  #hints: Hints | null = null;
  #polling: WatchingView['polling'];
  /** A scan has passed since the watcher was ready, so whatever comes from now on it ought to tell of. */
  #covered = false;
  #scan: { readonly whole: boolean; readonly done: Promise<void> } | null = null;
  #next: NodeJS.Timeout | undefined;
  #state: WatchState = 'scanning';
  #error: ErrorData | null = null;
  #wholeEndMs = -Infinity;
  readonly #tookMs = { quick: 0, whole: 0 };
  #tally: ScanTally | null = null;
  #last: Pick<NonNullable<WatchingView['scan']>, 'atMs' | 'seconds' | 'whole'> | null = null;

  constructor(options: CameraWatchOptions) {
    const { settings } = options;
    this.#options = options;
    this.#filter = patternFilter(settings);
    this.#polling = settings.mode === 'polling' ? 'chosen' : null;
    this.#scans = new FolderScan({
      ...options,
      filter: this.#filter,
      signal: this.#stop.signal,
      onNews: (path, facts) => {
        const silent = options.onFile(path, facts);
        if (silent && this.#covered) this.#missed.found(path);
      },
    });
    void this.rescan();
  }

  get state(): WatchState {
    return this.#state;
  }

  get error(): ErrorData | null {
    return this.#error;
  }

  /** Why new pictures are found by scanning alone; null while a watcher runs. */
  get polling(): WatchingView['polling'] {
    return this.#polling;
  }

  get missed(): WatchingView['missed'] {
    return { sinceStart: this.#missed.sinceStart, lastDay: this.#missed.lastDay };
  }

  /** The last scan that came to its end. */
  get scan(): WatchingView['scan'] {
    if (this.#last === null || this.#tally === null) return null;
    return { ...this.#last, files: this.#tally.files, leftOut: this.#tally.leftOut };
  }

  /** What the last whole scan saw; null before it. */
  get tally(): ScanTally | null {
    return this.#tally;
  }

  /** Scans the whole folder now; a whole scan under way is waited for instead. */
  async rescan(): Promise<void> {
    while (this.#scan?.whole === false) await this.#scan.done;
    await this.#begin({ whole: true, accept: false });
  }

  /** A person says that the folder is the right one as it is now, marker and missing files or not. */
  async accept(): Promise<void> {
    while (this.#scan !== null) await this.#scan.done;
    await this.#begin({ whole: true, accept: true });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#next);
    await this.#closeHints();
    await this.#scan?.done;
  }

  #begin(request: ScanRequest): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.resolve();
    this.#scan ??= {
      whole: request.whole,
      done: this.#scanOnce(request).finally(() => {
        this.#scan = null;
      }),
    };
    return this.#scan.done;
  }

  #become(state: WatchState, error: ErrorData | null): void {
    this.#state = state;
    this.#error = error;
    this.#options.onChange();
  }

  async #scanOnce(request: ScanRequest): Promise<void> {
    clearTimeout(this.#next);
    const startMs = performance.now();
    const { folder, now, onScan, onScanned } = this.#options;
    onScan();
    let { whole } = request;
    if (whole && this.#state === 'watching') this.#become('scanning', this.#error);
    let failure: ErrorData | null = null;
    try {
      const result = await this.#scans.run(request);
      if (result === null) return;
      ({ whole } = result);
      if (whole) this.#tally = result.tally;
      this.#missed.scanned();
      this.#last = { atMs: now(), seconds: (performance.now() - startMs) / 1000, whole };
      onScanned();
      // Only now that the folder has proved to be the right one.
      this.#watch();
      this.#become('watching', result.question === undefined ? this.#error : result.question);
    } catch (thrown) {
      if (this.#stop.signal.aborted) return;
      failure = scanFailure(folder, thrown);
    }
    this.#tookMs[whole ? 'whole' : 'quick'] = performance.now() - startMs;
    if (whole) this.#wholeEndMs = performance.now();
    if (failure !== null) await this.#lose(failure);
    this.#schedule();
  }

  /** Nothing is taken from the folder any more, and everything looked at anew once it is back. */
  async #lose(error: ErrorData): Promise<void> {
    this.#scans.forget();
    this.#options.onLost();
    this.#become(error.code === 'folder_mostly_gone' ? 'asking' : 'unreachable', error);
    // The watcher of a folder that went away does not notice that it came back.
    await this.#closeHints();
  }

  /** Jittered, so that several cameras on one share don't all list it at once. */
  #schedule(): void {
    const { reconcileMs, wholeEveryMs } = this.#options;
    const well = this.#state === 'watching';
    const often = this.#polling !== null || !well;
    const sinceMs = performance.now() - this.#wholeEndMs;
    const whole = this.#polling === null || !well || sinceMs >= Math.max(wholeEveryMs, this.#tookMs.whole / SCAN_SHARE);
    const everyMs = Math.max(
      often ? Math.min(CLOSE_MS, reconcileMs) : reconcileMs,
      this.#tookMs[whole ? 'whole' : 'quick'] / SCAN_SHARE,
    );
    clearTimeout(this.#next);
    this.#next = setTimeout(() => void this.#begin({ whole, accept: false }), everyMs * (0.8 + 0.4 * Math.random()));
  }

  #below(path: string): string {
    return relative(this.#options.folder, path).replaceAll(sep, '/');
  }

  #ignored(path: string): boolean {
    const below = this.#below(path);
    return path === this.#options.dataDir || below.split('/').some(isIgnoredName) || !this.#filter.enters(below);
  }

  #watch(): void {
    if (this.#hints !== null || this.#polling !== null || this.#stop.signal.aborted) return;
    const { folder, settings, log, onChange } = this.#options;
    this.#hints = this.#options.openHints(
      folder,
      { maxDepth: settings.maxDepth, ignored: (path) => this.#ignored(path) },
      {
        onFile: (path) => void this.#hint(path),
        // A file that came after our scan had passed and before the watcher was ready is known to neither.
        onReady: () => void this.#cover(),
        onRootGone: () => void this.rescan(),
        onError: (code) => {
          log('ingest.watch_failed', { code, folder });
          if (code !== 'EMFILE' && code !== 'ENFILE' && code !== 'ENOSPC') return;
          this.#polling = code === 'ENOSPC' ? 'no_watches' : 'no_handles';
          void this.#closeHints();
          onChange();
          if (this.#scan === null) this.#schedule();
        },
      },
    );
  }

  async #cover(): Promise<void> {
    const hints = this.#hints;
    await this.#scan?.done;
    await this.#begin({ whole: true, accept: false });
    this.#covered = this.#hints !== null && this.#hints === hints;
  }

  async #closeHints(): Promise<void> {
    const hints = this.#hints;
    this.#hints = null;
    this.#covered = false;
    this.#missed.clear();
    await hints?.close();
  }

  async #hint(path: string): Promise<void> {
    if (!claimsToBePicture(basename(path)) || !this.#filter.wants(this.#below(path))) return;
    const facts = await lookAt(path).catch(() => null);
    // A watcher tells of whatever is at the place of the folder, another share, too.
    const same = await this.#scans.isSame();
    if (this.#hints === null) return;
    if (!same) return this.rescan();
    // Only now: a scan may have come by while the file was looked at.
    this.#missed.announced(path);
    if (facts !== null && this.#options.known.isNews(path, facts)) this.#options.onFile(path, facts);
  }
}
