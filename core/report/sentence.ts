import type { MessageKey, Translate } from '#messages/translate.ts';

/** A sentence as data: its message, its numbers, and the parameters that are themselves words of the reader's language. */
export interface Sentence {
  readonly key: MessageKey;
  readonly params?: Readonly<Record<string, string | number>>;
  readonly words?: Readonly<Record<string, MessageKey>>;
}

/** The sentence in the translator's language. */
export function say(sentence: Sentence, translate: Translate): string {
  const words = Object.entries(sentence.words ?? {}).map(([name, key]) => [name, translate(key)] as const);
  return translate(sentence.key, { ...sentence.params, ...Object.fromEntries(words) });
}
