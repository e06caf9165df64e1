import { EventEmitter } from 'node:events';
import type * as E from 'electron';
import { seen } from './seen.ts';

type Box = Omit<E.MessageBoxOptions, 'signal' | 'icon'>;
const boxOf = (args: readonly unknown[]): Box => structuredClone(args.at(-1) as Box);

export const dialog = {
  showErrorBox: (title: string, content: string): void => void seen.errorBoxes.push(`${title}: ${content}`),
  showSaveDialog: async (): Promise<E.SaveDialogReturnValue> => ({
    canceled: seen.savedTo === null,
    filePath: seen.savedTo ?? '',
  }),
  showOpenDialog: async (_window: unknown, options: E.OpenDialogOptions): Promise<E.OpenDialogReturnValue> => {
    seen.pickers.push(structuredClone(options));
    return { canceled: seen.picked === null, filePaths: seen.picked === null ? [] : [seen.picked] };
  },
  /** With a window or without, as in Electron. */
  showMessageBox: async (...args: readonly unknown[]): Promise<E.MessageBoxReturnValue> => {
    const box = boxOf(args);
    seen.questions.push(box);
    return { response: await seen.answer(box), checkboxChecked: false };
  },
  showMessageBoxSync: (...args: readonly unknown[]): number => {
    const box = boxOf(args);
    seen.questions.push(box);
    const answer = seen.answer(box);
    if (typeof answer !== 'number') throw new Error('a synchronous box is answered at once');
    return answer;
  },
} satisfies { [K in keyof E.Dialog]?: unknown };

export const Menu = {
  buildFromTemplate: (template: E.MenuItemConstructorOptions[]): E.MenuItemConstructorOptions[] => template,
  setApplicationMenu: (menu: E.MenuItemConstructorOptions[]): void => void seen.menus.push(menu),
} satisfies { [K in keyof typeof E.Menu]?: unknown };

let blockers = 0;
export const powerSaveBlocker: Pick<E.PowerSaveBlocker, 'start' | 'stop'> = {
  start: () => (seen.awake.add(++blockers), blockers),
  stop: (id) => seen.awake.delete(id),
};

export const powerMonitor = new EventEmitter();

export const shell: Pick<E.Shell, 'showItemInFolder'> = {
  showItemInFolder: (path) => void seen.shownFiles.push(path),
};

const displayOf = (workArea: E.Rectangle): Pick<E.Display, 'workArea'> => ({ workArea });
export const screen = {
  getAllDisplays: () => seen.displays.map(displayOf),
  getPrimaryDisplay: () => displayOf(seen.displays[0] ?? { x: 0, y: 0, width: 1, height: 1 }),
} satisfies { [K in keyof E.Screen]?: unknown };

export const crashReporter: Pick<E.CrashReporter, 'start'> = {
  start: (options) => void (seen.crashReporter = structuredClone(options ?? {})),
};

class NativeImage implements Pick<E.NativeImage, 'addRepresentation' | 'isEmpty'> {
  readonly parts: E.AddRepresentationOptions[] = [];
  addRepresentation(options: E.AddRepresentationOptions): void {
    const { width = 0, height = 0, buffer } = options;
    if (buffer && buffer.length !== width * height * 4) throw new Error('a bitmap of another size');
    this.parts.push(options);
  }
  isEmpty(): boolean {
    return this.parts.length === 0;
  }
}
export const nativeImage = { createEmpty: () => new NativeImage() } satisfies {
  [K in keyof typeof E.nativeImage]?: unknown;
};

export class Tray extends EventEmitter implements Pick<E.Tray, 'setToolTip' | 'destroy'> {
  image: NativeImage;
  toolTip = '';
  menu: E.MenuItemConstructorOptions[] = [];
  destroyed = false;
  constructor(image: NativeImage) {
    super();
    if (seen.trayRefused) throw new Error('no tray here');
    if (image.isEmpty()) throw new Error('an empty picture');
    this.image = image;
    seen.trays.push(this);
  }
  setImage(image: NativeImage): void {
    this.image = image;
  }
  setToolTip(text: string): void {
    this.toolTip = text;
  }
  setContextMenu(menu: E.MenuItemConstructorOptions[]): void {
    this.menu = menu;
  }
  destroy(): void {
    this.destroyed = true;
  }
}

export class Notification extends EventEmitter implements Pick<E.Notification, 'show' | 'close' | 'title' | 'body'> {
  static isSupported = (): boolean => true;
  readonly title: string;
  readonly body: string;
  shown = false;
  closed = false;
  constructor({ title = '', body = '' }: E.NotificationConstructorOptions) {
    super();
    this.title = title;
    this.body = body;
    seen.notices.push(this);
  }
  show(): void {
    this.shown = true;
  }
  close(): void {
    this.closed = true;
    this.emit('close');
  }
}
