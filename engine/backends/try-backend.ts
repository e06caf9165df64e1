import { execFile } from 'node:child_process';
import { join } from 'node:path';
import * as v from 'valibot';
import { failures } from './choose.ts';
import type { Trial, TrialResult } from './choose.ts';

/** A driver compiles every shader anew the first time; what has not answered then never will. */
const LIMIT_MS = 60_000;

const Result = v.variant('ok', [
  v.object({ ok: v.literal(true), gpu: v.boolean(), device: v.string(), stepMs: v.number() }),
  v.object({ ok: v.literal(false), failure: v.picklist(failures), detail: v.string() }),
]);

/** Runs trial.ts in a process of its own: what crashes or hangs there is an answer here. */
export const tryBackend: Trial = (what) => tryIn(join(import.meta.dirname, 'trial.ts'), what, LIMIT_MS);

/** {@link tryBackend} with any script, for tests of how scripts end. */
export function tryIn(script: string, what: Parameters<Trial>[0], limitMs: number): Promise<TrialResult> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [script, what],
      { timeout: limitMs, killSignal: 'SIGKILL', env: { ...process.env, MINARAI_BACKEND: '' } },
      (error, stdout, stderr) => {
        const lastWords = stderr.trim().split('\n').at(-1) ?? '';
        if (error?.killed) return resolve({ ok: false, failure: 'hung', detail: `${limitMs} ms` });
        const told = v.safeParse(v.pipe(v.string(), v.parseJson(), Result), stdout.trim().split('\n').at(-1) ?? '');
        // A driver that crashes only when it is left has computed all the same.
        if (told.success) return resolve(told.output);
        return resolve({ ok: false, failure: 'crashed', detail: error?.signal ?? lastWords });
      },
    );
    child.stdin?.end();
  });
}
