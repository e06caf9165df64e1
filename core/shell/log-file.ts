import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../app-types.ts';

/** One file is at most this long; two former ones are kept beside it. */
const MAX_BYTES = 2_000_000;
const KEPT = 2;

/** What a caught value tells the log: errors with their stack and causes, everything else as JSON. */
function loggable(_key: string, value: unknown): unknown {
  if (value instanceof Error) {
    return { name: value.name, message: value.message, stack: value.stack, cause: value.cause };
  }
  return typeof value === 'bigint' ? String(value) : value;
}

/**
 * The structured log of a shell: `<dataDir>/logs/minarai.ndjson`, one JSON object a line (`atMs`, `level`, `event`, params),
 * rotated at 2 MB. Lines are written at once, because the last line before a crash is the one that is wanted. A log that
 * cannot be written (full disk) never stops the app: the first failure is told on stderr, the rest is dropped.
 */
export function openLog(dataDir: string): Log {
  const folder = join(dataDir, 'logs');
  const file = join(folder, 'minarai.ndjson');
  let told = false;

  const rotate = (): void => {
    for (let n = KEPT; n > 0; n--) {
      const from = n === 1 ? file : `${file}.${n - 1}`;
      rmSync(`${file}.${n}`, { force: true });
      if (statSync(from, { throwIfNoEntry: false })) renameSync(from, `${file}.${n}`);
    }
  };

  return (level, event, params) => {
    try {
      const line = `${JSON.stringify({ atMs: Date.now(), level, event, ...params }, loggable)}\n`;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      if (size > 0 && size + line.length > MAX_BYTES) rotate();
      appendFileSync(file, line, { mode: 0o600 });
    } catch (error) {
      if (!told) process.stderr.write(`log: ${String(error)}\n`);
      told = true;
    }
  };
}
