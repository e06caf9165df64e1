import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { AppError } from '#core/contract/errors.ts';
import { cacheDir } from '#native/load-tensorflow.ts';
import { choose } from './choose.ts';
import type { Trial } from './choose.ts';
import { inspect } from './machine.ts';
import type { Machine } from './machine.ts';
import { backendNames, backendReasons } from './names.ts';
import type { Choice } from './names.ts';

/** Graphics drivers of Windows and macOS change without a sign that could be read cheaply. */
const VERDICT_DAYS = 14;
const DAY_MS = 86_400_000;

const Verdict = v.object({
  key: v.string(),
  atMs: v.number(),
  choice: v.object({
    backend: v.picklist(backendNames),
    reason: v.picklist(backendReasons),
    hideGpu: v.boolean(),
  }),
});

/** A file of what trials found out, kept with what all copies of Minarai share. */
export function trialFile(name: string): string {
  return join(cacheDir(), name);
}

/**
 * What this process shall compute with: what `MINARAI_BACKEND` says (`tensorflow`, `webgpu` or `cpu`), else what an earlier
 * process found out about this machine, else what trials find out now.
 *
 * @throws AppError `bad_input` when `MINARAI_BACKEND` names none
 */
export async function chosenBackend(trial: Trial): Promise<Choice> {
  const asked = process.env['MINARAI_BACKEND'];
  if (asked) {
    const backend = backendNames.find((name) => name === asked);
    if (!backend) throw new AppError('bad_input', { reason: 'MINARAI_BACKEND', value: asked });
    return { backend, reason: 'asked_for', hideGpu: false };
  }
  return remembered(await inspect(), trial, trialFile('backend.json'));
}

/** {@link choose}, once for a machine as long as it stays what it is: the verdict of trials is kept in `file`. */
export async function remembered(machine: Machine, trial: Trial, file: string, nowMs = Date.now()): Promise<Choice> {
  let tried = false;
  const verdict = await readVerdict(file);
  const isFresh = verdict && verdict.key === machine.key && Math.abs(nowMs - verdict.atMs) < VERDICT_DAYS * DAY_MS;
  if (isFresh) return verdict.choice;
  const choice = await choose(machine, (what) => {
    tried = true;
    return trial(what);
  });
  if (tried) await writeVerdict(file, { key: machine.key, atMs: nowMs, choice });
  return choice;
}

async function readVerdict(file: string): Promise<v.InferOutput<typeof Verdict> | undefined> {
  try {
    return v.parse(Verdict, JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // None yet, or of another version: found out again.
    return undefined;
  }
}

/** A cache that cannot be written costs the next start a trial, and nothing else. */
async function writeVerdict(file: string, verdict: v.InferOutput<typeof Verdict>): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, JSON.stringify(verdict));
    await rename(temporary, file);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
