import type { ChildProcess } from 'node:child_process';
import type * as E from 'electron';
import type { BrowserWindow } from './pages.ts';
import type { Notification, Tray } from './desktop.ts';

type Question = Omit<E.MessageBoxOptions, 'signal' | 'icon'>;

function nothingYet() {
  return {
    locked: true,
    quit: false,
    exitCode: null as number | null,
    relaunched: [] as E.RelaunchOptions[],
    schemes: [] as E.CustomScheme[],
    windows: [] as BrowserWindow[],
    /** Told of each window before anything is loaded into it, which waits for it. */
    onWindow: null as ((window: BrowserWindow) => Promise<void>) | null,
    menus: [] as E.MenuItemConstructorOptions[][],
    trays: [] as Tray[],
    notices: [] as Notification[],
    /** A desktop without a place for trays. */
    trayRefused: false,
    awake: new Set<number>(),
    engines: [] as ChildProcess[],
    paths: {} as Record<string, string>,
    crashReporter: null as E.CrashReporterStartOptions | null,
    /** Folders and files that were shown in the file manager. */
    shownFiles: [] as string[],
    errorBoxes: [] as string[],
    questions: [] as Question[],
    /** How questions are answered; by default as a person who closes the box. */
    answer: (question: Question): number | Promise<number> => question.cancelId ?? 0,
    savedTo: null as string | null,
    picked: null as string | null,
    pickers: [] as E.OpenDialogOptions[],
    displays: [{ x: 0, y: 0, width: 1920, height: 1040 }] as E.Rectangle[],
    gpuInfo: { gpuDevice: [{ vendorId: 0x10de, active: true, driverVersion: '580.1' }] } as unknown,
    permission: {
      request: null as Parameters<E.Session['setPermissionRequestHandler']>[0],
      check: null as Parameters<E.Session['setPermissionCheckHandler']>[0],
      device: null as Parameters<E.Session['setDevicePermissionHandler']>[0],
    },
    spellChecker: true,
    flushed: 0,
    beforeRequest: null as ((details: { url: string }, answer: (response: E.CallbackResponse) => void) => void) | null,
  };
}

/** What the shell did with Electron, and what the person and the system answer. */
export const seen = nothingYet();

export function forget(): void {
  for (const engine of seen.engines) engine.kill('SIGKILL');
  Object.assign(seen, nothingYet());
}

interface Preventable {
  defaultPrevented: boolean;
  preventDefault(): void;
}

/** An event as Electron hands it to a listener. */
export function preventable<T extends object>(details = {} as T): T & Preventable {
  return {
    ...details,
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
  };
}
