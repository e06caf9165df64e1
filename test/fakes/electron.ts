import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort as NodePort } from 'node:worker_threads';
import type * as E from 'electron';

/*
 * A typed double of the part of Electron that the shell uses, where Electron's binary cannot be. It keeps Electron's rules
 * that bite: a second handler for a scheme throws, what crosses is cloned, `before-quit` can be prevented, a frame that is
 * gone is null, a utility process is a real process. Everything the shell set is readable in `seen`.
 */

function nothingYet() {
  return {
    locked: true,
    quit: false,
    exitCode: null as number | null,
    errorBoxes: [] as string[],
    schemes: [] as E.CustomScheme[],
    windows: [] as BrowserWindow[],
    menus: [] as E.MenuItemConstructorOptions[][],
    awake: new Set<number>(),
    engines: [] as ChildProcess[],
    paths: {} as Record<string, string>,
    savedTo: null as string | null,
    permission: {
      request: null as Parameters<E.Session['setPermissionRequestHandler']>[0],
      check: null as Parameters<E.Session['setPermissionCheckHandler']>[0],
      device: null as Parameters<E.Session['setDevicePermissionHandler']>[0],
    },
    spellChecker: true,
    beforeRequest: null as ((details: { url: string }, answer: (response: E.CallbackResponse) => void) => void) | null,
  };
}

/** What the shell did with Electron. */
export const seen = nothingYet();

/** A fresh Electron: nothing was called, nobody listens, engines are gone. */
export function reset(): void {
  for (const engine of seen.engines) engine.kill('SIGKILL');
  Object.assign(seen, nothingYet());
  handlers.clear();
  app.removeAllListeners();
  ipcMain.removeAllListeners();
}

class App extends EventEmitter {
  readonly isPackaged = false;
  requestSingleInstanceLock = (): boolean => seen.locked;
  whenReady = async (): Promise<void> => undefined;
  getLocale = (): string => 'ja';
  getAppPath = (): string => join(import.meta.dirname, '..', '..');
  getVersion = (): string => '0.1.0';
  setPath = (name: string, path: string): void => void (seen.paths[name] = path);
  exit = (code = 0): void => void (seen.exitCode = code);
  quit = (): void => {
    const event = preventable();
    this.emit('before-quit', event);
    seen.quit = !event.defaultPrevented;
  };
}

interface Preventable {
  defaultPrevented: boolean;
  preventDefault(): void;
}

export function preventable<T extends object>(details = {} as T): T & Preventable {
  return {
    ...details,
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
  };
}

export const app = new App();

/** One answer a scheme, as in Electron: a second one throws. */
const handlers = new Map<string, (request: Request) => Response | Promise<Response>>();
export const protocol: Pick<E.Protocol, 'registerSchemesAsPrivileged' | 'handle'> = {
  registerSchemesAsPrivileged: (schemes) => void seen.schemes.push(...schemes),
  handle(scheme, handler) {
    if (handlers.has(scheme)) throw new Error(`Protocol ${scheme} is already handled`);
    handlers.set(scheme, handler);
  },
};

/** What a page gets for an address. Requests the session blocks fail as in Electron. */
export async function fetchAs(url: string, method = 'GET'): Promise<Response> {
  const cancelled = await new Promise<boolean>((resolve) => {
    if (seen.beforeRequest) seen.beforeRequest({ url }, ({ cancel }) => resolve(cancel === true));
    else resolve(false);
  });
  const handler = handlers.get(url.split(':', 1)[0] ?? '');
  if (cancelled || !handler) throw new Error('net::ERR_BLOCKED_BY_CLIENT');
  return handler({ url, method } as Request);
}

type DefaultSession = Pick<
  E.Session,
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler' | 'setSpellCheckerEnabled'
> & { webRequest: { onBeforeRequest(listener: NonNullable<typeof seen.beforeRequest>): void } };

const defaultSession: DefaultSession = {
  setPermissionRequestHandler: (handler) => void (seen.permission.request = handler),
  setPermissionCheckHandler: (handler) => void (seen.permission.check = handler),
  setDevicePermissionHandler: (handler) => void (seen.permission.device = handler),
  setSpellCheckerEnabled: (enabled) => void (seen.spellChecker = enabled),
  webRequest: { onBeforeRequest: (listener) => void (seen.beforeRequest = listener) },
};
/** Sessions beside the window's: what each lets through. */
const partitions = new Map<string, { allows(url: string): boolean; permits: boolean }>();
export const session = {
  defaultSession,
  fromPartition: (name: string) => {
    const state = partitions.get(name) ?? { allows: () => true, permits: true };
    partitions.set(name, state);
    return {
      setPermissionRequestHandler: () => void (state.permits = false),
      setPermissionCheckHandler: () => void (state.permits = false),
      webRequest: {
        onBeforeRequest(listener: NonNullable<typeof seen.beforeRequest>): void {
          state.allows = (url) => {
            let cancelled = false;
            listener({ url }, ({ cancel }) => void (cancelled = cancel === true));
            return !cancelled;
          };
        },
      },
    };
  },
};

