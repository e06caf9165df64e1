import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BrowserWindow, session } from 'electron';
import type { PagePrinter } from '#core/app-types.ts';
import { AppError } from '#core/contract/errors.ts';

/** The pages that are printed share nothing with the window: no storage, no script, no address but their own file. */
const PARTITION = 'printing';
/** A report takes a second; twelve pictures on a slow computer some more. */
const LIMIT_MS = 60_000;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Ends `work` with an error when it takes too long: a page that hangs must not keep the export. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not done after ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function hiddenWindow({ width, height }: Size, address: string): BrowserWindow {
  const own = session.fromPartition(PARTITION);
  own.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  own.setPermissionCheckHandler(() => false);
  own.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: url !== address && !url.startsWith('data:') }));
  return new BrowserWindow({
    ...{ show: false, frame: false, useContentSize: true, enableLargerThanScreen: true, width, height },
    webPreferences: {
      ...{ partition: PARTITION, javascript: false, sandbox: true, contextIsolation: true, nodeIntegration: false },
      ...{ webSecurity: true, webviewTag: false, spellcheck: false },
    },
  });
}

async function print(
  html: string,
  size: Size,
  limitMs: number,
  take: (window: BrowserWindow) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'minarai-print-'));
  const file = join(folder, 'page.html');
  let window: BrowserWindow | null = null;
  try {
    await writeFile(file, html, { mode: 0o600 });
    const address = pathToFileURL(file).href;
    window = hiddenWindow(size, address);
    const shown = window;
    return await within(
      limitMs,
      shown.loadURL(address).then(() => take(shown)),
    );
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('print_failed', { browser: 'Electron', detail }, { cause });
  } finally {
    window?.destroy();
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Prints by Electron's own browser, one page at a time, since they share a session. */
export function electronPrinter(limitMs: number = LIMIT_MS): PagePrinter {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<Uint8Array>): Promise<Uint8Array> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
  return {
    pdf: (html) =>
      inTurn(() =>
        print(html, { width: 1000, height: 1400 }, limitMs, (window) =>
          window.webContents.printToPDF({
            ...{
              printBackground: true,
              preferCSSPageSize: true,
              generateTaggedPDF: true,
              generateDocumentOutline: true,
            },
          }),
        ),
      ),
    png: (html, size) =>
      inTurn(() =>
        print(html, size, limitMs, async (window) => {
          const picture = await window.webContents.capturePage(undefined, { stayHidden: true });
          if (picture.isEmpty()) throw new Error('the page was not drawn');
          // A screen that shows everything larger gives a larger picture.
          return picture.resize({ ...size, quality: 'best' }).toPNG();
        }),
      ),
  };
}
