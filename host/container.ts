import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, renameSync } from 'node:fs';
import { join, sep } from 'node:path';
import { containerSteps, newestCheckpoint } from './container-steps.ts';

/*
 * What a container runs (deploy/): the command line, told of its place among the others. Set-up was done when the image was built, so
 * nothing is fetched.
 */

const cli = join(import.meta.dirname, 'cli.ts');

/** Runs one command line in this terminal; a wish to stop is handed on. @returns its exit code */
function run(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const child = spawn(process.execPath, [cli, ...args], { stdio: 'inherit', env: { ...process.env, ...env } });
  const stop = (): void => void child.kill('SIGTERM');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}

/** Puts what was learnt where it outlives the container: only the first worker has checkpoints. */
function handOut(data: string, results: string): void {
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' }).map((file) => file.split(sep).join('/'));
  const newest = newestCheckpoint(files);
  if (newest === undefined) return;
  const target = join(results, 'checkpoint.minarai');
  copyFileSync(join(data, newest), `${target}.part`);
  renameSync(`${target}.part`, target);
}

const [command] = process.argv.slice(2);
const { MINARAI_DATA: data, MINARAI_RESULTS: results } = process.env;
const { steps, env } = containerSteps(process.argv.slice(2), process.env, existsSync);
for (const args of steps) {
  process.exitCode = await run(args, env);
  if (process.exitCode !== 0) break;
}
// Also of a run that was stopped: another container can begin with it (--start-from).
if (command === 'pretrain' && data && results && existsSync(data)) handOut(data, results);
