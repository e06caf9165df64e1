import type { ErrorView, Locale } from '#core/contract/views.ts';
import type { Currency } from '#core/domain/currency.ts';
import { moneyText } from '#core/report/money-text.ts';
import {
  createTranslator,
  isMessageKey,
  type MessageKey,
  type MessageParams,
  type Translate,
} from '#messages/translate.ts';

const translators = new Map<Locale, Translate>();

function translatorOf(locale: Locale): Translate {
  const made = translators.get(locale) ?? createTranslator(locale);
  translators.set(locale, made);
  return made;
}

/** Everything that is read: words, numbers, dates, money, in the language of the moment. */
export class Words {
  #locale = $state<Locale>('ja');
  #translate = $derived(translatorOf(this.#locale));
  #time = $derived(
    new Intl.DateTimeFormat(this.#locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }),
  );
  #day = $derived(
    new Intl.DateTimeFormat(this.#locale, {
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }),
  );
  #date = $derived(new Intl.DateTimeFormat(this.#locale, { year: 'numeric', month: 'short', day: 'numeric' }));
  #currency = $state<Currency>('JPY');
  #currencyNames = $derived(new Intl.DisplayNames(this.#locale, { type: 'currency' }));

  get locale(): Locale {
    return this.#locale;
  }

  use(locale: Locale): void {
    this.#locale = locale;
    document.documentElement.lang = locale;
  }

  t = (key: MessageKey, params?: MessageParams): string => this.#translate(key, params);

  /** The word for a value that data chose, `<group>.<value>`; without one, the value itself. */
  term = (group: string, value: string, params?: MessageParams): string => {
    const key = `${group}.${value}`;
    return isMessageKey(key) ? this.t(key, params) : value;
  };

  /** A failure in words that say what to do next. A parameter that the words need and the failure lacks must not hide it. */
  failure = (error: ErrorView): string => {
    try {
      return this.t(`error.${error.code}`, error.params);
    } catch {
      return this.t('error.internal', { detail: `${error.code} ${Object.values(error.params).join(' ')}`.trim() });
    }
  };

  /** A warning has words of its own where it is no failure yet. */
  warning = (warning: ErrorView): string => {
    const key = `warning.${warning.code}`;
    return isMessageKey(key) ? this.t(key, warning.params) : this.failure(warning);
  };

  number = (value: number, digits = 0): string =>
    value.toLocaleString(this.#locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });

  /** A share 0..1 as per cent. */
  percent = (share: number, digits = 0): string =>
    share.toLocaleString(this.#locale, {
      style: 'percent',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });

  /** Money in the site's currency, whatever that is. */
  yen = (value: number): string => moneyText(value, this.#currency, this.t);

  get currency(): Currency {
    return this.#currency;
  }

  useCurrency(currency: Currency): void {
    this.#currency = currency;
  }

  /** 米ドル (USD) */
  currencyName = (currency: Currency): string => `${this.#currencyNames.of(currency) ?? currency} (${currency})`;

  /** A language by its own name: 日本語, English. */
  languageName = (locale: Locale): string => new Intl.DisplayNames(locale, { type: 'language' }).of(locale) ?? locale;

  /** What stands beside a field for money. */
  get moneyUnit(): string {
    return this.#currency === 'JPY' ? this.t('unit.yen') : this.#currency;
  }

  time = (atMs: number): string => this.#time.format(atMs);
  dateTime = (atMs: number): string => this.#day.format(atMs);
  date = (atMs: number): string => this.#date.format(atMs);

  /** Seconds in the unit that a person would say. */
  duration = (seconds: number): string => {
    if (seconds < 90) return this.t('time.seconds', { n: Math.max(1, Math.round(seconds)) });
    if (seconds < 90 * 60) return this.t('time.minutes', { n: Math.round(seconds / 60) });
    return this.t('time.hours', { n: this.number(seconds / 3600, 1) });
  };

  /** Time left, as the range that it is. */
  left = (lowSeconds: number, highSeconds: number): string => {
    const low = this.duration(lowSeconds);
    const high = this.duration(highSeconds);
    return low === high ? this.t('time.left', { time: low }) : this.t('time.leftRange', { low, high });
  };
}
