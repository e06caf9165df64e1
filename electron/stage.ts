import { join } from 'node:path';
import { app, shell } from 'electron';
import { RPCHandler } from '@orpc/server/message-port';
import type { App, AppOptions, CallContext, Log } from '#core/app-types.ts';
import { pickedFiles } from '#core/contract/desktop.ts';
import { toErrorData } from '#core/contract/errors.ts';
import type { AppState, Locale } from '#core/contract/views.ts';
import { readChosenPlace, writeChosenPlace } from '#core/shell/chosen-place.ts';
import type { RendererFile } from '#core/shell/renderer-files.ts';
import { createTranslator } from '#messages/translate.ts';
import { serveScheme } from './app-protocol.ts';
import { showBeside } from './beside-page.ts';
import { checkStillThere } from './known-place.ts';
import { openMainWindow } from './main-window.ts';
import { openCore } from './open-core.ts';
import { openedModels } from './opened-files.ts';
import { pickFile } from './pick-file.ts';
import { pickFolder } from './pick-folder.ts';
import { closeBeforeQuit } from './quitting.ts';
import { startAgain } from './start-again.ts';
import { startCalls } from './start-calls.ts';
import { tellOfModels } from './tell-of-models.ts';
import type { Trouble, TroubleAction } from './trouble-page.ts';
import { handOutPorts } from './window-ports.ts';

interface StageTools {
  readonly createApp: (options: AppOptions) => Promise<App>;
  readonly builtDir: string;
  /** The built window; null where it cannot be read. */
  readonly files: ReadonlyMap<string, RendererFile> | null;
  /** Where the shell's own files lie. */
  readonly home: string;
  readonly systemLocale: Locale;
  readonly log: Log;
  readonly logInto: (folder: string) => void;
}

export interface Stage {
  /** Shows the app, or the first start where nobody has said yet where the data shall lie. */
  readonly begin: (dataDir: string | null) => Promise<void>;
  readonly act: (action: TroubleAction) => void;
  readonly coreFailed: (error: unknown) => void;
  /** A second start: the window comes forward. */
  readonly startedAgain: (start: Start) => void;
  /** The model files that a start was made with. */
  readonly takeFiles: (start: Start) => void;
}

/** What the app was started with. */
interface Start {
  readonly args: readonly string[];
  readonly workingDir: string;
}

/** A core that no longer answers is not waited for longer than this. */
const CLOSE_LIMIT_MS = 5000;

/** What is to be seen: the first start, the app, or the page of trouble, one after the other in one window. */
export function createStage(tools: StageTools): Stage {
  const { builtDir, home, log } = tools;
  let locale = readChosenPlace(home)?.locale ?? tools.systemLocale;
  let dataDir: string | null = null;
  let core: App | null = null;
  let state: AppState | null = null;
  let trouble: (Trouble & { readonly again: () => void }) | null = null;
  let endBeside = (): void => undefined;
  let calls: RPCHandler<CallContext> | null = null;

  const quitting = closeBeforeQuit({
    window: () => (main.window.isDestroyed() ? null : main.window),
    locale: () => locale,
    state: () => state,
    close: async () => {
      endBeside();
      await core?.close();
    },
    log,
  });
  const main = openMainWindow(join(builtDir, 'preload.cjs'), join(home, 'window', 'place.json'), {
    onBroken: (detail) => tell('window_broken', { detail }, ['again', 'log', 'quit'], () => void main.load('app')),
    onWish: () => app.quit(),
    mayClose: quitting.closed,
    onSessionEnd: () => quitting.atOnce('session-end'),
    locale: () => locale,
    log,
  });
  const logFile = (): string => join(dataDir ?? home, 'logs', 'minarai.ndjson');

  function tell(
    code: Trouble['code'],
    params: Trouble['params'],
    actions: Trouble['actions'],
    again: () => void,
  ): void {
    trouble = { code, params, actions, logFile: logFile(), again };
    void main.load('trouble');
  }
  const ask = (key: 'pick.camera' | 'pick.data', from?: string): Promise<string | null> =>
    pickFolder(main.window, createTranslator(locale)(key), from);

  const first = new RPCHandler(
    startCalls({
      version: app.getVersion(),
      usual: home,
      locale,
      pick: (_locale, from) => ask('pick.data', from),
      setLocale: (chosen) => void (locale = chosen),
      open: (folder, chosen) => void open(folder, chosen),
    }),
  );

  /** Also the language in which the next start speaks before its core is there. */
  function speak(folder: string, language: Locale): void {
    locale = language;
    if (process.env['MINARAI_DATA']) return;
    try {
      writeChosenPlace(home, { dataDir: folder, locale });
    } catch (error) {
      log('error', 'place_not_kept', { error });
    }
  }

  async function open(folder: string, chosen: Locale): Promise<void> {
    try {
      checkStillThere(home, folder);
      core = await openCore({
        createApp: tools.createApp,
        ...{ builtDir, dataDir: folder, locale: chosen, log },
        pickFolder: () => ask('pick.camera'),
        pickFile: (what) => pickFile(main.window, createTranslator(locale)(`pick.${what}`), pickedFiles[what]),
      });
    } catch (error) {
      log('error', 'start_failed', { error });
      const { code, params } = toErrorData(error);
      tell(code, params, ['again', 'folder', 'log', 'quit'], () => void open(folder, chosen));
      return;
    }
    dataDir = folder;
    tools.logInto(folder);
    speak(folder, chosen);
    calls = new RPCHandler(core.router);
    endBeside = showBeside(core, {
      ...{ main, log, locale: () => locale, showLog: () => shell.showItemInFolder(logFile()), quit: () => app.quit() },
      onState: (next) => {
        state = next;
        if (next.settings.locale !== locale) speak(folder, next.settings.locale);
        quitting.look();
      },
      onSilence: coreFailed,
    });
    await main.load('app');
  }

  function coreFailed(error: unknown): void {
    log('error', 'core_failed', { error });
    if (trouble?.code === 'core_crashed' || quitting.closed()) return;
    tell('core_crashed', toErrorData(error).params, ['again', 'log', 'quit'], () => {
      const closing = core?.close().catch((thrown: unknown) => log('error', 'close_failed', { error: thrown }));
      const late = new Promise((resolve) => setTimeout(resolve, CLOSE_LIMIT_MS));
      void Promise.race([closing, late]).then(() => startAgain());
    });
  }

  function takeFiles({ args, workingDir }: Start): void {
    const models = openedModels(args, workingDir);
    if (models.length > 0) void tellOfModels(main.window, models, locale);
  }

  const acts: Readonly<Record<TroubleAction, () => void>> = {
    again: () => trouble?.again(),
    folder: () => void main.load('start'),
    log: () => shell.showItemInFolder(logFile()),
    quit: () => app.quit(),
  };
  serveScheme({ files: tools.files ?? new Map(), app: () => core, trouble: () => trouble, locale: () => locale }, log);
  handOutPorts((page) => (page === 'app' ? calls : page === 'start' ? first : null), log);

  return {
    async begin(folder) {
      if (tools.files === null) tell('window_broken', { detail: 'index.html' }, ['log', 'quit'], () => undefined);
      else if (folder === null) await main.load('start');
      else await open(folder, locale);
    },
    act: (action) => acts[action](),
    coreFailed,
    startedAgain: (start) => {
      main.forward();
      takeFiles(start);
    },
    takeFiles,
  };
}