/** Whether a page of another session may fetch an address; without rules all may. */
export const partitionAllows = (name: string, url: string): boolean => partitions.get(name)?.allows(url) ?? true;

export const dialog = {
  showErrorBox: (title: string, content: string): void => void seen.errorBoxes.push(`${title}: ${content}`),
  showSaveDialog: async (): Promise<E.SaveDialogReturnValue> => ({
    canceled: seen.savedTo === null,
    filePath: seen.savedTo ?? '',
  }),
};

export const Menu = {
  buildFromTemplate: (template: E.MenuItemConstructorOptions[]): E.MenuItemConstructorOptions[] => template,
  setApplicationMenu: (menu: E.MenuItemConstructorOptions[]): void => void seen.menus.push(menu),
};

let blockers = 0;
export const powerSaveBlocker: Pick<E.PowerSaveBlocker, 'start' | 'stop'> = {
  start: () => (seen.awake.add(++blockers), blockers),
  stop: (id) => seen.awake.delete(id),
};

/** main's end of a channel: an emitter of events with `data`, silent until started. */
class MessagePortMain extends EventEmitter {
  readonly #port: NodePort;
  constructor(port: NodePort) {
    super();
    this.#port = port;
    port.on('close', () => this.emit('close'));
  }
  start(): void {
    this.#port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }));
  }
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

export class MessageChannelMain {
  readonly port1: MessagePortMain;
  readonly port2: MessagePortMain;
  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new MessagePortMain(port1);
    this.port2 = new MessagePortMain(port2);
  }
}

export const ipcMain = new EventEmitter();

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

let contentsIds = 0;
export class WebContents extends EventEmitter {
  readonly id = ++contentsIds;
  mainFrame: Frame = new Frame('about:blank', this);
  openHandler: ((details: { url: string }) => { action: string }) | undefined;
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
  readonly downloads: string[] = [];
  downloadURL(url: string): void {
    this.downloads.push(url);
  }
  print(): void {
    this.emit('test:print');
  }
  /** How pages were printed, in order. */
  readonly printed: E.PrintToPDFOptions[] = [];
  async printToPDF(options: E.PrintToPDFOptions = {}): Promise<Buffer> {
    this.printed.push(options);
    return Buffer.from('%PDF-');
  }
  /** A screen that shows everything at 150 %. */
  async capturePage(): Promise<
    Pick<E.NativeImage, 'isEmpty'> & { resize(size: E.ResizeOptions): { toPNG(): Buffer } }
  > {
    return {
      isEmpty: () => false,
      resize: ({ width, height }) => ({ toPNG: () => Buffer.from(`PNG ${width} x ${height}`) }),
    };
  }
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents();
  readonly options: E.BrowserWindowConstructorOptions;
  shown = false;
  destroyed = false;
  focused = 0;
  progress = -1;
  loaded: string[] = [];
  /** What a page from the disk said. */
  file = '';

  constructor(options: E.BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    seen.windows.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }
  async loadURL(url: string): Promise<void> {
    this.loaded.push(url);
    const { partition } = this.options.webPreferences ?? {};
    if (partition !== undefined) {
      if (!partitionAllows(partition, url)) throw new Error('ERR_BLOCKED_BY_CLIENT');
      this.file = readFileSync(fileURLToPath(url), 'utf8');
      if (this.file.includes('hangs')) await new Promise(() => undefined);
      return;
    }
    const response = await fetchAs(url);
    if (!response.ok) throw new Error(`ERR_FAILED (${response.status})`);
    this.webContents.mainFrame = new Frame(url, this.webContents);
    this.emit('ready-to-show');
  }
  show(): void {
    this.shown = true;
  }
  focus(): void {
    this.focused++;
  }
  restore(): void {
    this.focused++;
  }
  isMinimized(): boolean {
    return false;
  }
  destroy(): void {
    this.destroyed = true;
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  setProgressBar(progress: number): void {
    this.progress = progress;
  }
}

/** A real process, spoken to as Electron does: `message` gives the value, `exit` the code. */
class UtilityProcess extends EventEmitter {
  readonly #child: ChildProcess;
  constructor(entry: string, { env }: E.ForkOptions) {
    super();
    this.#child = fork(entry, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      execArgv: [],
      env: env as NodeJS.ProcessEnv,
    });
    seen.engines.push(this.#child);
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.on('exit', (code) => this.emit('exit', code ?? 1));
  }
  get pid(): number | undefined {
    return this.#child.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined;
  }
  get stderr(): NodeJS.ReadableStream | null {
    return this.#child.stderr;
  }
  postMessage(message: unknown): void {
    this.#child.send(message as object, () => undefined);
  }
}

export const utilityProcess = {
  fork: (entry: string, _args: string[], options: E.ForkOptions): UtilityProcess => new UtilityProcess(entry, options),
};
