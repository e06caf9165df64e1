import { IntlMessageFormat } from 'intl-messageformat';

/** A parsed message as plain data; type 0 is text. */
interface Part {
  readonly type: number;
  readonly value?: string;
  readonly options?: Readonly<Record<string, { readonly value: readonly Part[] }>>;
}

/** Names that a message wants to be given, in plural branches too. */
function parameters(parts: readonly Part[]): string[] {
  return parts.flatMap(({ type, value, options }) => [
    ...(type !== 0 && value !== undefined ? [value] : []),
    ...Object.values(options ?? {}).flatMap((option) => parameters(option.value)),
  ]);
}

/** What a message wants to be given, by name, sorted. */
export function parametersOf(message: string, locale: string): string[] {
  const ast = new IntlMessageFormat(message, locale, undefined, { ignoreTag: true }).getAst();
  const parts = JSON.parse(JSON.stringify(ast)) as readonly Part[];
  return [...new Set(parameters(parts))].sort();
}
