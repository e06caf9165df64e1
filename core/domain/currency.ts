/** Currencies that a site may count in (ISO 4217). */
export const currencies = [
  'JPY',
  'USD',
  'EUR',
  'GBP',
  'CNY',
  'KRW',
  'TWD',
  'THB',
  'VND',
  'IDR',
  'MYR',
  'PHP',
  'INR',
  'MXN',
] as const;
export type Currency = (typeof currencies)[number];

export interface CurrencyChange {
  readonly was: Currency;
  readonly currency: Currency;
  /** New units for one old one, as a person typed it; null: what was typed so far was in the new currency already. */
  readonly rate: number | null;
  readonly who: string;
  readonly atMs: number;
}

/**
 * Yen for one unit, to one digit. They only bring an assumed starting value into the right order of magnitude, which is all that
 * an assumption claims; what a person entered is converted by the rate that the person types, never by these.
 */
const roughYenPerUnit: Readonly<Record<Currency, number>> = {
  JPY: 1,
  USD: 150,
  EUR: 160,
  GBP: 190,
  CNY: 20,
  KRW: 0.1,
  TWD: 5,
  THB: 4,
  VND: 0.006,
  IDR: 0.009,
  MYR: 35,
  PHP: 2.5,
  INR: 1.8,
  MXN: 8,
};

export function isCurrency(code: string): code is Currency {
  return (currencies as readonly string[]).includes(code);
}

/** An assumed amount of yen in another currency, to two digits: more would look like knowledge. */
export function assumedAmount(yen: number, currency: Currency): number {
  if (currency === 'JPY' || yen === 0) return yen;
  return Number((yen / roughYenPerUnit[currency]).toPrecision(2));
}
