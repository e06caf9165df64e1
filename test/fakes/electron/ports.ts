import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort as NodePort } from 'node:worker_threads';
import type * as E from 'electron';

/** main's end of a channel: an emitter of events with `data`, silent until started. */
export class MessagePortMain extends EventEmitter implements Pick<E.MessagePortMain, 'start' | 'close'> {
  readonly #port: NodePort;
  constructor(port: NodePort) {
    super();
    this.#port = port;
    port.on('close', () => this.emit('close'));
  }
  start(): void {
    this.#port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }));
  }
  /** Cloned by the channel itself. */
  postMessage(data: unknown): void {
    this.#port.postMessage(data);
  }
  close(): void {
    this.#port.close();
  }
  /** As transferred into a page. */
  get transferred(): NodePort {
    return this.#port;
  }
}

export class MessageChannelMain implements Record<
  keyof Pick<E.MessageChannelMain, 'port1' | 'port2'>,
  MessagePortMain
> {
  readonly port1: MessagePortMain;
  readonly port2: MessagePortMain;
  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new MessagePortMain(port1);
    this.port2 = new MessagePortMain(port2);
  }
}

/** Invoked handlers may be registered once for each channel, as in Electron. */
class IpcMain extends EventEmitter implements Pick<E.IpcMain, 'handle'> {
  readonly #handled = new Set<string>();
  handle(channel: string): void {
    if (this.#handled.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.#handled.add(channel);
  }
  forget(): void {
    this.#handled.clear();
    this.removeAllListeners();
  }
}

export const ipcMain = new IpcMain();
