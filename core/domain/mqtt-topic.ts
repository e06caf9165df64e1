/*
 * Topics of MQTT made from a pattern with fields, `plant/{line}/{camera}/verdict`. What a field holds is a person's word, so it can neither
 * add a level nor be a wildcard, and two names never become one topic.
 */

/** Which fields a pattern may have: those that every message of its kind holds. */
export const topicFields = {
  verdict: ['line', 'camera', 'verdict', 'by'],
  last: ['line', 'camera'],
  alarm: ['line', 'camera', 'alarm', 'state'],
  status: ['line'],
} as const;
export type TopicKind = keyof typeof topicFields;

/** Why a pattern cannot be used: message key `outputs.topic.<trouble>`. */
export const topicTroubles = ['empty', 'wildcard', 'unprintable', 'reserved', 'field', 'long'] as const;
export type TopicTrouble = (typeof topicTroubles)[number];

/** A topic has at most 65,535 bytes (MQTT 3.1.1, 1.5.3); names of 500 characters come in for the fields. */
const LONGEST_PATTERN = 200;

const field = /\{([^{}]*)\}/g;
// MQTT 3.1.1, 1.5.3: a receiver may end the connection at control characters and at what is no character at all.
const unprintable = /[\p{Cc}\p{Cs}\p{Cn}]/u;

/** What is wrong with a pattern; null: nothing. */
export function topicTrouble(kind: TopicKind, pattern: string): TopicTrouble | null {
  if (pattern.trim() === '') return 'empty';
  if (pattern.length > LONGEST_PATTERN) return 'long';
  if (/[+#]/.test(pattern)) return 'wildcard';
  if (unprintable.test(pattern)) return 'unprintable';
  // Topics that begin so are the broker's own.
  if (pattern.startsWith('$')) return 'reserved';
  const known: readonly string[] = topicFields[kind];
  const rest = pattern.replaceAll(field, (whole, name: string) => (known.includes(name) ? '' : whole));
  return /[{}]/.test(rest) ? 'field' : null;
}

/** What stands for a field that a message does not have, such as the camera of an alarm of the whole line. */
const NONE = '_';

/** A name as one level of a topic: what would be a level, a wildcard or no character is written as in an address, `%2F`. */
function level(value: string | null): string {
  if (value === null || value === '') return NONE;
  if (value === NONE) return '%5F';
  const escaped = value.toWellFormed().replaceAll(/[/+#%\p{Cc}\p{Cn}]/gu, (character) => encodeURIComponent(character));
  return escaped.startsWith('$') ? `%24${escaped.slice(1)}` : escaped;
}

/**
 * The topic of a pattern in which `topicTrouble` finds nothing.
 *
 * @param values of the pattern's fields; null: the message has none
 */
export const topicOf = (pattern: string, values: Readonly<Record<string, string | null>>): string =>
  pattern.replaceAll(field, (_, name: string) => level(values[name] ?? null));
