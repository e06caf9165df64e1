import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { faultsJson, faultsTable, notSurvived, readFaultRows } from '#native/setup/faults-table.mjs';
import { record } from '#test/faults/record.ts';

const rows = [
  {
    fault: '12 many files',
    inputs: 100_000,
    survived: 100_000,
    lost: 0,
    seconds: 61.5,
    figures: { peakRssMb: 210, callP95Ms: 18 },
  },
  { fault: '7 malformed files', inputs: 600, survived: 599, lost: 0, seconds: 2 },
];

test('what tests record is read back and sorted by the number of the fault', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'faults.ndjson');
  vi.stubEnv('MINARAI_FAULTS_RECORD', file);
  rows.forEach(record);
  expect(readFaultRows(readFileSync(file, 'utf8'))).toEqual(
    rows.toReversed().map((row) => ({ ...row, seconds: expect.any(Number) })),
  );
  expect(readFaultRows(undefined)).toEqual([]);
});

test('the table shows every count with its figures in columns', () => {
  expect(faultsTable(rows).split('\n')).toEqual([
    '| fault             | inputs tried | survived | lost | seconds | figures |',
    '| ----------------- | -----------: | -------: | ---: | ------: | ------- |',
    '| 12 many files     |      100,000 |  100,000 |    0 |    61.5 | peak rss mb 210, call p95 ms 18 |',
    '| 7 malformed files |          600 |      599 |    0 |       2 |         |',
  ]);
});

test('for a machine what was tried of one number is one row', () => {
  const more = { fault: '7 sizes', inputs: 2, survived: 2, lost: 0, seconds: 0.25 };
  expect(faultsJson([...rows, more, { ...more, fault: 'without a number' }])).toEqual({
    rows: [
      { row: 12, tried: 100_000, survived: 100_000, lost: 0, seconds: 61.5 },
      { row: 7, tried: 602, survived: 601, lost: 0, seconds: 2.3 },
    ],
  });
});

test('a fault that did not survive all that was tried fails the run', () => {
  expect(notSurvived(rows).map(({ fault }) => fault)).toEqual(['7 malformed files']);
  expect(notSurvived([{ fault: 'x', inputs: 1, survived: 1, lost: 1, seconds: 0 }])).toHaveLength(1);
});
