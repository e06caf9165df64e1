import { ipcMain, MessageChannelMain } from 'electron';
import type { IpcMainEvent, MessagePortMain } from 'electron';
import { RPCHandler } from '@orpc/server/message-port';
import type { App, Log } from '#core/app-types.ts';
import { ownPath, WINDOW_SEAT } from './address.ts';
import { CONNECT, PORT } from './channels.ts';

/** Only the main frame of a page of ours, never a frame in it nor a page that got there otherwise. */
function trusted({ sender, senderFrame }: IpcMainEvent): boolean {
  return senderFrame !== null && senderFrame === sender.mainFrame && ownPath(senderFrame.url) === '/';
}

/**
 * Gives each loaded page one port to the core's contract, when its preload asks for it. A page that is loaded again gets a
 * new one, and the former is closed, which ends its streams.
 */
export function handOutPorts(app: App, log: Log): void {
  const calls = new RPCHandler(app.router);
  const ports = new Map<number, MessagePortMain>();

  ipcMain.on(CONNECT, (event) => {
    const { sender, senderFrame } = event;
    if (!trusted(event) || senderFrame === null) {
      log('warn', 'visitor_refused', { admission: 'frame' });
      return;
    }
    const { port1, port2 } = new MessageChannelMain();
    if (!ports.has(sender.id)) sender.once('destroyed', () => ports.get(sender.id)?.close());
    ports.get(sender.id)?.close();
    ports.set(sender.id, port1);
    calls.upgrade(port1, { context: { caller: { seat: WINDOW_SEAT } } });
    port1.start();
    senderFrame.postMessage(PORT, null, [port2]);
  });
}
