import { createHmac, randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { CsvSettings, OutMessage } from '#core/contract/outputs.ts';
import { openCsv } from '#core/outputs/csv.ts';
import { exampleMessages } from '#core/outputs/examples.ts';
import { openFolder } from '#core/outputs/folder.ts';
import type { SenderTools } from '#core/outputs/kinds.ts';
import { createSecrets } from '#core/outputs/secrets.ts';
import { shiftJis } from '#core/outputs/shift-jis.ts';
import { signature } from '#core/outputs/standard-webhook.ts';
import { openWebhook } from '#core/outputs/webhook.ts';
import { temporaryFolder } from '#test/store/fixture.ts';
import { authority, issue } from './x509.ts';

const [ok, ng] = exampleMessages(Date.UTC(2026, 10, 27)) as [OutMessage, OutMessage];
const never = new AbortController().signal;
const tools: SenderTools = {
  dataDir: '',
  day: () => '2026-11-27',
  picture: async () => ({ bytes: Buffer.from('picture'), ending: '.webp' }),
};
const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

async function receiver(answer: (n: number) => { status: number; headers?: Record<string, string> } | null) {
  const got: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      const said = answer(got.length);
      if (said !== null) response.writeHead(said.status, said.headers).end('said so');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const settings = { url, plain: true, batch: false, timeLimitSeconds: 1, caFile: '' };
  return { got, settings };
}

it('signs as the specification’s own example', () => {
  const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
  expect(signature(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}')).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});

it('posts each message signed, with its id as idempotency key', async () => {
  const { got, settings } = await receiver(() => ({ status: 204 }));
  const sender = openWebhook(settings, { key: KEY });
  await sender.send([ok, ng], never);
  await sender.close();
  expect(got.map(({ body }) => JSON.parse(body) as unknown)).toEqual([ok, ng]);
  for (const { headers, body } of got) {
    const id = String(headers['webhook-id']);
    const hmac = createHmac('sha256', Buffer.alloc(32, 7));
    hmac.update(id).update('.').update(String(headers['webhook-timestamp'])).update('.').update(body);
    expect(headers['webhook-signature']).toBe(`v1,${hmac.digest('base64')}`);
    expect(headers['idempotency-key']).toBe((JSON.parse(body) as OutMessage).id);
  }
});

it.each([
  [{ status: 500 }, 'busy', null],
  [{ status: 429, headers: { 'retry-after': '7' } }, 'busy', 7000],
  [{ status: 401 }, 'credentials', null],
  [{ status: 400 }, 'refused', null],
  [{ status: 302, headers: { location: '/elsewhere' } }, 'refused', null],
  [null, 'timed_out', null],
] as const)('an answer of %j is %s', async (answer, reason, retryAfterMs) => {
  const { got, settings } = await receiver(() => answer);
  const sender = openWebhook(settings, { key: KEY });
  await expect(sender.send([ok], never)).rejects.toMatchObject({ reason, retryAfterMs });
  expect(got).toHaveLength(1);
  await sender.close();
});

it('nobody listens, nobody speaks TLS, no key, http that nobody allowed: each is said', async () => {
  const { settings } = await receiver(() => ({ status: 200 }));
  const reasonOf = async (changed: Partial<typeof settings>, key = KEY) =>
    openWebhook({ ...settings, ...changed }, { key })
      .send([ok], never)
      .catch((thrown: { reason: string }) => thrown.reason);
  expect(await reasonOf({ url: 'http://127.0.0.1:1/' })).toBe('unreachable');
  expect(await reasonOf({ url: settings.url.replace('http:', 'https:') })).toBe('certificate');
  expect(await reasonOf({}, 'short')).toBe('credentials');
  expect(await reasonOf({ plain: false })).toBe('refused');
});

it('only a receiver with a certificate of the plant’s own authority, for its name and of now, gets anything', async () => {
  const plant = authority('Plant CA');
  const caFile = join(temporaryFolder(), 'ca.pem');
  writeFileSync(caFile, plant.certificate);
  const host = '127.0.0.1';
  const reasonWith = async (identity: ReturnType<typeof issue>, ca: string) => {
    let got = 0;
    const server = createSecureServer({ cert: identity.certificate, key: identity.keyText }, (request, response) => {
      got++;
      request.resume();
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const url = `https://${host}:${(server.address() as AddressInfo).port}/`;
    const sender = openWebhook({ url, plain: false, batch: false, timeLimitSeconds: 5, caFile: ca }, { key: KEY });
    const said = await sender.send([ok], never).then(
      () => 'taken',
      (thrown: { reason: string }) => thrown.reason,
    );
    await sender.close();
    await new Promise((resolve) => server.close(resolve));
    return [said, got];
  };
  const hour = 3_600_000;
  expect(await reasonWith(issue('mes', plant, { host }), caFile)).toEqual(['taken', 1]);
  expect(await reasonWith(issue('mes', plant, { host }), '')).toEqual(['certificate', 0]);
  expect(await reasonWith(issue('mes', null, { host }), caFile)).toEqual(['certificate', 0]);
  expect(await reasonWith(issue('mes', plant, { host: 'other.example' }), caFile)).toEqual(['certificate', 0]);
  const over = issue('mes', plant, { host, to: Date.now() - hour });
  expect(await reasonWith(over, caFile)).toEqual(['certificate', 0]);
  expect(await reasonWith(issue('mes', plant, { host }), join(caFile, 'gone'))).toEqual(['certificate', 0]);
});

it('closes a torn last line before it goes on', async () => {
  const folder = temporaryFolder();
  const sender = openFolder({ folder, as: 'lines', originals: false }, {}, tools);
  await sender.send([ok], never);
  const file = join(folder, 'minarai-2026-11-27.jsonl');
  appendFileSync(file, '{"version":1,"ty');
  await sender.send([ng], never);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect([lines[0], lines[2]].map((line) => JSON.parse(line ?? '') as unknown)).toEqual([ok, ng]);
});

it('a copy lies where the newest word says, and nowhere else', async () => {
  const folder = temporaryFolder();
  const sender = openFolder({ folder, as: 'pictures', originals: false }, {}, tools);
  const bad = { ...ng, picture: { id: 2, sha256: 'a'.repeat(64), file: '../../evil?.png' } } as OutMessage;
  await sender.send([bad], never);
  const files = () => readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.webp'));
  expect(files()).toEqual([join('ng', '000000002-______evil_.webp')]);
  await sender.send([{ ...bad, verdict: 'ok' } as OutMessage], never);
  expect(files()).toEqual([join('ok', '000000002-______evil_.webp')]);
});

it('a folder that is gone is not made anew', async () => {
  const folder = join(temporaryFolder(), 'gone');
  const failed = openFolder({ folder, as: 'lines', originals: false }, {}, tools).send([ok], never);
  await expect(failed).rejects.toMatchObject({ reason: 'folder_missing' });
  expect(existsSync(folder)).toBe(false);
});

it('a table has its columns in their order, no formula, and a file of its own once they are others', async () => {
  const folder = temporaryFolder();
  const settings: CsvSettings = {
    ...{ folder, columns: ['verdict', 'lot', 'score'], delimiter: ';', encoding: 'utf-8' },
    ...{ header: true, files: 'day' },
  };
  const nasty = { ...ng, lot: '=1+1;"x"' } as OutMessage;
  await openCsv(settings, {}, tools).send([ok, nasty], never);
  await openCsv({ ...settings, columns: ['lot', 'verdict'] }, {}, tools).send([ok], never);
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  expect(read('minarai-2026-11-27.csv')).toBe(`verdict;lot;score\r\nok;LOT-1;0.12\r\nng;"'=1+1;""x""";0.91\r\n`);
  expect(read('minarai-2026-11-27-2.csv')).toBe('lot;verdict\r\nLOT-1;ok\r\n');
  await openCsv({ ...settings, files: 'batch' }, {}, tools).send([ok], never);
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  expect(readdirSync(folder)).toContain('minarai-000000001-000000001-00000000.csv');
});

it('writes Shift_JIS that its decoder reads again, and 〓 for what it lacks', () => {
  const text = 'ロット①,ｱ表ソ,ng\r\n';
  expect(new TextDecoder('shift_jis').decode(shiftJis(text))).toBe(text);
  expect(new TextDecoder('shift_jis').decode(shiftJis('한'))).toBe('〓');
});

it('secrets lie in a file that only this account reads, and stay with what is typed beside them', () => {
  const dataDir = temporaryFolder();
  mkdirSync(dataDir, { recursive: true });
  const key = randomUUID();
  const secrets = createSecrets(dataDir);
  secrets.keep(key, { key: 'one', password: 'two' }, false);
  secrets.keep(key, { key: '', password: 'three' }, true);
  expect(secrets.of(key)).toEqual({ key: 'one', password: 'three' });
  if (process.platform !== 'win32') expect(statSync(join(dataDir, 'secrets', 'outputs.json')).mode & 0o777).toBe(0o600);
  secrets.forget(key);
  expect(createSecrets(dataDir).of(key)).toEqual({});
});
