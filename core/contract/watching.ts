import * as v from 'valibot';
import { ErrorView } from './error-view.ts';

/*
 * How a camera's folder is watched, as a person set it, and what the watching has to tell.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const patterns = v.pipe(v.string(), v.trim(), v.maxLength(1000), v.regex(/^[^\p{Cc}]*$/u));

/** Deeper is a loop of mounts or a mistake. */
export const MAX_DEPTH = 32;

/** local: the system tells of new files. polling: network shares lose such events, so the folder is only scanned. */
export const watchModes = ['local', 'polling'] as const;
/** What becomes of the files that are there when the camera is added. */
export const backlogs = ['take', 'ignore'] as const;

export const WatchingSettings = v.object({
  mode: v.picklist(watchModes),
  backlog: v.picklist(backlogs),
  /** Sub-folders below the folder; 0: only the folder itself. */
  maxDepth: v.pipe(count, v.maxValue(MAX_DEPTH)),
  /** File patterns as in core/domain/file-patterns.ts. */
  include: patterns,
  exclude: patterns,
  /** Minarai may keep its marker file in the folder. */
  marker: v.boolean(),
});
export type WatchingSettings = v.InferOutput<typeof WatchingSettings>;

/** Where nobody has said anything else. */
export const defaultWatching: WatchingSettings = {
  mode: 'local',
  backlog: 'take',
  maxDepth: MAX_DEPTH,
  include: '',
  exclude: '',
  marker: false,
};

/** Why a folder is only scanned: chosen, or the system had no file handles (EMFILE) or watches (ENOSPC) left. */
export const pollingReasons = ['chosen', 'no_handles', 'no_watches'] as const;

/** What is worth saying though the camera is being watched; message key `watchnotice.<code>`. */
export const noticeCodes = [
  'clock_ahead',
  'clock_back',
  'date_ancient',
  'date_future',
  'folders_closed',
  'no_handles',
  'no_watches',
  'nothing_matches',
] as const;
export type NoticeCode = (typeof noticeCodes)[number];
export const NoticeView = v.object({
  code: v.picklist(noticeCodes),
  params: v.record(v.string(), v.union([v.string(), v.number()])),
});

/** Failures that a person settles by saying that the folder is right as it is. */
export const folderQuestions: ReadonlySet<string> = new Set([
  'folder_empty',
  'folder_marker_gone',
  'folder_mostly_gone',
]);

export const WatchingView = v.object({
  settings: WatchingSettings,
  /** The folder carries a marker, so an empty mount point is told from an empty folder. */
  marked: v.boolean(),
  polling: v.nullable(v.picklist(pollingReasons)),
  /** The last scan that came to its end; null before it. */
  scan: v.nullable(
    v.object({
      atMs: v.number(),
      seconds: v.number(),
      /** false: only the folders that looked new. */
      whole: v.boolean(),
      /** Files seen that are the camera's, in the last whole scan. */
      files: count,
      /** Files seen that the patterns leave out, in the last whole scan. */
      leftOut: count,
    }),
  ),
  /** Files that are not admitted yet. */
  waiting: count,
  /** Files that were there when the camera was added and are passed over. */
  passedOver: count,
  /** Files that a scan found though the system, which was watching, had told of none. */
  missed: v.object({ sinceStart: count, lastDay: count }),
});
export type WatchingView = v.InferOutput<typeof WatchingView>;

/** What patterns would take of a folder, from as much of it as can be looked at quickly. */
export const FolderPreview = v.object({
  wanted: count,
  leftOut: count,
  /** Names below the folder, for looking at. */
  wantedNames: v.array(v.string()),
  leftOutNames: v.array(v.string()),
  /** Sub-folders below the depth. */
  deep: count,
  /** false: there is more than was looked at. */
  complete: v.boolean(),
  /** Minarai could keep a marker there. */
  writable: v.boolean(),
  /** Why the folder cannot be added. */
  error: v.nullable(ErrorView),
});
export type FolderPreview = v.InferOutput<typeof FolderPreview>;
