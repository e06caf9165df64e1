import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { auditTrailCsv } from '#core/report/trail-sheet.ts';
import { addAudit, auditChain, auditEnd, verifyAudit } from '#core/store/audit.ts';
import { temporaryStore } from '../store/fixture.ts';

it('holds all that somebody else needs to check the chain', () => {
  const { read, write } = temporaryStore();
  for (const [n, who] of ['佐藤', '=HYPERLINK("x")', 'a "b", c', ''].entries())
    addAudit(write, { who, what: 'models.use', params: { reason: `r\n${n}`, model: n }, atMs: 1_700_000_000_000 + n });
  expect(verifyAudit(read)).toBeNull();
  const rows = parse(auditTrailCsv(auditChain(read)), { columns: true, bom: true }) as Record<string, string>[];
  expect(rows).toHaveLength(4);
  let previous = '0'.repeat(64);
  for (const row of rows) {
    const who = row['who']!.replace(/^'(?=[=+\-@])/, '');
    const json = JSON.stringify([previous, who, row['what'], row['params'], Number(row['at_ms'])]);
    previous = createHash('sha256').update(json).digest('hex');
    expect(row['hash']).toBe(previous);
  }
  expect(auditEnd(read)).toEqual({ entries: 4, hash: previous });
  expect(rows[1]!['who']).toMatch(/^'=/);
});
