/**
 * `npm run test:faults`: every fault of test/faults at its full size, one after the other so that their figures are their
 * own, and a table of what was tried and what survived. `npm run test:faults -- NAME` runs the files whose path contains NAME,
 * `--json` prints nothing but the rows on standard output, `--short` tries as much as `npm test` does.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setUpOrExit } from './setup.mjs';
import { runWithin } from './setup/deadline.mjs';
import { faultsJson, faultsTable, notSurvived, readFaultRows } from './setup/faults-table.mjs';
import { readIfThere, root } from './setup/files.mjs';
import { countVitest } from './setup/test-report.mjs';

const results = join(root, 'test-results');
const records = join(results, 'faults.ndjson');
const output = join(results, 'faults.json');
/** A hundred thousand pictures at a few hundred a second, on a machine that has other things to do. */
const TEST_LIMIT_SECONDS = 1800;
const WHOLE_LIMIT_SECONDS = 7200;

// The window is served in some of them.
const node = await setUpOrExit({ pages: true });
await mkdir(results, { recursive: true });
const { values: options, positionals: names } = parseArgs({
  options: { json: { type: 'boolean', default: false }, short: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const say = options.json ? console.error : console.log;
// By name, one by one: vitest's own choice of a folder does not hold for projects, and a filter beside it is an alternative.
const files = (await readdir(join(root, 'test', 'faults')))
  .filter((file) => file.endsWith('.test.ts') && (names.length === 0 || names.some((name) => file.includes(name))))
  .map((file) => join('test', 'faults', file));
if (files.length === 0) {
  console.error(`No file of test/faults is called ${names.join(' or ')}.`);
  process.exit(2);
}
for (const file of [records, output]) await rm(file, { force: true });
const code = await runWithin(
  node,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    ...['run', '--project=node', '--no-file-parallelism'],
    ...[`--testTimeout=${TEST_LIMIT_SECONDS * 1000}`, `--hookTimeout=${TEST_LIMIT_SECONDS * 1000}`],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${output}`],
    ...files,
  ],
  {
    cwd: root,
    env: {
      TF_CPP_MIN_LOG_LEVEL: '2',
      ...process.env,
      MINARAI_FAULTS: options.short ? 'short' : 'full',
      MINARAI_FAULTS_RECORD: records,
    },
    toStderr: options.json,
    limitSeconds: WHOLE_LIMIT_SECONDS,
  },
);
const { passed, failed, skipped } = countVitest({ code, report: await readIfThere(output) });
const rows = readFaultRows(await readIfThere(records));
if (options.json) console.log(JSON.stringify(faultsJson(rows)));
say(`\n${faultsTable(rows)}\n`);
if (skipped > 0) say(`${skipped} skipped`);
say(`${rows.length} faults, ${passed} tests passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 && notSurvived(rows).length === 0 ? 0 : 1;
