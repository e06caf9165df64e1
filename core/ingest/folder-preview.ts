import { relative, sep } from 'node:path';
import { patternFilter, type FilePatterns } from '#core/domain/file-patterns.ts';
import type { FolderPreview } from '#core/contract/watching.ts';
import { scanFailure } from './folder.ts';
import { canKeepMarker } from './marker.ts';
import { scanFolder } from './scan.ts';

/** Enough to see what patterns do; a person waits for it. */
const MOST_FILES = 5000;
const LIMIT_MS = 1500;
const SAMPLES = 3;

/** What patterns would take of a folder, looking at no more of it than can be had at once. Opens no file. */
export async function previewFolder(
  folder: string,
  dataDir: string,
  { maxDepth, ...patterns }: FilePatterns & { readonly maxDepth: number },
): Promise<FolderPreview> {
  const enough = new AbortController();
  const timer = setTimeout(() => enough.abort(), LIMIT_MS);
  const wantedNames: string[] = [];
  const leftOutNames: string[] = [];
  let [wanted, leftOut, deep] = [0, 0, 0];
  const seen = (names: string[], below: string): void => {
    if (names.length < SAMPLES) names.push(below);
    if (wanted + leftOut >= MOST_FILES) enough.abort();
  };
  const file = ({ path }: { readonly path: string }): void => {
    wanted++;
    seen(wantedNames, relative(folder, path).replaceAll(sep, '/'));
  };
  const failure = await scanFolder(folder, dataDir, {
    ...{ signal: enough.signal, filter: patternFilter(patterns), maxDepth, file, unreadableName: file },
    leftOut: (below) => {
      leftOut++;
      seen(leftOutNames, below);
    },
    notVisited: (why) => {
      if (why === 'deep') deep++;
    },
  }).then(
    () => null,
    (thrown: unknown) => scanFailure(folder, thrown),
  );
  clearTimeout(timer);
  const error = failure === null ? null : { code: failure.code, params: { ...failure.params } };
  const writable = await canKeepMarker(folder);
  return { wanted, leftOut, wantedNames, leftOutNames, deep, complete: !enough.signal.aborted, writable, error };
}
