/**
 * `npm test`: set-up, the checks, the tests in Node, the tests in a browser, and the sum of both as the last line.
 * `npm test -- NAME` runs only the test files whose path contains NAME; `npm test -- e2e NAME` does so in the browser.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setUpOrExit } from './setup.mjs';
import { findChromium } from './setup/browser.mjs';
import { runWithin } from './setup/deadline.mjs';
import { readIfThere, root } from './setup/files.mjs';
import { runVisibly, which } from './setup/processes.mjs';
import { countPlaywright, countVitest } from './setup/test-report.mjs';

/** @typedef {import('./setup/test-report.mjs').Counts} Counts */

const results = join(root, 'test-results');
const [first, ...rest] = process.argv.slice(2);
const wholeSuite = first === undefined;
/** @type {NodeJS.ProcessEnv} */
const env = { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env };

// The pages are served in tests of the host as well as in the browser's.
const node = await setUpOrExit({ pages: true });
/** Where a browser is; tests of the window drive it from vitest, the whole flow from Playwright. */
const chromium = findChromium() ?? (await installChromium());
if (chromium) env.CHROMIUM_PATH = chromium;
const checksPassed = !wholeSuite || (await checks());
const packed = !wholeSuite || (await packs());
const inNode = first === 'e2e' ? none() : await vitest(wholeSuite ? [] : [first, ...rest]);
const inBrowser = wholeSuite || first === 'e2e' ? await playwright(rest) : none();

const passed = inNode.passed + inBrowser.passed;
const failed = inNode.failed + inBrowser.failed;
const skipped = inNode.skipped + inBrowser.skipped;
if (skipped > 0) console.log(`${skipped} skipped`);
if (!checksPassed) console.log('npm run check failed (see above)');
if (!packed) console.log('npm run package:dry failed (see above)');
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && checksPassed && packed ? 0 : 1;

/** @returns {Counts} */
function none() {
  return { passed: 0, failed: 0, skipped: 0 };
}

async function checks() {
  return (await runWithin(node, [join(root, 'native', 'check.mjs')], { cwd: root, env, limitSeconds: 300 })) === 0;
}

/** The app packed for each system without Electron, and a pilot run from what was packed. */
async function packs() {
  const script = join(root, 'packaging', 'main.ts');
  return (await runWithin(node, [script, '--dry'], { cwd: root, env, limitSeconds: 400 })) === 0;
}

/** @param {string[]} filters */
async function vitest(filters) {
  const output = join(results, 'vitest.json');
  await rm(output, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${output}`];
  const script = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const where = chromium ? [] : ['--project=node'];
  const skipped = chromium ? none() : await skipBrowserTests('renderer', '.test.ts');
  const code = await runWithin(node, [script, 'run', ...reporters, ...where, ...filters], {
    cwd: root,
    env,
    limitSeconds: 2400,
  });
  const counts = countVitest({ code, report: await readIfThere(output) });
  return { ...counts, skipped: counts.skipped + skipped.skipped };
}

/** @param {string[]} filters */
async function playwright(filters) {
  if (!chromium) return skipBrowserTests('e2e', '.spec.ts');
  const output = join(results, 'playwright.json');
  await rm(output, { force: true });
  const script = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  const code = await runWithin(node, [script, 'test', ...filters], {
    cwd: root,
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: output },
    limitSeconds: 900,
  });
  return countPlaywright({ code, report: await readIfThere(output) });
}

/** On a build machine that is ours to change, installs what the browser tests need. */
async function installChromium() {
  if (process.env['CI'] !== 'true' || process.getuid?.() !== 0 || !which('apt-get')) return undefined;
  console.log('No Chromium: installing chromium and fonts-noto-cjk with apt-get (CI)');
  const quietly = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, quiet: true };
  await runVisibly('apt-get', ['update'], quietly);
  await runVisibly('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'], quietly);
  return findChromium();
}

/**
 * Names what cannot run without a browser, and how to run it.
 *
 * @param {'e2e' | 'renderer'} folder
 * @param {string} ending
 */
async function skipBrowserTests(folder, ending) {
  const specs = (await readdir(join(root, 'test', folder))).filter((name) => name.endsWith(ending));
  for (const name of specs) console.log(`skipped: test/${folder}/${name} (no Chromium)`);
  console.log(
    'To run the browser tests: sudo apt install chromium fonts-noto-cjk, or npx playwright install chromium, or set CHROMIUM_PATH.',
  );
  return { ...none(), skipped: specs.length };
}
