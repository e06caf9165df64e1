import { toErrorData } from '../contract/errors.ts';
import type { ErrorCode, ErrorParams } from '../contract/errors.ts';
import type { Locale } from '../contract/views.ts';
import { createTranslator } from '#messages/translate.ts';

/** A mistake in how a command was called: its sentence is made where it was found. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Codes that mean "call it differently" rather than "it failed". */
const usageCodes: ReadonlySet<ErrorCode> = new Set([
  'bad_input',
  'cluster_config',
  'csv_invalid',
  'csv_unknown_path',
  'folder_missing',
  'folder_not_readable',
  'out_folder_not_empty',
]);

/** One sentence that says what to do, in the reader's language; never a stack trace. */
export function sentenceOf(thrown: unknown, locale: Locale): string {
  if (thrown instanceof UsageError) return thrown.message;
  const { code, params } = toErrorData(thrown);
  return explain(code, params, locale);
}

export function explain(code: ErrorCode, params: ErrorParams, locale: Locale): string {
  return createTranslator(locale)(`error.${code}`, params);
}

/** 1 failed, 2 wrong usage (design.md §7). */
export function exitCodeOf(thrown: unknown): 1 | 2 {
  return thrown instanceof UsageError || usageCodes.has(toErrorData(thrown).code) ? 2 : 1;
}
