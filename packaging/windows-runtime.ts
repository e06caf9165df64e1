import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { linkOrCopy, root, temporaryFor } from '../native/setup/files.mjs';
import { say, sentenceFor, step } from '../native/setup/say.mjs';
import { fillCache } from '../native/setup/tensorflow.mjs';
import { windowsTensorFlow } from '../native/setup/windows-wheels.mjs';
import { readTables } from './program-tables.ts';
import type { Tables } from './program-tables.ts';
import { facts } from './targets.ts';
import { compileForWindows } from './windows-binding.ts';
import { tryUnderWine } from './windows-trial.ts';

/*
 * npm run windows-runtime: native/runtime/win32-x64 made on Linux, looked at, and tried where Wine is.
 *
 * A command of its own: it fetches half a gigabyte and compiles for minutes, which neither a test nor a dry run may. All three
 * files lie side by side, since Windows looks for what a DLL needs in the folder of the file that Node was told to load.
 */
const target = join(root, 'native', 'runtime', facts.win.native);
const library = '_pywrap_tensorflow_common.dll';

/** DLLs that every Windows has. */
const ofWindows =
  /^(api-ms-win-crt-.+|advapi32|bcrypt|crypt32|dbghelp|kernel32|normaliz|ntdll|ole32|shell32|shlwapi|ws2_32)\.dll$/i;
/** Microsoft's C++ runtime: not part of Windows, and to be handed on only by whoever has a licence of Visual Studio. */
const ofVisualC = /^(msvcp|vcruntime)140(_1)?\.dll$/i;

/** Makes Windows' native folder. */
export async function makeWindowsRuntime(): Promise<void> {
  const unpacked = await fillCache(windowsTensorFlow);
  const made = temporaryFor(target);
  try {
    await step("TensorFlow's binding for Windows (compiling)", () => compileForWindows(unpacked, made));
    await linkOrCopy(join(unpacked, 'lib', library), join(target, library));
    for (const file of ['python311.dll', 'tfjs_binding.node']) await rename(join(made, file), join(target, file));
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** What would keep the folder from being loaded on Windows, and the DLLs of Microsoft's C++ runtime that it needs from elsewhere. */
export function lookAtTables(tables: ReadonlyMap<string, Tables>): {
  wrong: readonly string[];
  visualC: readonly string[];
} {
  const wrong: string[] = [];
  const visualC = new Set<string>();
  for (const [file, { imports }] of tables)
    for (const [dll, names] of imports) {
      const beside = tables.get(dll);
      if (beside) {
        const given = new Set(beside.exports);
        wrong.push(
          ...names.filter((name) => !given.has(name)).map((name) => `${file} asks ${dll} for ${name}, which it lacks`),
        );
      } else if (ofVisualC.test(dll)) visualC.add(dll);
      else if (!ofWindows.test(dll)) wrong.push(`${file} needs ${dll}, which is not there`);
    }
  return { wrong, visualC: [...visualC] };
}

async function main(): Promise<void> {
  await makeWindowsRuntime();
  const files = [library, 'python311.dll', 'tfjs_binding.node'];
  const tables = new Map<string, Tables>();
  for (const file of files) tables.set(basename(file), await readTables(join(target, file)));
  const { wrong, visualC } = lookAtTables(tables);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  const there = visualC.filter((dll) => existsSync(join(target, dll)));
  say(`needs of Microsoft's C++ runtime: ${visualC.join(', ')} (in the folder: ${there.join(', ') || 'none'})`);
  const told = await tryUnderWine(target);
  say(told === null ? 'skipped: no Wine here, nothing of it was run' : `under Wine: ${told}`);
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    say(`✗ ${sentenceFor(error) ?? String(error)}`);
    process.exitCode = 1;
  }
}
