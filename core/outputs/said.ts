/** The code of an error of the system, of OpenSSL or of a protocol. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** What somebody else's program said, as one short line that can stand in ours. */
export const oneLine = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);

/** What an error says, in one line for the delivery log. */
export const lineOf = (error: unknown): string => oneLine(error instanceof Error ? error.message : String(error));
