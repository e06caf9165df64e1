import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { uiContract } from '#core/contract/ui.ts';
import type { AppState } from '#core/contract/views.ts';
import { launch, startAddress } from './launch.ts';
import type { Launched } from './launch.ts';
import { ask } from './serve.ts';
import { cookiesOf, signInAt } from '#test/host/enter.ts';

/* The real processes over the real core, as a person meets them. */

let dir: string;
let data: string;
const launched: Launched[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'minarai-process-'));
  data = join(dir, 'data');
});
afterEach(async () => {
  for (const { child, exit } of launched.splice(0)) {
    child.kill('SIGKILL');
    await exit;
  }
  rmSync(dir, { recursive: true, force: true });
});

function host(args: string[] = [], env: Record<string, string> = {}): Launched {
  const one = launch('host/main.ts', ['--no-sample', ...args], { MINARAI_DATA: data, ...env });
  launched.push(one);
  return one;
}

function cli(args: string[], env: Record<string, string> = {}): Launched {
  const one = launch('host/cli.ts', args, { MINARAI_DATA: data, ...env });
  launched.push(one);
  return one;
}

/** One sentence, no stack. */
function expectSentence(text: string, words: RegExp): void {
  expect(text).toMatch(words);
  expect(text).not.toMatch(/\n\s+at |node:internal|Error:/);
}

/** With which somebody is signed in, by start address. */
const cookies = new Map<string, string>();

async function clientOf(address: string): Promise<ContractRouterClient<typeof uiContract>> {
  const { port, search, origin } = new URL(address);
  const { headers } = await ask(Number(port), `/${search}`);
  const cookie = cookiesOf({ headers });
  cookies.set(address, cookie);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { headers: { cookie, origin } } as unknown as string[]);
  const calls: ContractRouterClient<typeof uiContract> = createORPCClient(new RPCLink({ websocket: socket }));
  await signInAt(calls);
  return calls;
}

describe('the browser host', () => {
  it('prints its address, serves the window and the core, and Ctrl-C ends it cleanly', async () => {
    const running = host();
    const [address, port] = await running.says(startAddress);
    expect((await ask(Number(port), '/')).status).toBe(401);
    const calls = await clientOf(address);
    for await (const state of await calls.app.watch()) {
      expect(state).toMatchObject({ shell: 'browser', cameras: [], sample: null });
      break;
    }
    running.child.kill('SIGINT');
    expect(await running.exit).toEqual({ code: 0, signal: null });
    expect(running.out()).toContain('Everything is saved.');
    expect(running.err()).toBe('');
  });

  it('plays the sample line on an empty machine, once', async () => {
    const first = launch('host/main.ts', [], { MINARAI_DATA: data });
    launched.push(first);
    const [address] = await first.says(startAddress);
    for await (const { sample, counts } of await (await clientOf(address)).app.watch()) {
      expect(sample).not.toBeNull();
      if (counts.images > 0) break;
    }
    first.child.kill('SIGINT');
    expect((await first.exit).code).toBe(0);

    // Now there are pictures: the line is the person's to start.
    const second = launch('host/main.ts', [], { MINARAI_DATA: data });
    launched.push(second);
    const [again] = await second.says(startAddress);
    for await (const { sample, counts } of await (await clientOf(again)).app.watch()) {
      expect([sample, counts.images > 0]).toEqual([null, true]);
      break;
    }
  });

  it('tells a second instance to go to the first, which keeps running', async () => {
    const first = host();
    const [, port] = await first.says(startAddress);
    const second = host();
    expect((await second.exit).code).toBe(1);
    expectSentence(second.err(), /already running/);
    expect((await ask(Number(port), '/')).status).toBe(401);
  });

  it('names the port that is taken and leaves the data as it was', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    try {
      const refused = host(['--port', String(port), '--lang', 'ja']);
      expect((await refused.exit).code).toBe(1);
      expectSentence(refused.err(), new RegExp(String(port)));
      expect(refused.err()).toMatch(/[ぁ-ん]/);
    } finally {
      taken.close();
    }
    // Nothing is left locked.
    await host().says(startAddress);
  });

  it('refuses a database of a newer version and leaves it byte for byte', async () => {
    const first = host();
    await first.says(startAddress);
    first.child.kill('SIGTERM');
    expect((await first.exit).code).toBe(0);
    const file = readdirSync(data).find((name) => /\.(db|sqlite3?)$/.test(name)) ?? '';
    const db = new Database(join(data, file));
    db.pragma('journal_mode = DELETE');
    db.pragma('user_version = 999990');
    db.close();
    const before = readFileSync(join(data, file));

    const refused = host();
    expect((await refused.exit).code).toBe(1);
    expectSentence(refused.err(), /newer/);
    expect(readFileSync(join(data, file)).equals(before)).toBe(true);
  });

  it('says what is wrong with a data folder that cannot be one', async () => {
    writeFileSync(join(dir, 'file'), '');
    const refused = host([], { MINARAI_DATA: join(dir, 'file', 'data') });
    expect((await refused.exit).code).toBe(1);
    expect(refused.err()).not.toMatch(/\n\s+at /);
  });

  it('reviews and scores on without TensorFlow, and tells what to install', async () => {
    mkdirSync(join(dir, 'empty'));
    const running = host([], { MINARAI_NATIVE_DIR: join(dir, 'empty'), MINARAI_BACKEND: '' });
    const [address] = await running.says(startAddress);
    const calls = await clientOf(address);
    let engine: AppState['engine'] | undefined;
    for await (const state of await calls.app.watch()) {
      engine = state.engine;
      if (engine.facts) break;
    }
    expect(engine).toMatchObject({ error: null, facts: { backend: 'cpu', reason: 'backend.no_tensorflow' } });
    expect(await calls.images.list({})).toEqual({ rows: [], total: 0 });
  });

  it('opens pictures of a folder, keeps broken ones apart with the reason, and refuses a folder that is not there', async () => {
    const folder = join(dir, 'camera');
    mkdirSync(folder);
    const { default: sharp } = await import('sharp');
    const noise = { create: { width: 64, height: 64, channels: 3 as const, background: '#888' } };
    writeFileSync(join(folder, 'good.png'), await sharp(noise).png().toBuffer());
    const jpeg = await sharp(noise).jpeg().toBuffer();
    writeFileSync(join(folder, 'torn.jpg'), jpeg.subarray(0, jpeg.length / 2));
    writeFileSync(join(folder, 'active.png'), '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');

    const [address, port] = await host().says(startAddress);
    const calls = await clientOf(address);
    await expect(calls.cameras.add({ name: 'c', folder: join(dir, 'nowhere') })).rejects.toMatchObject({
      data: { code: 'folder_missing' },
    });
    const patterns = { include: '*.png', exclude: '', maxDepth: 1 };
    const look = (of: { folder: string } | { cameraId: number }) => calls.cameras.previewFolder({ of, ...patterns });
    expect(await look({ folder })).toMatchObject({ wanted: 2, leftOutNames: ['torn.jpg'], error: null });
    const { cameraId } = await calls.cameras.add({ name: 'c', folder });
    expect(await look({ folder: `${folder}/../camera` })).toMatchObject({ error: { code: 'camera_overlaps' } });
    expect(await look({ cameraId })).toMatchObject({ wanted: 2, leftOut: 1, error: null });
    const { settings } = await calls.cameras.watching({ cameraId });
    const tooDeep = calls.cameras.setWatching({ cameraId, settings: { ...settings, maxDepth: 99 } });
    await expect(tooDeep).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await calls.cameras.setWatching({ cameraId, settings: { ...settings, mode: 'polling' } });
    expect(await calls.cameras.watching({ cameraId })).toMatchObject({ polling: 'chosen', marked: false });
    for await (const { counts } of await calls.app.watch()) if (counts.images === 1 && counts.quarantined === 2) break;
    const { rows } = await calls.cameras.quarantine({});
    expect(Object.fromEntries(rows.map(({ fileName, error }) => [fileName, error.code]))).toEqual({
      'active.png': 'image_type_refused',
      'torn.jpg': 'image_broken',
    });
    const [image] = (await calls.images.list({})).rows;

    const cookie = cookies.get(address) ?? '';
    const picture = await ask(Number(port), `/picture/${image?.id}`, { cookie });
    expect(picture.status).toBe(200);
    expect(picture.headers['content-type']).toMatch(/^image\/(webp|jpeg|png)$/);
    for (const path of ['/picture/../../data', '/picture/%2e%2e', '/export/..%2f..%2fetc%2fpasswd', '/picture/-1']) {
      expect([path, (await ask(Number(port), path, { cookie })).status]).toEqual([path, 404]);
    }
  });
});

