import type { FailReason } from '#core/contract/outputs.ts';
import { OutputFailed } from './sender.ts';

const certificate =
  /^(CERT_|ERR_TLS_CERT|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH|ERR_SSL|EPROTO)/;

const codeOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return '';
  // Of several addresses that were tried, the first tells.
  if (thrown instanceof AggregateError) return codeOf(thrown.errors[0]);
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : codeOf(thrown.cause);
};

/** What the network said, as a failed delivery. */
export function networkFailure(thrown: unknown): OutputFailed {
  if (thrown instanceof OutputFailed) return thrown;
  const code = codeOf(thrown);
  let reason: FailReason = 'unreachable';
  if (certificate.test(code)) reason = 'certificate';
  else if (code === 'ETIMEDOUT' || code === 'ABORT_ERR') reason = 'timed_out';
  return new OutputFailed(reason, code === '' && thrown instanceof Error ? oneLine(thrown.message) : code);
}

/** What somebody else's program said, as one short line that can stand in ours. */
export const oneLine = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
