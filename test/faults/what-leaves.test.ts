import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { ask } from '#test/host/serve.ts';
import { temporaryFolder } from '#test/ingest/fixture.ts';
import { unzip } from '#test/report/unzip.ts';
import { startHostProcess, type HostProcess } from './host-process.ts';
import { record } from './record.ts';
import { isFull, sized } from './size.ts';

const ACCOUNT = 'tanaka.kenji';
const SERIAL = 'BSN-7788990011';
const OWNER = 'owner-of-the-camera';
const PLACE = 'place-35.6586N-139.7454E';
/** The key of an output, which signs what it sends, and what its receiver answers. */
const KEY = `whsec_${Buffer.alloc(32, 41).toString('base64')}`;
const RECEIVER = 'mes-of-hall-4.plant.example';
const GUESS = 'Gu3ss'.repeat(9);
/** At full size enough that a camera's normal look is learnt, without which it has no card. */
const PICTURES = sized(8, 240);
const LOCALES = isFull ? (['ja', 'en'] as const) : (['ja'] as const);

const exif = {
  IFD0: { Artist: OWNER, ImageDescription: PLACE, HostComputer: ACCOUNT, Model: SERIAL },
  IFD2: { BodySerialNumber: SERIAL, CameraOwnerName: OWNER, UserComment: PLACE },
  IFD3: {
    ...{ GPSLatitudeRef: 'N', GPSLatitude: '35/1 39/1 3096/100', GPSLongitudeRef: 'E' },
    ...{ GPSLongitude: '139/1 44/1 4344/100', GPSAreaInformation: PLACE },
  },
};
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" aux:SerialNumber="${SERIAL}" aux:OwnerName="${OWNER}"/></rdf:RDF></x:xmpmeta>`;

const encoders: readonly [string, (picture: Sharp) => Sharp][] = [
  ['jpg', (picture) => picture.jpeg()],
  ['png', (picture) => picture.png()],
  ['webp', (picture) => picture.webp()],
  ['tif', (picture) => picture.tiff()],
];

/** A picture as a camera with a clock, an owner and a receiver for satellites writes it. */
async function photograph(n: number): Promise<{ name: string; bytes: Buffer }> {
  const [ending, encode] = encoders[n % encoders.length] ?? ['png', (picture: Sharp) => picture.png()];
  const noise = { type: 'gaussian' as const, mean: 100 + n, sigma: 30 };
  const plain = sharp({ create: { width: 96, height: 72, channels: 3, background: '#888', noise } });
  return { name: `part-${n}.${ending}`, bytes: await encode(plain.withExif(exif).withXmp(xmp)).toBuffer() };
}

/** All texts that a file holds: itself, what it packs, and the pictures in it. */
interface Opened {
  readonly texts: readonly string[];
  readonly pictures: readonly Buffer[];
}

function open(name: string, bytes: Buffer): Opened {
  if (name.endsWith('.xlsx')) return { texts: [...unzip(bytes).values()], pictures: [] };
  const text = bytes.toString('utf8');
  if (name.endsWith('.pdf')) {
    const raw = bytes.toString('latin1');
    const streams = [...raw.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)].flatMap(([, packed = '']) => {
      try {
        return [inflateSync(Buffer.from(packed, 'latin1')).toString('latin1')];
      } catch {
        return [];
      }
    });
    return { texts: [raw, ...streams], pictures: [] };
  }
  if (name.endsWith('.png') || name.endsWith('.webp')) return { texts: [bytes.toString('latin1')], pictures: [bytes] };
  const inside = [...text.matchAll(/data:image\/\w+;base64,([A-Za-z0-9+/=]+)/g)];
  const pictures = inside.map(([, base64 = '']) => Buffer.from(base64, 'base64'));
  const bare = text.replaceAll(/base64,[A-Za-z0-9+/=]+/g, '');
  return { texts: [bare, ...pictures.map((picture) => picture.toString('latin1'))], pictures };
}

/** Every file that a person can have written, by the calls of the screens. */
async function exportAll({ calls, port }: HostProcess, folder: string): Promise<void> {
  const { cameraId } = await calls.cameras.add({ name: 'camera 3', folder });
  for await (const { counts } of await calls.app.watch())
    if (counts.images >= PICTURES && counts.quarantined >= 1) break;
  const { classId: good } = await calls.teach.addClass({ name: 'good', isGood: true });
  const { classId: scratch } = await calls.teach.addClass({ name: 'scratch', isGood: false });
  const { rows } = await calls.images.list({});
  const ids = rows.map(({ id }) => id);
  for (const [n, imageId] of ids.entries())
    await calls.teach.label({ imageId, classId: n % 2 ? good : scratch, token: crypto.randomUUID() });
  const imageId = ids[0] ?? 0;
  const regions = [{ x: 0.2, y: 0.2, width: 0.3, height: 0.3 }];
  await calls.book.add({ imageId, classId: scratch, role: 'limit_ng', regions });
  const { findId } = await calls.finds.add({
    ...{ imageId, classId: scratch, place: 'customer', foundAtMs: Date.now(), lot: 'L1', serial: 'S1', note: 'n' },
  });
  // What a log is full of: wrong tokens, folders that are not there.
  for (let n = 0; n < 3; n++) await ask(port, `/?token=${GUESS}${n}`);
  const missing = calls.cameras.add({ name: 'x', folder: join(folder, '..', ACCOUNT, 'gone') });
  await expect(missing).rejects.toMatchObject({ data: { code: 'folder_missing' } });
  // Nobody listens there: it waits, and is told of in the log and in the file for support.
  await calls.outputs.add({
    plan: { name: RECEIVER, about: ['verdict', 'decision', 'alarm'], rate: 20, keepDays: 14 },
    target: {
      kind: 'webhook',
      settings: { url: 'https://127.0.0.1:1/', plain: false, batch: false, timeLimitSeconds: 1, caFile: '' },
    },
    ...{ outputId: null, secrets: { key: KEY } },
  });
  expect(JSON.stringify(await calls.outputs.list())).not.toContain(KEY);
  for (const locale of LOCALES) {
    await calls.report.export({ locale });
    if (isFull) await calls.quality.card({ cameraId, locale });
    await calls.book.print({ locale });
    await calls.figures.export({ period: { kind: 'pilot' }, by: 'camera', locale });
    await calls.review.exportLedger({ imageId, locale });
    await calls.finds.export({ findId, locale });
  }
  await calls.history.export();
  await calls.rights.export();
  await calls.metadata.edit({ imageIds: ids, lot: 'L1' });
  await calls.lots.export({ lot: 'L1', originals: false });
  await calls.backups.make();
  await calls.app.diagnose();
}

