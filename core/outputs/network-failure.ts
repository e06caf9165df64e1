import type { FailReason } from '#core/contract/outputs.ts';
import { errorCode, oneLine } from './said.ts';
import { OutputFailed } from './sender.ts';

const certificate =
  /^(CERT_|ERR_TLS_CERT|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH|ERR_SSL|EPROTO)/;

const codeOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return '';
  // Of several addresses that were tried, the first tells.
  if (thrown instanceof AggregateError) return codeOf(thrown.errors[0]);
  return errorCode(thrown) ?? codeOf(thrown.cause);
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
