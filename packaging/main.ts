import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../native/setup/files.mjs';
import { say } from '../native/setup/say.mjs';
import { packApp } from './build.ts';
import { dryRun } from './dry-run.ts';
import { endWith } from './end.ts';
import { hasRuntime, nativeStage, stageNative } from './native-files.ts';
import { stageApp } from './stage.ts';
import { writeSums } from './sums.ts';
import { targets } from './targets.ts';
import { makeWindowsRuntime } from './windows-runtime.ts';

/*
 * npm run package -- --linux|--win   the installers, into release/, with Electron's own release
 * npm run package:dry                everything but Electron, tried without network: packaging/dry-run.ts
 */
const args = process.argv.slice(2);
const chosen = targets.filter((target) => args.includes(`--${target}`));

if (args.includes('--dry')) {
  const wrong = await dryRun(chosen.length > 0 ? chosen : targets);
  say(wrong.length === 0 ? 'package:dry passed' : `package:dry failed: ${wrong.length} wrong`);
  endWith(wrong);
} else if (chosen.length === 0) {
  say('usage: npm run package -- --linux|--win');
  process.exit(2);
} else {
  const output = join(root, 'release');
  for (const target of chosen) {
    await rm(join(output, `${target}-unpacked`), { recursive: true, force: true });
    const app = await stageApp(target);
    if (target === 'win' && !hasRuntime(target)) await makeWindowsRuntime();
    await stageNative(target);
    await packApp({ target, app, native: nativeStage(target), output, formats: [] });
  }
  await writeSums(output);
}
