import { ipcMain, MessageChannelMain } from 'electron';
import type { IpcMainEvent, MessagePortMain } from 'electron';
import type { RPCHandler } from '@orpc/server/message-port';
import type { CallContext, Log } from '#core/app-types.ts';
import { pageAt, WINDOW_SEAT, type PageName } from './address.ts';
import { CONNECT, PORT } from './channels.ts';

/** What answers the calls of a page; null while there is nothing behind it. */
export type CallsOf = (page: PageName) => RPCHandler<CallContext> | null;

/** Only the main frame of a page of ours, never a frame in it nor a page that got there otherwise. */
function trustedPage({ sender, senderFrame }: IpcMainEvent): PageName | null {
  return senderFrame !== null && senderFrame === sender.mainFrame ? pageAt(senderFrame.url) : null;
}

/**
 * Gives each loaded page one port to what answers it, when its preload asks for it. A page that is loaded again gets a
 * new one, and the former is closed, which ends its streams.
 */
export function handOutPorts(callsOf: CallsOf, log: Log): void {
  const ports = new Map<number, MessagePortMain>();

  ipcMain.on(CONNECT, (event) => {
    const { sender, senderFrame } = event;
    const page = trustedPage(event);
    if (page === null || senderFrame === null) {
      log('warn', 'visitor_refused', { admission: 'frame' });
      return;
    }
    const calls = callsOf(page);
    // The page of trouble asks as well, since it has the same preload; there is nothing behind it.
    if (calls === null) return;
    const { port1, port2 } = new MessageChannelMain();
    if (!ports.has(sender.id)) sender.once('destroyed', () => ports.get(sender.id)?.close());
    ports.get(sender.id)?.close();
    ports.set(sender.id, port1);
    calls.upgrade(port1, { context: { caller: { seat: WINDOW_SEAT } } });
    port1.start();
    senderFrame.postMessage(PORT, null, [port2]);
  });
}