describe('the command line', () => {
  it.each([
    ['a folder that is not there', ['run', '--images', '/nowhere', '--out', 'OUT'], 2, /\/nowhere/],
    ['an unknown option', ['run', '--image', '/nowhere', '--out', 'OUT'], 2, /--image/],
    [
      'a path in the CSV that is no picture',
      ['run', '--images', 'IMAGES', '--labels', 'CSV', '--out', 'OUT'],
      2,
      /gone\.png/,
    ],
    ['an out folder that is not empty', ['run', '--images', 'IMAGES', '--out', 'IMAGES'], 2, /not empty/],
  ] as const)('tells of %s in a sentence', async (_what, args, code, words) => {
    const images = join(dir, 'images');
    mkdirSync(images);
    writeFileSync(join(images, 'keep.txt'), 'mine');
    writeFileSync(join(dir, 'labels.csv'), 'path,class\ngone.png,good\n');
    const paths: Readonly<Record<string, string>> = {
      OUT: join(dir, 'out'),
      IMAGES: images,
      CSV: join(dir, 'labels.csv'),
    };
    const refused = cli(args.map((arg) => paths[arg] ?? arg));
    expect((await refused.exit).code).toBe(code);
    expect(refused.out()).toBe('');
    expectSentence(refused.err(), words);
    expect(refused.err().trim().split('\n')).toHaveLength(1);
    expect(readdirSync(images)).toEqual(['keep.txt']);
  });

  it('tells what to do when TensorFlow is missing', async () => {
    const images = join(dir, 'images');
    mkdirSync(images);
    mkdirSync(join(dir, 'empty'));
    const { default: sharp } = await import('sharp');
    for (let n = 0; n < 60; n++) {
      const noise = { type: 'gaussian' as const, mean: 90 + n, sigma: 40 };
      const pixels = { create: { width: 64, height: 64, channels: 3 as const, background: '#888', noise } };
      await sharp(pixels)
        .png()
        .toFile(join(images, `${n}.png`));
    }
    const failed = cli(['run', '--images', images, '--out', join(dir, 'out')], {
      MINARAI_NATIVE_DIR: join(dir, 'empty'),
      MINARAI_BACKEND: '',
    });
    expect((await failed.exit).code).toBe(1);
    expectSentence(failed.err(), /npm run setup/);
  });

  it('doctor prints facts as JSON on stdout and nothing else', async () => {
    const doctor = cli(['doctor', '--json']);
    await doctor.exit;
    const { facts } = JSON.parse(doctor.out()) as { facts: { what: string; status: string }[] };
    expect(facts.map(({ what }) => what)).toContain('tensorflow');
  });
});
