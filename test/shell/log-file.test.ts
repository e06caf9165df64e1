import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#core/contract/errors.ts';
import { openLog } from '#core/shell/log-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'minarai-log-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const lines = (name = 'minarai.ndjson'): unknown[] =>
  readFileSync(join(dir, 'logs', name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('the log', () => {
  it('leaves no folder behind before its first line', () => {
    openLog(dir);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('keeps errors with stack and cause, one JSON object a line', () => {
    const log = openLog(dir);
    log('error', 'failed', { error: new AppError('disk_full', {}, { cause: new Error('ENOSPC') }) });
    log('info', 'two\nlines');
    expect(lines()).toMatchObject([
      { level: 'error', event: 'failed', error: { name: 'AppError', cause: { message: 'ENOSPC' } } },
      { event: 'two\nlines' },
    ]);
    expect(statSync(join(dir, 'logs', 'minarai.ndjson')).mode & 0o077).toBe(0);
  });

  it('is rotated, and never grows beyond three files', () => {
    const log = openLog(dir);
    const text = 'x'.repeat(900_000);
    for (let n = 0; n < 9; n++) log('info', `line ${n}`, { text });
    const files = readdirSync(join(dir, 'logs')).sort();
    expect(files).toEqual(['minarai.ndjson', 'minarai.ndjson.1', 'minarai.ndjson.2']);
    for (const file of files) expect(statSync(join(dir, 'logs', file)).size).toBeLessThanOrEqual(2_000_000);
    expect(lines()).toMatchObject([{ event: 'line 8' }]);
    expect(lines('minarai.ndjson.1')).toMatchObject([{ event: 'line 6' }, { event: 'line 7' }]);
  });

  it('does not stop the app when it cannot be written', () => {
    writeFileSync(join(dir, 'logs'), 'a file where the folder should be');
    const log = openLog(dir);
    expect(() => log('info', 'lost')).not.toThrow();
  });
});
