import { AppError } from '#core/contract/errors.ts';
import type { PagePrinter } from '#core/app-types.ts';
import { findChromium } from '#native/setup/browser.mjs';
import { inBrowserTab, type Tab } from './browser-pipe.ts';

/** A report takes 2 s; a slow computer that decodes twelve pictures and starts the browser for the first time, 20 s. */
const LIMIT_MS = 60_000;

/** Puts a page into the tab and waits until its pictures are there. It can run nothing and fetch nothing. */
async function show(tab: Tab, html: string): Promise<void> {
  await tab.send('Emulation.setScriptExecutionDisabled', { value: true });
  await tab.send('Network.enable');
  await tab.send('Network.emulateNetworkConditions', {
    ...{ offline: true, latency: 0, downloadThroughput: 0, uploadThroughput: 0 },
  });
  await tab.send('Page.enable');
  const { frameTree } = (await tab.send('Page.getFrameTree')) as { frameTree: { frame: { id: string } } };
  const loaded = tab.once('Page.loadEventFired');
  await tab.send('Page.setDocumentContent', { frameId: frameTree.frame.id, html });
  await loaded;
}

const bytesOf = ({ data }: Record<string, unknown>): Uint8Array => Buffer.from(String(data), 'base64');

/**
 * Prints by the Chromium, Chrome, Edge or Brave that is installed: for the browser host and the command line.
 *
 * @param find where the browser is; looked for anew each time, since one may be installed meanwhile
 */
export function browserPrinter(find: () => string | undefined = findChromium, limitMs: number = LIMIT_MS): PagePrinter {
  const print = async (html: string, take: (tab: Tab) => Promise<Record<string, unknown>>): Promise<Uint8Array> => {
    const browser = find();
    if (browser === undefined) throw new AppError('no_browser');
    try {
      return await inBrowserTab(browser, limitMs, async (tab) => {
        await show(tab, html);
        return bytesOf(await take(tab));
      });
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new AppError('print_failed', { browser, detail }, { cause });
    }
  };
  return {
    pdf: (html) =>
      print(html, (tab) =>
        tab.send('Page.printToPDF', {
          ...{ printBackground: true, preferCSSPageSize: true, displayHeaderFooter: false },
          ...{ generateTaggedPDF: true, generateDocumentOutline: true },
        }),
      ),
    png: (html, { width, height }) =>
      print(html, async (tab) => {
        await tab.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
        return tab.send('Page.captureScreenshot', { format: 'png' });
      }),
  };
}
