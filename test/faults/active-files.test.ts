import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startServer } from '#host/server.ts';
import * as double from '#test/fakes/electron.ts';
import { ask } from '#test/host/serve.ts';
import { decoders, temporaryFolder } from '#test/ingest/fixture.ts';
import { serveScheme } from '../../electron/app-protocol.ts';
import { ACTIVE, activeFiles, headsOnly } from './active-files.ts';
import { realApp, takeIn } from './real-app.ts';
import { record } from './record.ts';
import { unlocked } from '#test/fakes/signed-in.ts';
import { cookiesOf } from '#test/host/enter.ts';

vi.mock('electron', () => import('#test/fakes/electron.ts'));

const RASTER = /^image\/(webp|png|jpeg)$/;

interface Answer {
  readonly status: number;
  readonly header: (name: string) => string;
  readonly body: Buffer;
}

test('9: what a browser would run is refused, or shown as pixels only, under a type that runs nothing', async () => {
  const { app, calls } = await realApp();
  const folder = temporaryFolder();
  const renderer = join(temporaryFolder(), 'renderer');
  mkdirSync(renderer);
  writeFileSync(join(renderer, 'index.html'), '<!doctype html>');
  const files = await activeFiles();
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes);
  await takeIn(calls, folder, files.length);

  const { rows: pictures } = await calls.images.list({});
  const { rows: refused } = await calls.cameras.quarantine({});
  const sorted = (names: readonly string[]): string[] => names.toSorted();
  expect(sorted(pictures.map(({ fileName }) => fileName))).toEqual(
    sorted(files.filter(({ isPicture }) => isPicture).map(({ name }) => name)),
  );
  expect(refused.filter(({ error }) => !['image_type_refused', 'image_broken'].includes(error.code))).toEqual([]);

  const pool = decoders();
  for (const { name, bytes } of headsOnly) {
    const path = join(temporaryFolder(), name);
    writeFileSync(path, bytes);
    expect(await pool.examine(path)).toMatchObject({ ok: false, error: { code: 'image_broken' } });
  }

  const server = await startServer({
    app: unlocked(app),
    rendererDir: renderer,
    port: 0,
    log: () => undefined,
    explain: String,
  });
  onTestFinished(() => server.close());
  const port = Number(new URL(server.origin).port);
  const entered = await ask(port, `/${new URL(server.startUrl).search}`);
  const cookie = cookiesOf(entered);
  serveScheme({ files: new Map(), app: () => unlocked(app), trouble: () => null, locale: () => 'ja' }, () => undefined);
  const shells: readonly ((path: string) => Promise<Answer>)[] = [
    async (path) => {
      const { status, headers, body } = await ask(port, path, { cookie });
      return { status, header: (name) => String(headers[name] ?? ''), body: Buffer.from(body, 'latin1') };
    },
    async (path) => {
      const response = await double.fetchAs(`app://minarai${path}`);
      const body = Buffer.from(await response.arrayBuffer());
      return { status: response.status, header: (name) => response.headers.get(name) ?? '', body };
    },
  ];
  const wrong: string[] = [];
  let asked = 0;
  for (const shell of shells)
    for (const { id, fileName } of pictures)
      for (const path of [`/picture/${id}`, `/thumb/${id}`, `/thumb/${id}`]) {
        const { status, header, body } = await shell(path);
        asked++;
        const right =
          status === 200 &&
          RASTER.test(header('content-type')) &&
          header('x-content-type-options') === 'nosniff' &&
          header('content-security-policy') === "default-src 'none'; sandbox" &&
          body.subarray(0, 4).toString('latin1') === 'RIFF' &&
          !body.includes(ACTIVE) &&
          !/<(script|svg|html)/i.test(body.toString('latin1'));
        if (!right) wrong.push(`${fileName} ${path} ${status} ${header('content-type')}`);
      }
  // Reports are pages that would run: handed over for saving, without any right should a browser show one all the same.
  const { files: exported } = await calls.report.export({ locale: 'ja' });
  for (const shell of shells)
    for (const { name, error } of exported) {
      expect(error, name).toBeNull();
      const { status, header } = await shell(`/export/${name}`);
      asked++;
      const inert =
        status === 200 &&
        header('content-disposition').startsWith('attachment') &&
        header('x-content-type-options') === 'nosniff' &&
        header('content-security-policy') === "default-src 'none'; sandbox";
      if (!inert) wrong.push(`${name} ${status} ${header('content-disposition')}`);
    }
  expect(exported).toHaveLength(5);
  // What is no picture has no number, and so no address; an answer that is none runs nothing either.
  const nothing = await shells[0]?.(`/picture/${files.length + 100}`);
  expect([nothing?.status, nothing?.header('x-content-type-options')]).toEqual([404, 'nosniff']);
  expect(nothing?.header('content-security-policy')).toContain("default-src 'none'");

  record({
    fault: '9 active files named as pictures',
    inputs: files.length + headsOnly.length,
    survived: files.length + headsOnly.length - new Set(wrong).size,
    lost: new Set(wrong).size,
    figures: { refused: refused.length + headsOnly.length, shownAsPixels: pictures.length, answers: asked },
  });
  expect(wrong).toEqual([]);
});
