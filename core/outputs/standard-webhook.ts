import { createHash, createHmac } from 'node:crypto';
import type { OutMessage } from '#core/contract/outputs.ts';

/*
 * Requests as the Standard Webhooks specification 1.0 has them (github.com/standard-webhooks/standard-webhooks).
 */

/** A key as the specification writes it: `whsec_` and base64 of 24 to 64 bytes. null: it is none. */
export function keyBytes(key: string): Buffer | null {
  const found = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(key.trim());
  if (found === null) return null;
  const bytes = Buffer.from(found[1] ?? '', 'base64');
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : null;
}

/** `v1,` and base64 of HMAC-SHA256 over id, seconds since 1970 and body, joined by dots. */
export const signature = (key: Uint8Array, id: string, seconds: number, body: string): string =>
  `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;

export interface WebhookRequest {
  /** The same however often the same messages are sent: a receiver leaves out what it has had. */
  readonly id: string;
  readonly body: string;
}

/** A message each, or all in one. What is tried again in other company has another id, so that nothing new is taken for known. */
export function requestsOf(messages: readonly OutMessage[], batch: boolean): WebhookRequest[] {
  if (!batch) return messages.map((message) => ({ id: message.id, body: JSON.stringify(message) }));
  const ids = createHash('sha256');
  for (const { id } of messages) ids.update(id);
  return [{ id: `batch_${ids.digest('hex').slice(0, 32)}`, body: JSON.stringify({ messages }) }];
}

export const headersOf = ({ id, body }: WebhookRequest, key: Uint8Array, seconds: number): Record<string, string> => ({
  'content-type': 'application/json',
  'content-length': String(Buffer.byteLength(body)),
  'webhook-id': id,
  'webhook-timestamp': String(seconds),
  'webhook-signature': signature(key, id, seconds, body),
  'idempotency-key': id,
  'user-agent': 'minarai',
});
