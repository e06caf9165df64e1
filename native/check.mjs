/**
 * `npm run check`: everything about the sources that a tool can see. All checks run, also after one has failed; the
 * output of those that failed follows their line.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { root } from './setup/files.mjs';

/** @typedef {{ name: string, script: string, args: string[] }} Check */
/** @typedef {{ name: string, passed: boolean, seconds: number, output: string }} Result */

const layers = ['core', 'engine', 'renderer', 'host', 'electron', 'native', 'bench', 'test', 'messages'];
const present = layers.filter((folder) => existsSync(join(root, folder)));

/** Longest first, so that two at a time end together. @type {Check[]} */
const checks = [
  {
    name: 'oxlint',
    script: scriptOf('oxlint'),
    args: ['--type-aware', '--deny-warnings', '--report-unused-disable-directives'],
  },
  { name: 'tsc', script: scriptOf('typescript:tsc'), args: ['--noEmit', '--project', 'tsconfig.json'] },
  {
    name: 'svelte-check',
    script: scriptOf('svelte-check'),
    args: ['--tsconfig', 'renderer/tsconfig.json', '--fail-on-warnings', '--output', 'human'],
  },
  { name: 'prettier', script: scriptOf('prettier'), args: ['--check', '.'] },
  {
    name: 'dependency-cruiser',
    script: scriptOf('dependency-cruiser:depcruise'),
    args: ['--config', '.dependency-cruiser.mjs', '--output-type', 'err-long', ...present],
  },
  { name: 'knip', script: scriptOf('knip'), args: ['--no-progress'] },
  { name: 'notices', script: join(root, 'native', 'notices.mjs'), args: ['--check'] },
];

/**
 * The script of a package's command.
 * @param {string} tool `package` or `package:command`
 */
function scriptOf(tool) {
  const [name = '', command = name] = tool.split(':');
  const folder = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

/** @param {Check} check @returns {Promise<Result>} */
function run({ name, script, args }) {
  const start = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('close', (code) => {
      const seconds = (performance.now() - start) / 1000;
      resolve({ name, passed: code === 0, seconds, output: Buffer.concat(chunks).toString('utf8').trim() });
    });
  });
}

/**
 * Runs all checks, two at a time where there are two cores, and prints each one's outcome as it ends.
 * @returns {Promise<string[]>} the names of those that failed
 */
export async function runChecks() {
  const waiting = [...checks];
  /** @type {string[]} */
  const failed = [];
  const worker = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const { name, passed, seconds, output } = await run(check);
      console.log(`${passed ? '✓' : '✗'} ${name} ${seconds.toFixed(1)} s`);
      if (passed) continue;
      failed.push(name);
      console.log(output.replace(/^/gm, '    '));
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
  console.log(failed.length === 0 ? `all ${checks.length} checks passed` : `checks failed: ${failed.join(', ')}`);
  return failed;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const failed = await runChecks();
  process.exitCode = failed.length === 0 ? 0 : 1;
}
