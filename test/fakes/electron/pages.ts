import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type * as E from 'electron';
import { app } from './app.ts';
import { ipcMain, type MessagePortMain } from './ports.ts';
import { preventable, seen } from './seen.ts';
import { fetchAs, partitionAllows } from './session.ts';

/** A frame of a page, and the preload's ipcRenderer in it. */
export class Frame {
  readonly ipcRenderer = new EventEmitter() as EventEmitter & { send(channel: string): void };
  readonly url: string;
  constructor(url: string, sender: WebContents) {
    this.url = url;
    this.ipcRenderer.send = (channel) => ipcMain.emit(channel, { sender, senderFrame: this });
  }
  postMessage(channel: string, message: unknown, transfer: MessagePortMain[] = []): void {
    const ports = transfer.map((port) => port.transferred);
    this.ipcRenderer.emit(channel, { ports }, structuredClone(message));
  }
}

type OpenHandler = (details: { url: string }) => { action: string };
type Printed = Pick<E.NativeImage, 'isEmpty'> & { resize(size: E.ResizeOptions): { toPNG(): Buffer } };

let contentsIds = 0;
export class WebContents
  extends EventEmitter
  implements Pick<E.WebContents, 'downloadURL' | 'print' | 'printToPDF' | 'getURL'>
{
  readonly id = ++contentsIds;
  mainFrame: Frame = new Frame('about:blank', this);
  openHandler: OpenHandler | undefined;
  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler;
  }
  readonly downloads: string[] = [];
  downloadURL(url: string): void {
    this.downloads.push(url);
  }
  getURL(): string {
    return this.mainFrame.url;
  }
  print(): void {
    this.emit('test:print');
  }
  /** How pages were printed, in order. */
  readonly printed: E.PrintToPDFOptions[] = [];
  async printToPDF(options: E.PrintToPDFOptions = {}): Promise<Buffer<ArrayBuffer>> {
    this.printed.push(structuredClone(options));
    return Buffer.from('%PDF-');
  }
  /** A screen that shows everything at 150 %. */
  async capturePage(): Promise<Printed> {
    return {
      isEmpty: () => false,
      resize: ({ width, height }) => ({ toPNG: () => Buffer.from(`PNG ${width} x ${height}`) }),
    };
  }
}

type Doubled =
  | 'loadURL'
  | 'show'
  | 'focus'
  | 'restore'
  | 'maximize'
  | 'isMinimized'
  | 'isMaximized'
  | 'isFocused'
  | 'isDestroyed'
  | 'getNormalBounds'
  | 'setProgressBar'
  | 'destroy';

export class BrowserWindow extends EventEmitter implements Pick<E.BrowserWindow, Doubled> {
  readonly webContents = new WebContents();
  readonly options: E.BrowserWindowConstructorOptions;
  shown = false;
  destroyed = false;
  focused = 0;
  /** The person looks at it. */
  inFront = false;
  minimised = false;
  maximised = false;
  progress = -1;
  bounds: E.Rectangle;
  loaded: string[] = [];
  /** What a page from the disk said. */
  file = '';
  /** Told of each page that was loaded, and waited for. */
  onLoaded: (url: string) => Promise<void> = async () => undefined;
  readonly #ready: Promise<void> | undefined;

  constructor(options: E.BrowserWindowConstructorOptions) {
    super();
    // As in Electron, where options go to another process.
    this.options = structuredClone(options);
    const { x = 0, y = 0, width = 800, height = 600 } = options;
    this.bounds = { x, y, width, height };
    seen.windows.push(this);
    this.#ready = seen.onWindow?.(this);
    app.emit('web-contents-created', {}, this.webContents);
  }
  async loadURL(url: string): Promise<void> {
    this.loaded.push(url);
    await this.#ready;
    const { partition } = this.options.webPreferences ?? {};
    if (partition !== undefined) {
      if (!partitionAllows(partition, url)) throw new Error('ERR_BLOCKED_BY_CLIENT');
      this.file = readFileSync(fileURLToPath(url), 'utf8');
      if (this.file.includes('hangs')) await new Promise(() => undefined);
      return;
    }
    const { mainFrame } = this.webContents;
    const [page, place] = url.split('#');
    // Another part after # of the same page: nothing is loaded.
    if (place !== undefined && mainFrame.url.split('#')[0] === page) return;
    const response = await fetchAs(url);
    if (!response.ok) throw new Error(`ERR_FAILED (${response.status})`);
    this.webContents.mainFrame = new Frame(url, this.webContents);
    await this.onLoaded(url);
    this.emit('ready-to-show');
  }
  show(): void {
    this.shown = true;
  }
  focus(): void {
    this.focused++;
  }
  restore(): void {
    this.minimised = false;
  }
  maximize(): void {
    this.shown = true;
    this.maximised = true;
    this.emit('maximize');
  }
  isMinimized(): boolean {
    return this.minimised;
  }
  isMaximized(): boolean {
    return this.maximised;
  }
  isFocused(): boolean {
    return this.inFront;
  }
  getNormalBounds(): E.Rectangle {
    return { ...this.bounds };
  }
  /** As by its cross. @returns whether it went */
  close(): boolean {
    const event = preventable();
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
    return this.destroyed;
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('closed');
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  setProgressBar(progress: number): void {
    this.progress = progress;
  }
}
