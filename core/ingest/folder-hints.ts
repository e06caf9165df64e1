import { watch } from 'chokidar';

/** What a watcher of the system tells of a folder; none of it is relied on. */
export interface HintHandlers {
  /** A file is new or has changed. */
  readonly onFile: (path: string) => void;
  /** From now on it tells of changes. */
  readonly onReady: () => void;
  readonly onRootGone: () => void;
  readonly onError: (code: string) => void;
}

export interface Hints {
  readonly close: () => Promise<void>;
}

export type OpenHints = (
  folder: string,
  options: { readonly maxDepth: number; readonly ignored: (path: string) => boolean },
  handlers: HintHandlers,
) => Hints;

/** Has the system tell of a folder's changes. */
export const openHints: OpenHints = (folder, { maxDepth, ignored }, handlers) => {
  const watcher = watch(folder, {
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    atomic: false,
    depth: maxDepth,
    ignored: (path) => path !== folder && ignored(path),
  });
  watcher.on('add', handlers.onFile).on('change', handlers.onFile);
  watcher.once('ready', handlers.onReady);
  watcher.on('unlinkDir', (path) => {
    if (path === folder) handlers.onRootGone();
  });
  watcher.on('error', (cause) =>
    handlers.onError(cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)),
  );
  return { close: () => watcher.close() };
};
