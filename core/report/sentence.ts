import type { MessageKey, Translate } from '#messages/translate.ts';
import type { Currency } from '#core/domain/currency.ts';
import { moneyText } from './money-text.ts';

/** A sentence as data: its message, its numbers, and the parameters that are themselves words of the reader's language. */
export interface Sentence {
  readonly key: MessageKey;
  readonly params?: Readonly<Record<string, string | number>>;
  readonly words?: Readonly<Record<string, MessageKey>>;
  /** Parameters that are amounts of money. */
  readonly money?: Readonly<Record<string, number>>;
  /** In which the amounts are; yen where it is not said. */
  readonly currency?: Currency;
}

/** The sentence in the translator's language. */
export function say(sentence: Sentence, translate: Translate): string {
  const { key, params, words = {}, money = {}, currency = 'JPY' } = sentence;
  const said = Object.entries(words).map(([name, word]) => [name, translate(word)] as const);
  const amounts = Object.entries(money).map(
    ([name, amount]) => [name, moneyText(amount, currency, translate)] as const,
  );
  return translate(key, { ...params, ...Object.fromEntries([...said, ...amounts]) });
}
