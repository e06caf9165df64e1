import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { writeSampleSet } from '#core/sample/sample-line.ts';
import { launch, startAddress } from '#test/host/launch.ts';
import { ask } from '#test/host/serve.ts';
import type { Calls } from './host-process.ts';
import { cookiesOf, signInAt } from '#test/host/enter.ts';

/*
 * Runs by itself where there is no network but the loopback: starts the host, walks from the folder to the report as a window
 * does, and tells as one line of JSON what was made and who listens where.
 */

const [root = '', pictures = '4', minutes = '0'] = process.argv.slice(2);
const data = join(root, 'data');
const folder = join(root, 'camera');
const noLibraries = join(root, 'no-libraries');
for (const one of [folder, noLibraries]) mkdirSync(one, { recursive: true });

/** Address and state of every socket of this network namespace, as the kernel writes them: hexadecimal, address:port. */
function socketsOf(table: string): { local: string; remote: string; state: string }[] {
  const lines = readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => {
    const [, local = '', remote = '', state = ''] = line.trim().split(/\s+/);
    return { local, remote, state };
  });
}

const LISTEN = '0A';
const host = launch('host/main.ts', ['--no-sample'], {
  ...{ MINARAI_DATA: data, MINARAI_NATIVE_DIR: noLibraries, MINARAI_BACKEND: '' },
  // Starting a browser for each page takes seconds.
  ...(Number(minutes) === 0 && { CHROMIUM_PATH: '/no/browser' }),
});
const [address] = await host.says(startAddress, 120_000);
const { port, search, origin } = new URL(address);
const entered = await ask(Number(port), `/${search}`);
const cookie = cookiesOf(entered);
const window = await ask(Number(port), '/', { cookie });
const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { headers: { cookie, origin } } as unknown as string[]);
const calls: Calls = createORPCClient(new RPCLink({ websocket: socket }));

await signInAt(calls, 'sato');
await calls.cameras.add({ name: 'camera', folder });
// The folder is watched by now: what comes, comes as from a camera.
await writeSampleSet(folder, Number(pictures), 3);
for await (const { counts } of await calls.app.watch()) if (counts.images >= Number(pictures)) break;
const { classId } = await calls.teach.addClass({ name: 'good', isGood: true });
const { rows } = await calls.images.list({});
await calls.teach.label({ imageId: rows[0]?.id ?? 0, classId, token: crypto.randomUUID() });
const picture = await ask(Number(port), `/thumb/${rows[0]?.id}`, { cookie });
const { files } = await calls.report.export({ locale: 'ja' });
const trail = await calls.history.export();
const listening = ['tcp', 'tcp6'].flatMap((table) => socketsOf(table).filter(({ state }) => state === LISTEN));
const datagrams = ['udp', 'udp6', 'raw', 'raw6'].flatMap(socketsOf);
socket.close();
host.child.kill('SIGINT');
await host.exit;

let stages = 0;
if (Number(minutes) > 0) {
  const images = join(root, 'images');
  const out = join(root, 'out');
  await writeSampleSet(images, 120, 3);
  const pilot = launch(
    'host/cli.ts',
    [
      ...['run', '--images', images, '--labels', join(images, 'manifest.csv')],
      ...['--out', out, '--minutes', minutes, '--lang', 'en', '--json'],
    ],
    { MINARAI_NATIVE_DIR: process.env['MINARAI_NATIVE_DIR'] ?? '', MINARAI_DATA: data, MINARAI_BACKEND: 'tensorflow' },
  );
  const { code } = await pilot.exit;
  if (code !== 0) throw new Error(pilot.err());
  stages = ['report.html', 'report.xlsx', 'scores.csv', 'metrics.json'].filter(
    (name) => readFileSync(join(out, name)).length > 0,
  ).length;
}
const said = {
  port: Number(port),
  statuses: [window.status, picture.status],
  files: files.map(({ kind, error }) => ({ kind, error: error?.code ?? null })),
  trail: trail.file,
  listening: listening.map(({ local }) => local),
  datagrams: datagrams.map(({ local, remote }) => `${local} ${remote}`),
  stages,
};
writeFileSync(join(root, 'said.json'), JSON.stringify(said));
process.exit(0);
