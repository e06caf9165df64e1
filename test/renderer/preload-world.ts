import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import type { CDPSession, Page } from '@playwright/test';
import * as double from '#test/fakes/electron.ts';

/*
 * Joins a page of Chromium to the shell that runs in Node over the double of Electron: the built preload is evaluated in an
 * isolated world of each document, as a sandboxed preload is, and its one port is carried over Chromium's debugging protocol. It
 * checks our preload, pages and handlers together, not Electron's own bridge.
 */

/** Of the page under test; a secure origin, as app:// is. */
export const PAGE_ORIGIN = 'https://minarai';
const WORLD = 'preload';

/** What the isolated world has in place of Electron: messages to Node go by a binding, and come by `minaraiHear`. */
const bridge = (preload: string): string => `{
  if (window === window.top) {
    const channels = new Map();
    const ports = [];
    const ipcRenderer = {
      on: (channel, listener) => void channels.set(channel, listener),
      send: (channel) => minaraiSend(JSON.stringify({ channel, url: location.href })),
    };
    globalThis.minaraiHear = (channel) => {
      const { port1, port2 } = new MessageChannel();
      const number = ports.push(port1) - 1;
      port1.onmessage = ({ data }) => minaraiSend(JSON.stringify({ number, data }));
      channels.get(channel)({ ports: [port2] });
      return number;
    };
    globalThis.minaraiPost = (number, data) => ports[number].postMessage(data);
    const require = (name) => {
      if (name !== 'electron') throw new Error('no ' + name + ' in a sandboxed preload');
      return { ipcRenderer };
    };
    ${preload}
  }
}`;

/** Messages of oRPC over a port are text here; anything else would be lost without notice. */
function textOnly(data: unknown): string {
  if (typeof data !== 'string') throw new Error('a message that is no text');
  return data;
}

/** One document: its frame in the double, and the ports that it was given. */
function openDocument(
  cdp: CDPSession,
  contextId: number,
  url: string,
  sender: double.WebContents,
): Map<number, MessagePort> {
  const ports = new Map<number, MessagePort>();
  const frame = new double.Frame(url, sender);
  sender.mainFrame = frame;
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result } = await cdp.send('Runtime.evaluate', { contextId, expression, returnByValue: true });
    return result.value;
  };
  const carry = async (channel: string, port: MessagePort): Promise<void> => {
    const number = Number(await evaluate(`minaraiHear(${JSON.stringify(channel)})`));
    ports.set(number, port);
    port.on('message', (data: unknown) => {
      // A page that was left no longer hears.
      void evaluate(`minaraiPost(${number}, ${JSON.stringify(textOnly(data))})`).catch(() => undefined);
    });
  };
  frame.ipcRenderer.on('minarai:port', (event: { ports: [MessagePort] }) => void carry('minarai:port', event.ports[0]));
  return ports;
}

/** Lets `page` show what the shell serves and speak to it as Electron would. Resolves before anything is loaded. */
export async function joinToShell(page: Page, built: string, window: double.BrowserWindow): Promise<void> {
  await page.route(`${PAGE_ORIGIN}/**`, async (route) => {
    const { pathname, search } = new URL(route.request().url());
    const answer = await double.fetchAs(`app://minarai${pathname}${search}`, route.request().method());
    const headers = Object.fromEntries(answer.headers);
    await route.fulfill({ status: answer.status, headers, body: Buffer.from(await answer.arrayBuffer()) });
  });
  const cdp = await page.context().newCDPSession(page);
  const documents = new Map<number, Map<number, MessagePort>>();
  await cdp.send('Runtime.enable');
  await cdp.send('Runtime.addBinding', { name: 'minaraiSend', executionContextName: WORLD });
  cdp.on('Runtime.bindingCalled', ({ payload, executionContextId }) => {
    const said = JSON.parse(payload) as { channel: string; url: string } | { number: number; data: unknown };
    if ('channel' in said) {
      const url = said.url.replace(PAGE_ORIGIN, 'app://minarai');
      documents.set(executionContextId, openDocument(cdp, executionContextId, url, window.webContents));
      window.webContents.mainFrame.ipcRenderer.send(said.channel);
    } else documents.get(executionContextId)?.get(said.number)?.postMessage(textOnly(said.data));
  });
  await cdp.send('Page.enable');
  const source = bridge(readFileSync(join(built, 'preload.cjs'), 'utf8'));
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: WORLD });
  // What the shell loads, the page shows.
  window.onLoaded = async (url) => void (await page.goto(url.replace('app://minarai', PAGE_ORIGIN)));
}
