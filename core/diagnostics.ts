import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { arch, freemem, homedir, hostname, platform, release, totalmem, userInfo } from 'node:os';
import { join } from 'node:path';
import type { AppOptions } from './app-types.ts';
import type { Core } from './core.ts';
import { redactText, redactValue } from './domain/redact.ts';
import { exportsFolder, replaceFile, stamp } from './exports.ts';
import { listBackups } from './store/backups.ts';
import { knownNames, tableSizes } from './store/diagnostics.ts';
import { listJobs } from './store/jobs.ts';
import { listOutputs, openOutage } from './store/outputs.ts';

/** The newest lines of the log that go along. */
const LINES = 5000;
const LOG_FILES = ['minarai.ndjson.2', 'minarai.ndjson.1', 'minarai.ndjson'];

/** The log's lines, the newest last, without what must not leave the site; a line that is no JSON is left out. */
async function logLines(dataDir: string, names: readonly string[]): Promise<unknown[]> {
  let text = '';
  for (const name of LOG_FILES) {
    const file = join(dataDir, 'logs', name);
    if (existsSync(file)) text += await readFile(file, 'utf8');
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .slice(-LINES)
    .flatMap((line) => {
      try {
        return [redactValue(JSON.parse(line), names)];
      } catch {
        return [];
      }
    });
}

/** This computer's user, where the system knows one. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

/**
 * Writes what a supporter needs to see into one file that can be read before it is sent: versions, sizes, states and the log. No
 * picture, no name of a person, camera, line, lot or file, no path, no token. Nothing is sent by the app itself.
 *
 * @returns the file's name in the exports folder
 */
export async function writeDiagnostics(
  core: Pick<Core, 'store' | 'dataDir' | 'now' | 'engineState'>,
  { inspectMachine, version, shell }: Pick<AppOptions, 'inspectMachine' | 'version' | 'shell'>,
): Promise<string> {
  const { store, dataDir, now } = core;
  const atMs = now();
  const names = [...knownNames(store.read), homedir(), dataDir, hostname(), userName()];
  const { facts, error } = core.engineState();
  const content = {
    atMs,
    app: { version, shell, node: process.version, platform: platform(), release: release(), arch: arch() },
    memory: { totalBytes: totalmem(), freeBytes: freemem(), ownBytes: process.memoryUsage().rss },
    machine: (await inspectMachine()).map(({ what, status, value }) => ({
      what,
      status,
      value: redactText(value, names),
    })),
    engine: { backend: facts?.backend ?? null, threads: facts?.threads ?? null, error: redactValue(error, names) },
    database: tableSizes(store.read),
    backups: listBackups(dataDir).map(({ name: _, sha256: __, ...rest }) => rest),
    jobs: listJobs(store.read).map(({ id, kind, state, createdAtMs, error: failed }) => ({
      ...{ id, kind, state, createdAtMs },
      error: redactValue(failed, names),
    })),
    // Where they lead stays here: an address of the plant's network, or a folder's name, is nothing for a supporter.
    outputs: listOutputs(store.read).map(
      ({ id, kind, about, rate, paused, target, putThrough, endedThrough, deliveredAtMs, missed }) => {
        const outage = openOutage(store.read, id);
        return {
          ...{
            id,
            kind,
            about,
            rate,
            paused,
            understood: target !== null,
            putThrough,
            endedThrough,
            deliveredAtMs,
            missed,
          },
          outage: outage && { ...outage, detail: redactText(outage.detail, names) },
        };
      },
    ),
    log: await logLines(dataDir, names),
  };
  const file = `diagnostics-${stamp(atMs)}.json`;
  await replaceFile(join(exportsFolder({ dataDir }), file), `${JSON.stringify(content, null, 1)}\n`);
  return file;
}
