import type { ChainedRow } from '#core/store/audit.ts';
import { csvDocument, localTime, numberField, textField } from './csv.ts';

const columns = ['id', 'at', 'at_ms', 'who', 'what', 'params', 'previous_hash', 'hash'];

/**
 * The audit trail as a table with all that its hashes are made of, so that others can check them: each is the SHA-256 of the JSON
 * array [previous_hash, who, what, params, at_ms] in UTF-8, an apostrophe in front of =, +, - or @ left out. Names do not
 * follow the reader's language.
 */
export function auditTrailCsv(rows: Iterable<ChainedRow>): string {
  const lines: string[] = [];
  for (const row of rows)
    lines.push(
      [
        ...[numberField(row.id), localTime(row.atMs), numberField(row.atMs)],
        ...[row.who, row.what, row.params, row.previousHash, row.hash].map(textField),
      ].join(','),
    );
  return csvDocument(columns, lines);
}
