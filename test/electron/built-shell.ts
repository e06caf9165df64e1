import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { MessagePort } from 'node:worker_threads';
import type { uiContract } from '#core/contract/ui.ts';
import { PIN } from '#test/fakes/signed-in.ts';

/*
 * Runs the built shell, main.js as it is packed, with the double in place of Electron. Started by built.test.ts:
 * node built-shell.ts BUILT_DIR PICTURES_DIR; prints what the window was told.
 */
const [builtDir = '', pictures = ''] = process.argv.slice(2);
const double = pathToFileURL(join(import.meta.dirname, '..', 'fakes', 'electron.ts')).href;
registerHooks({
  resolve: (name, context, next) => (name === 'electron' ? { url: double, shortCircuit: true } : next(name, context)),
});
const { app, ipcMain, seen } = (await import(double)) as typeof import('#test/fakes/electron.ts');
await import(pathToFileURL(join(builtDir, 'main.js')).href);

while (seen.windows[0]?.webContents.mainFrame.url !== 'app://minarai/') {
  if (seen.exitCode !== null) throw new Error(seen.errorBoxes.join());
  await new Promise((resolve) => setTimeout(resolve, 20));
}
const { webContents } = seen.windows[0];
const port = await new Promise<MessagePort>((resolve) => {
  const { mainFrame } = webContents;
  mainFrame.ipcRenderer.once('minarai:port', ({ ports }: { ports: [MessagePort] }) => resolve(ports[0]));
  ipcMain.emit('minarai:connect', { sender: webContents, senderFrame: mainFrame });
});
port.start();
const calls: ContractRouterClient<typeof uiContract> = createORPCClient(new RPCLink({ port }));
await calls.people.begin({ name: '佐藤', pin: PIN, locale: 'ja' });
await calls.cameras.add({ name: 'camera', folder: pictures });
for await (const { counts, shell } of await calls.app.watch()) {
  if (counts.images + counts.quarantined < 2) continue;
  process.stdout.write(`${JSON.stringify({ shell, images: counts.images, quarantined: counts.quarantined })}\n`);
  break;
}
app.quit();
while (!seen.quit) await new Promise((resolve) => setTimeout(resolve, 20));
process.exit(0);
