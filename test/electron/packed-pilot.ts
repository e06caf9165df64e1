import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { MessagePort } from 'node:worker_threads';
import type { uiContract } from '#core/contract/ui.ts';
import type { AppState } from '#core/contract/views.ts';
import { writeSampleSet } from '#core/sample/sample-line.ts';
import { PIN } from '#test/fakes/signed-in.ts';

/*
 * Runs a small pilot in the packed app: its main.js, its engine, its packages and its native folder, on plain Node with the
 * double in place of Electron. Started by packaging/run-packed.ts: node packed-pilot.ts RESOURCES_DIR WORK_DIR, where
 * RESOURCES_DIR/app.asar is the unpacked archive. Prints what came of it as one line of JSON.
 */
const [resources = '', work = ''] = process.argv.slice(2);
const PICTURES = 60;
const double = pathToFileURL(join(import.meta.dirname, '..', 'fakes', 'electron.ts')).href;
registerHooks({
  resolve: (name, context, next) => (name === 'electron' ? { url: double, shortCircuit: true } : next(name, context)),
});
// Before the shell listens for what nobody caught, and lives on.
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (failure: unknown) => {
    console.error(failure);
    process.exit(1);
  });
}
const { app, fetchAs, ipcMain, seen } = (await import(double)) as typeof import('#test/fakes/electron.ts');
Object.assign(app, { isPackaged: true });
Object.assign(process, { resourcesPath: resources });
const truth = new Map((await writeSampleSet(join(work, 'camera'), PICTURES, 3)).map((one) => [one.fileName, one]));
await import(pathToFileURL(join(resources, 'app.asar', 'dist', 'electron', 'main.js')).href);

while (seen.windows[0]?.webContents.mainFrame.url !== 'app://minarai/') {
  if (seen.exitCode !== null) throw new Error(seen.errorBoxes.join());
  await new Promise((resolve) => setTimeout(resolve, 20));
}
const page = await (await fetchAs('app://minarai/')).text();
const assets = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
for (const asset of assets) {
  const { status } = await fetchAs(new URL(asset, 'app://minarai/').href);
  if (status !== 200) throw new Error(`${asset}: ${status}`);
}

const { webContents } = seen.windows[0];
const port = await new Promise<MessagePort>((resolve) => {
  const { mainFrame } = webContents;
  mainFrame.ipcRenderer.once('minarai:port', ({ ports }: { ports: [MessagePort] }) => resolve(ports[0]));
  ipcMain.emit('minarai:connect', { sender: webContents, senderFrame: mainFrame });
});
port.start();
const calls: ContractRouterClient<typeof uiContract> = createORPCClient(new RPCLink({ port }));

/** Where a run stands is told on stderr, so that the last words of one that hangs say where. */
const told = (what: string): void => void process.stderr.write(`packed pilot: ${what}\n`);

/** The first state of which `found` tells something; a failed job or engine ends the wait. */
async function until<T>(found: (state: AppState) => T | undefined): Promise<T> {
  for await (const state of await calls.app.watch()) {
    const what = found(state);
    if (what !== undefined) return what;
    const failed = state.jobs.find(({ error }) => error !== null)?.error ?? state.engine.error;
    if (failed) {
      // Not thrown: the shell listens for what nobody caught, and the process would live on.
      told(JSON.stringify(failed));
      process.exit(1);
    }
  }
  throw new Error('the core ended');
}

told('camera');
await calls.people.begin({ name: '佐藤', pin: PIN, locale: 'ja' });
const { cameraId } = await calls.cameras.add({ name: 'camera', folder: join(work, 'camera') });
// Pictures teach once a person has said whose they are.
await calls.rights.say({
  ...{ cameraId, word: 'cleared', reason: '' },
  said: {
    ...{ owner: 'works 2', purpose: 'pilot', people: 'no', customerParts: 'no', customer: '', basis: 'own' },
    ...{ basisNote: '', basisDay: '2026-01-01', keepUntil: '2999-12-31' },
  },
});
await until(({ counts }) => (counts.images === PICTURES ? true : undefined));
const backend = await until(({ engine }) => engine.facts ?? undefined);
told('pretraining');
const augment = { cropMinPx: 24, cropMaxPx: 36 };
const small = { width: 4, batch: 4, damagedBatch: 2, tilePx: 32, steps: 6, augment };
await calls.learn.start({ config: small });
await until(({ checkpoint }) => checkpoint ?? undefined);

told('labels');
const { classes } = await until((state) => state);
const classFor = (good: boolean): number => classes.find(({ isGood }) => isGood === good)?.id ?? 0;
const { rows } = await calls.images.list({});
for (const { id, fileName } of rows.slice(0, 24)) {
  await calls.teach.label({ imageId: id, classId: classFor(truth.get(fileName)?.isDefect === false) });
}
told('teaching');
await calls.teach.start();
const scored = await until(({ counts, model }) => (model && counts.scored === PICTURES ? counts.scored : undefined));
told('report');
const { files } = await calls.report.export({ locale: 'ja' });
process.stdout.write(
  `${JSON.stringify({ backend: backend.backend, tensorflow: backend.tensorflow, assets: assets.length, scored, files: files.length })}\n`,
);
app.quit();
while (!seen.quit) await new Promise((resolve) => setTimeout(resolve, 20));
process.exit(0);
