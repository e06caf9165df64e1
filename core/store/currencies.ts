import { isCurrency, type Currency, type CurrencyChange } from '#core/domain/currency.ts';
import type { PilotId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';

/** The currency that a pilot counts in: yen until somebody says otherwise. */
export function pilotCurrency(db: Reader, pilotId: PilotId): Currency {
  const sql = 'SELECT currency FROM currency_change WHERE pilot_id = ? ORDER BY id DESC LIMIT 1';
  const code = db.value<string>(sql, pilotId);
  return code !== undefined && isCurrency(code) ? code : 'JPY';
}

/** Newest first. */
export function currencyChanges(db: Reader, pilotId: PilotId): CurrencyChange[] {
  return db.all<CurrencyChange>(
    'SELECT was, currency, rate, who, at_ms AS atMs FROM currency_change WHERE pilot_id = ? ORDER BY id DESC',
    pilotId,
  );
}

export function addCurrencyChange(db: Writer, pilotId: PilotId, change: CurrencyChange): void {
  const { was, currency, rate, who, atMs } = change;
  db.run(
    'INSERT INTO currency_change (pilot_id, was, currency, rate, who, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    ...[pilotId, was, currency, rate, who, atMs],
  );
}
