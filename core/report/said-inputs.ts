import type { Currency, CurrencyChange } from '#core/domain/currency.ts';
import { isInputName, type RoiInput, type RoiInputName } from '#core/domain/roi.ts';

/** One word on an input as it was said; `from` null: the starting value that nobody said. */
interface Said {
  readonly name: string;
  readonly from: Pick<RoiInput, 'value' | 'kind'> | null;
  readonly to: Pick<RoiInput, 'value' | 'kind'>;
  readonly who: string;
  readonly atMs: number;
}

/**
 * In which money a word was said: before and after differ where a change of the currency converted the amount. A change without
 * a rate says that what was typed before it was in the new currency already.
 */
export function currencyThen(
  atMs: number,
  changes: readonly CurrencyChange[],
  now: Currency,
): { readonly before: Currency; readonly after: Currency } {
  const oldestFirst = changes.filter(({ rate }) => rate !== null).reverse();
  const at = (later: (change: CurrencyChange) => boolean) => oldestFirst.find(later)?.was ?? now;
  return { before: at((change) => change.atMs >= atMs), after: at((change) => change.atMs > atMs) };
}

/** A figure of the site that was entered, and entered otherwise later. */
export interface ReportInputChange {
  readonly name: RoiInputName;
  readonly from: number;
  readonly to: number;
  /** In which money both are; of no meaning where they are none. */
  readonly currency: Currency;
  readonly who: string;
  readonly atMs: number;
}

/**
 * What was entered and entered otherwise later: a wage that rose, a price that was corrected. First words are no change, and
 * what a change of the currency converted is told by that change.
 */
export function changedInputs(
  said: readonly Said[],
  currencies: readonly CurrencyChange[],
  now: Currency,
): ReportInputChange[] {
  return said.flatMap(({ name, from, to, who, atMs }) => {
    const { before, after } = currencyThen(atMs, currencies, now);
    const entered = from !== null && from.kind !== 'assumed' && to.kind !== 'assumed' && from.value !== to.value;
    return entered && before === after && isInputName(name)
      ? [{ name, from: from.value, to: to.value, currency: after, who, atMs }]
      : [];
  });
}
