import { networkFailure } from './network-failure.ts';
import { errorCode, lineOf } from './said.ts';
import { OutputFailed } from './sender.ts';
import type { FailReason } from '#core/contract/outputs.ts';

/** A broker's refusal of our own certificate comes as an alert; as it comes after TLS 1.3's handshake, perhaps only then. */
const refusedOurs = /^ERR_SSL_.*ALERT_(BAD_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|ACCESS_DENIED|UNSUPPORTED_CERTIFICATE)/;

/** Where a broker said it: at the connection, or of one message, whose topic may be refused to whom it knows well. */
export type MqttStage = 'connection' | 'message';

/** Reason codes of MQTT 5 (2.4) that pass: the broker is busy, is being shut down or has let us send too much. */
const passing = new Set([0x88, 0x89, 0x8b, 0x8d, 0x93, 0x96, 0x97, 0x98, 0x9f, 0xa0]);
const unknownToIt = new Set([0x86, 0x87, 0x8c]);

/**
 * What a broker's refusal means.
 *
 * @param code CONNACK's return code of MQTT 3.1.1 (1 to 5), or a reason code of MQTT 5 (from 0x80)
 */
export function refusedBy(code: number, stage: MqttStage, said: string): OutputFailed {
  const detail = `MQTT 0x${code.toString(16).padStart(2, '0')}: ${said}`;
  const reason: FailReason =
    code === 3 || passing.has(code)
      ? 'busy'
      : stage === 'connection' && (code === 4 || code === 5 || unknownToIt.has(code))
        ? 'credentials'
        : 'refused';
  return new OutputFailed(reason, detail);
}

/** What an error of the connection means; mqtt.js gives a refusal's reason code as the error's code. */
export function mqttFailure(error: unknown, stage: MqttStage): OutputFailed {
  if (error instanceof OutputFailed) return error;
  if (error instanceof Error && 'code' in error && typeof error.code === 'number')
    return refusedBy(error.code, stage, lineOf(error));
  if (refusedOurs.test(errorCode(error) ?? '')) return new OutputFailed('credentials', lineOf(error));
  if (lineOf(error) === 'Keepalive timeout') return new OutputFailed('timed_out', lineOf(error));
  return networkFailure(error);
}
