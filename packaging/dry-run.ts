import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../native/setup/files.mjs';
import { capture, runVisibly, which } from '../native/setup/processes.mjs';
import { say } from '../native/setup/say.mjs';
import { packApp } from './build.ts';
import { listArchive, wrongFuses, wrongInList, wrongIntegrity, wrongLicences } from './checks.ts';
import { hasRuntime, nativeStage, stageNative, stageStandIn } from './native-files.ts';
import { runPacked } from './run-packed.ts';
import { endWith } from './end.ts';
import { measure } from './sizes.ts';
import { stageApp } from './stage.ts';
import { makeStubElectron } from './stub-electron.ts';
import { facts, workDir } from './targets.ts';
import type { Target } from './targets.ts';

const runsHere = (target: Target): boolean => facts[target].platform === process.platform;

/**
 * Packs for each system against a stub in place of Electron, looks at what was packed, and runs a pilot in what can run here.
 * Only the packages of another system come from the network, before; everything else happens without one where the system lets
 * us cut it off.
 *
 * @returns what is wrong, in words
 */
export async function dryRun(chosen: readonly Target[]): Promise<readonly string[]> {
  const start = performance.now();
  for (const target of chosen) {
    await stageApp(target);
    if (runsHere(target) || hasRuntime(target)) await stageNative(target);
    else {
      await stageStandIn(target);
      say(`${target}: a stand-in of a few bytes takes the native folder's place`);
    }
  }
  const [command = '', ...before] = await withoutNetwork();
  const wrong: string[] = [];
  for (const target of chosen) {
    const script = fileURLToPath(import.meta.url);
    const { code } = await runVisibly(command, [...before, script, target], { cwd: root });
    if (code !== 0) wrong.push(`${target}: see above`);
    await rm(workDir(target), { recursive: true, force: true });
  }
  say(`${((performance.now() - start) / 1000).toFixed(0)} s`);
  return wrong;
}

/** The command that starts Node without network, or Node alone where no namespace can be made. */
async function withoutNetwork(): Promise<readonly string[]> {
  const unshare = which('unshare');
  if (unshare && (await capture(unshare, ['-rn', 'true'])).code === 0) return [unshare, '-rn', process.execPath];
  say('The network could not be cut off here (unshare -rn): nothing asks for it, but that is not proven.');
  return [process.execPath];
}

/** Packs and looks; in a process of its own, without network. */
async function packAndLook(target: Target): Promise<readonly string[]> {
  const dir = workDir(target);
  const electronDist = join(dir, 'electron');
  await makeStubElectron(target, electronDist);
  const output = join(dir, 'out');
  await packApp({ target, app: join(dir, 'app'), native: nativeStage(target), output, formats: ['dir'], electronDist });
  const folder = join(output, `${target}-unpacked`);
  const resources = join(folder, 'resources');
  const { lines, wrong } = await measure(target, resources);
  for (const line of lines) say(`  ${target} ${line}`);
  const found = [
    ...wrong,
    ...(await wrongLicences(resources)),
    ...wrongInList(target, listArchive(join(resources, 'app.asar'))),
    ...(await wrongFuses(target, folder)),
    ...(target === 'win' ? await wrongIntegrity(folder) : []),
  ];
  if (found.length > 0 || !runsHere(target)) return found;
  const work = await mkdtemp(join(tmpdir(), 'minarai-packed-'));
  say(`  ${target} packed pilot: ${JSON.stringify(await runPacked(resources, work))}`);
  return [];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  endWith(await packAndLook(process.argv[2] === 'win' ? 'win' : 'linux'));
}
