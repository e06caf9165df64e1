import type { Translate } from '#messages/translate.ts';
import type { Currency } from '#core/domain/currency.ts';

/** `short`: millions and more in words, as beside a chart; exact elsewhere. */
export type Room = 'whole' | 'short';

/**
 * An amount in the site's currency as the reader's language writes it: yen in 万円 where the language counts so, small amounts
 * of other currencies with their cents. The one place where money becomes text, for window, paper and workbook sentences.
 */
export function moneyText(amount: number, currency: Currency, translate: Translate, room: Room = 'whole'): string {
  if (currency === 'JPY') {
    const rounded = Math.round(amount);
    const large = Math.abs(rounded) >= 10_000 ? 'yes' : 'no';
    return translate('report.yen', { yen: rounded, man: rounded / 10_000, large });
  }
  if (room === 'short' && Math.abs(amount) >= 1e6)
    return amount.toLocaleString(translate('report.locale'), {
      ...{ style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 },
    });
  const digits = Math.abs(amount) >= 100 ? { maximumFractionDigits: 0, minimumFractionDigits: 0 } : {};
  return amount.toLocaleString(translate('report.locale'), { style: 'currency', currency, ...digits });
}
