import type { Translate } from '#messages/translate.ts';

interface Ranged {
  readonly value: number | null;
  readonly lower95: number;
  readonly upper95: number;
}

/** Numbers as the reader's language writes them; "not measured yet" where there is none. */
export class Format {
  readonly translate: Translate;
  readonly locale: string;

  constructor(translate: Translate) {
    this.translate = translate;
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

  /** Exact in yen; from ten thousand on in 万円 where the language counts so. */
  yen(value: number | null): string {
    if (value === null) return this.translate('report.not_measured');
    const rounded = Math.round(value);
    return this.translate('report.yen', {
      yen: rounded,
      man: rounded / 10_000,
      large: Math.abs(rounded) >= 10_000 ? 'yes' : 'no',
    });
  }

  months(value: number | null): string {
    return value === null ? this.translate('report.never_pays') : this.translate('report.months', { months: value });
  }

  date(atMs: number): string {
    return new Date(atMs).toLocaleDateString(this.locale, { year: 'numeric', month: 'long', day: 'numeric' });
  }

  /** The 95 % range, written by `write`. */
  range(rate: Ranged, write: (value: number) => string): string {
    return `${write(rate.lower95)} – ${write(rate.upper95)}`;
  }
}
