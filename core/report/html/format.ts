import type { Translate } from '#messages/translate.ts';
import type { Currency } from '#core/domain/currency.ts';
import { moneyText, type Room } from '../money-text.ts';

interface Ranged {
  readonly value: number | null;
  readonly lower95: number;
  readonly upper95: number;
}

/** Numbers as the reader's language writes them; "not measured yet" where there is none. */
export class Format {
  readonly translate: Translate;
  readonly locale: string;

  readonly currency: Currency;

  constructor(translate: Translate, currency: Currency = 'JPY') {
    this.translate = translate;
    this.currency = currency;
    this.locale = translate('report.locale');
  }

  number(value: number | null, digits = 0): string {
    if (value === null) return this.translate('report.not_measured');
    return value.toLocaleString(this.locale, { maximumFractionDigits: digits, minimumFractionDigits: digits });
  }

  /** 0..1 as per cent. */
  percent(value: number | null, digits = 1): string {
    if (value === null) return this.translate('report.not_measured');
    const fraction = { maximumFractionDigits: digits, minimumFractionDigits: digits };
    return value.toLocaleString(this.locale, { style: 'percent', ...fraction });
  }

  /** Money in the site's currency. */
  yen(value: number | null, room: Room = 'whole'): string {
    if (value === null) return this.translate('report.not_measured');
    return moneyText(value, this.currency, this.translate, room);
  }

  /** Over a hundred years is no plan, whatever the division gave. */
  months(value: number | null): string {
    if (value === null) return this.translate('report.never_pays');
    return value > 1200 ? this.translate('report.months_over') : this.translate('report.months', { months: value });
  }

  date(atMs: number): string {
    return new Date(atMs).toLocaleDateString(this.locale, { year: 'numeric', month: 'long', day: 'numeric' });
  }

  /** The 95 % range, written by `write`. */
  range(rate: Ranged, write: (value: number) => string): string {
    return `${write(rate.lower95)} – ${write(rate.upper95)}`;
  }
}
