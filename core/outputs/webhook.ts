import { readFileSync } from 'node:fs';
import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { OutMessage, WebhookSettings } from '#core/contract/outputs.ts';
import { networkFailure } from './network-failure.ts';
import { errorCode, oneLine } from './said.ts';
import { OutputFailed, type Sender } from './sender.ts';
import { headersOf, keyBytes, requestsOf, type WebhookRequest } from './standard-webhook.ts';

/** Of an answer's body: what says why. */
const READ_BYTES = 2000;

/** Seconds or a date (RFC 9110, 10.2.3), as milliseconds from now. */
function retryAfterMs(value: string | undefined): number | null {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - Date.now());
}

async function beginningOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer) {
    text += String(chunk);
    // A longer answer is somebody else's page: the connection ends here.
    if (text.length > READ_BYTES) break;
  }
  return oneLine(text);
}

function failureOf(status: number, said: string, retryAfter: string | undefined): OutputFailed {
  const detail = said === '' ? `HTTP ${status}` : `HTTP ${status}: ${said}`;
  const after = retryAfterMs(retryAfter);
  if (status === 401 || status === 403) return new OutputFailed('credentials', detail);
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return new OutputFailed('busy', detail, after);
  // Redirects are not followed: what was signed for one address goes to no other.
  return new OutputFailed('refused', detail, after);
}

/**
 * Posts messages as JSON, signed by the Standard Webhooks specification; the message's id is the idempotency key.
 *
 * @param secrets `key`: `whsec_…`
 */
export function openWebhook(settings: WebhookSettings, secrets: Readonly<Record<string, string>>): Sender {
  const url = new URL(settings.url);
  const isSecure = url.protocol === 'https:';
  let agent: SecureAgent | PlainAgent | null = null;

  const connect = (): SecureAgent | PlainAgent => {
    if (!isSecure) {
      if (!settings.plain) throw new OutputFailed('refused', 'http');
      return new PlainAgent({ keepAlive: true, maxSockets: 1 });
    }
    if (settings.caFile === '') return new SecureAgent({ keepAlive: true, maxSockets: 1 });
    try {
      const ca = [...rootCertificates, readFileSync(settings.caFile, 'utf8')];
      return new SecureAgent({ keepAlive: true, maxSockets: 1, ca });
    } catch (thrown) {
      throw new OutputFailed('certificate', errorCode(thrown) ?? 'PEM');
    }
  };

  const post = (request: WebhookRequest, key: Uint8Array, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      agent ??= connect();
      const send = isSecure ? secureRequest : plainRequest;
      const headers = headersOf(request, key, Math.floor(Date.now() / 1000));
      // Over all of it, so that an answer that trickles ends as well.
      const limit = setTimeout(() => {
        going.destroy(new OutputFailed('timed_out', `${settings.timeLimitSeconds} s`));
      }, settings.timeLimitSeconds * 1000);
      limit.unref();
      const fail = (thrown: unknown): void => {
        clearTimeout(limit);
        reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
      };
      const going = send(url, { method: 'POST', agent, headers, signal }, (answer) => {
        const status = answer.statusCode ?? 0;
        beginningOf(answer)
          .then((said) => {
            clearTimeout(limit);
            if (status >= 200 && status < 300) resolve();
            else reject(failureOf(status, said, answer.headers['retry-after']));
          })
          .catch(fail);
      });
      going.on('error', fail);
      going.end(request.body);
    });

  return {
    async send(messages, signal) {
      const key = keyBytes(secrets['key'] ?? '');
      if (key === null) throw new OutputFailed('credentials', 'whsec');
      try {
        for (const request of requestsOf(messages, settings.batch)) await post(request, key, signal);
      } catch (thrown) {
        agent?.destroy();
        agent = null;
        signal.throwIfAborted();
        throw networkFailure(thrown);
      }
    },
    async close() {
      agent?.destroy();
      agent = null;
    },
  };
}

/** Two requests with their headers, signed by nobody's key. */
export function previewWebhook(settings: WebhookSettings, messages: readonly OutMessage[]): string {
  const url = new URL(settings.url);
  return requestsOf(messages, settings.batch)
    .map((request) => {
      const headers = headersOf(request, Buffer.alloc(24), 0);
      const shown = { ...headers, 'webhook-timestamp': '…', 'webhook-signature': 'v1,…' };
      const lines = Object.entries(shown).map(([name, value]) => `${name}: ${value}`);
      return [`POST ${url.pathname}${url.search}`, `host: ${url.host}`, ...lines, '', request.body, ''].join('\n');
    })
    .join('\n');
}