test('28: no file that leaves holds where and with what a picture was taken, who uses the computer, a path or a secret', async () => {
  const home = join(temporaryFolder(), 'Users', ACCOUNT);
  const folder = join(home, 'Pictures', 'line 7');
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < PICTURES; n++) {
    const { name, bytes } = await photograph(n);
    // Else the test would show nothing.
    const facts = await sharp(bytes).metadata();
    expect([name, [facts.exif, facts.xmp].some((said) => said?.includes(SERIAL))]).toEqual([name, true]);
    writeFileSync(join(folder, name), bytes);
  }
  writeFileSync(join(folder, 'active.png'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  const dataDir = join(home, 'minarai');
  // Starting a browser for each page takes seconds.
  const running = await startHostProcess(dataDir, isFull ? {} : { CHROMIUM_PATH: '/no/browser' });
  const { port, cookie, token } = running;
  await exportAll(running, folder);

  const exports = join(dataDir, 'exports');
  const files = readdirSync(exports, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => ({ name, parentPath, bytes: readFileSync(join(parentPath, name)) }));
  for (const { name, bytes } of files.filter(({ parentPath }) => parentPath === exports).slice(0, 3)) {
    const { status, body } = await ask(port, `/export/${encodeURIComponent(name)}`, { cookie });
    expect([name, status, Buffer.from(body, 'latin1').equals(bytes)]).toEqual([name, 200, true]);
  }
  const shown: Buffer[] = [];
  for (let id = 1; id <= PICTURES; id++)
    for (const route of ['picture', 'thumb']) {
      const { status, body } = await ask(port, `/${route}/${id}`, { cookie });
      expect([route, id, status]).toEqual([route, id, 200]);
      shown.push(Buffer.from(body, 'latin1'));
    }
  await running.stop();

  const { username } = userInfo();
  // As a word of its own: `root` is the user in containers, and a selector in every style sheet.
  const account = new RegExp(`(?<![\\w:.-])${username.replaceAll(/\W/g, String.raw`\$&`)}(?![\\w:-])`);
  const secrets = [SERIAL, OWNER, PLACE, ACCOUNT, GUESS, KEY, home, homedir(), cookie.split('=')[1] ?? '', token];
  const leaks: string[] = [];
  let pictures = 0;
  for (const { name, bytes } of files) {
    const { texts, pictures: inside } = open(name, bytes);
    const isDiagnostic = name.startsWith('diagnostics');
    const here = isDiagnostic
      ? [...secrets, hostname(), RECEIVER, '127.0.0.1:1', 'camera 3', 'part-', '.jpg']
      : secrets;
    for (const text of texts) {
      for (const secret of here) if (text.includes(secret)) leaks.push(`${name}: ${secret}`);
      if (account.test(text)) leaks.push(`${name}: ${username}`);
    }
    shown.push(...inside);
  }
  for (const picture of shown) {
    const facts = await sharp(picture).metadata();
    pictures++;
    for (const what of ['exif', 'xmp', 'iptc'] as const) if (facts[what] !== undefined) leaks.push(`picture: ${what}`);
    if (picture.includes(SERIAL) || picture.includes(OWNER)) leaks.push('picture: text');
  }
  // Kept in one file that only this account reads, and in nothing else of the data folder: no backup, database or log.
  const holders = readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(KEY))
    .map(({ name }) => name);
  expect(holders).toEqual(['outputs.json']);
  record({
    fault: '28 exports and the file for support',
    inputs: files.length + pictures,
    survived: files.length + pictures - leaks.length,
    lost: leaks.length,
    figures: { files: files.length, pictures, secrets: secrets.length + 1 },
  });
  expect(leaks).toEqual([]);
  const endings = new Set(files.map(({ name }) => name.split('.').at(-1)));
  for (const ending of ['html', 'xlsx', 'csv', 'json']) expect(endings).toContain(ending);
  expect(pictures).toBeGreaterThan(2 * PICTURES);
}, 300_000);
