import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type * as E from 'electron';
import { preventable, seen } from './seen.ts';

type Doubled =
  | 'isPackaged'
  | 'requestSingleInstanceLock'
  | 'whenReady'
  | 'getLocale'
  | 'getAppPath'
  | 'getVersion'
  | 'getGPUInfo'
  | 'setPath'
  | 'setAppUserModelId'
  | 'relaunch'
  | 'exit'
  | 'quit';

/** Electron's own order: `before-quit`, then the windows are asked, then the end. */
class App extends EventEmitter implements Pick<E.App, Doubled> {
  readonly isPackaged = false;
  /** What a start hands to the one that runs already. */
  handed: unknown = null;
  requestSingleInstanceLock = (additionalData?: Record<string, unknown>): boolean => {
    this.handed = structuredClone(additionalData);
    return seen.locked;
  };
  whenReady = async (): Promise<void> => undefined;
  getLocale = (): string => 'ja';
  getAppPath = (): string => join(import.meta.dirname, '..', '..', '..');
  getVersion = (): string => '0.1.0';
  getGPUInfo = async (): Promise<unknown> => structuredClone(seen.gpuInfo);
  setPath = (name: string, path: string): void => void (seen.paths[name] = path);
  setAppUserModelId = (): void => undefined;
  relaunch = (options: E.RelaunchOptions = {}): void => void seen.relaunched.push(structuredClone(options));
  exit = (code = 0): void => void (seen.exitCode = code);
  quit = (): void => {
    const event = preventable();
    this.emit('before-quit', event);
    if (event.defaultPrevented) return;
    for (const window of seen.windows) if (!window.destroyed && !window.close()) return;
    seen.quit = true;
  };
}

export const app = new App();
