import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { app, crashReporter } from 'electron';

/** So many of the newest are kept, and none that is older: a dump is some ten megabytes and of use only to support. */
const KEPT = 10;
const OLDEST_MS = 90 * 24 * 3600 * 1000;

/** Removes what is beyond the ten newest dumps and what is older than ninety days. What is in use stays for the next start. */
export function pruneDumps(folder: string, nowMs: number): void {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return;
  }
  const dumps = names.flatMap((name) => {
    const file = join(folder, name);
    const facts = statSync(file, { throwIfNoEntry: false });
    return facts?.isFile() === true && /\.(dmp|meta)$/.test(name) ? [{ file, atMs: facts.mtimeMs }] : [];
  });
  const newest = dumps.filter(({ file }) => file.endsWith('.dmp')).toSorted((a, b) => b.atMs - a.atMs);
  const kept = new Set(
    newest
      .slice(0, KEPT)
      .filter(({ atMs }) => nowMs - atMs < OLDEST_MS)
      .map(({ file }) => stem(file)),
  );
  for (const { file } of dumps) if (!kept.has(stem(file))) remove(file);
}

const stem = (file: string): string => file.replace(/\.(dmp|meta)$/, '');

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Another process of ours still writes it.
  }
}

/** Before `ready`: crashes of any process leave a dump in the data folder, and nowhere else. */
export function keepDumps(dataDir: string): void {
  const folder = join(dataDir, 'crashes');
  app.setPath('crashDumps', folder);
  pruneDumps(folder, Date.now());
  crashReporter.start({ uploadToServer: false, ignoreSystemCrashHandler: true });
}
