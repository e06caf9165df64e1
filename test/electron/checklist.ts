import type * as E from 'electron';
import * as double from '#test/fakes/electron.ts';

/*
 * Electron's security checklist (electronjs.org/docs/latest/tutorial/security), all its items in their order, each as what is
 * wrong about a running shell. `breaks` is the shell with this item neglected: the row must see it.
 */

/** All that the items look at, gathered from the running shell and the sources. */
export interface ShellFacts {
  readonly loaded: readonly string[];
  readonly requests: (url: string) => Promise<Response>;
  readonly preferences: Readonly<Partial<E.WebPreferences>>;
  readonly permits: (permission: string) => readonly boolean[];
  /** Headers of the pages, by address. */
  readonly headers: ReadonlyMap<string, Headers>;
  /** Pages as built: what they load, and no inline code. */
  readonly html: string;
  readonly attachRefused: () => boolean;
  /** Whether the page is kept from going there. */
  readonly stays: (event: string, url: string) => boolean;
  readonly opens: (url: string) => string | undefined;
  /** Sources of the shell. */
  readonly source: string;
  readonly electronVersion: { readonly pinned: string; readonly installed: string };
  /** Ports that were given to frames of these addresses; null: no frame. */
  readonly portsGiven: (url: string | null, frame: 'main' | 'child') => boolean;
  readonly schemes: readonly E.CustomScheme[];
  readonly fuses: Readonly<Record<string, unknown>>;
  /** Names that the built preload puts into the page's world or asks of Electron. */
  readonly preload: string;
}

export interface Item {
  readonly number: number;
  readonly title: string;
  /** What is wrong; empty: it holds. */
  readonly faults: (facts: ShellFacts) => string[] | Promise<string[]>;
  readonly breaks: (facts: ShellFacts) => ShellFacts;
}

const withPreference =
  (change: Partial<E.WebPreferences>) =>
  (facts: ShellFacts): ShellFacts => ({ ...facts, preferences: { ...facts.preferences, ...change } });

function wanted(preferences: ShellFacts['preferences'], want: Partial<E.WebPreferences>): string[] {
  return Object.entries(want).flatMap(([name, value]) =>
    preferences[name as keyof E.WebPreferences] === value ? [] : [name],
  );
}

const strange = ['https://example.com/', 'http://127.0.0.1:8080/', 'ws://127.0.0.1:1/', 'file:///etc/passwd'];
const away = [
  ...strange,
  ...['app://evil/', 'app://minarai@evil/', 'app://user@minarai/', 'app://minarai/picture/1', 'app://minarai/trouble'],
  ...['app://minarai/start.html', 'javascript:alert(1)', 'data:text/html,x', 'not an address'],
];
const navigations = ['will-navigate', 'will-redirect', 'will-frame-navigate'];
const permissions = ['media', 'geolocation', 'notifications', 'clipboard-read', 'usb', 'openExternal', 'fullscreen'];

/** A page's policy without what lets foreign or inline code in. */
function policyFaults(headers: Headers): string[] {
  const policy = headers.get('content-security-policy') ?? '';
  return [
    ...(policy.includes("default-src 'none'") ? [] : ['default-src']),
    ...(/unsafe|\*|https?:/.test(policy) ? ['a loophole'] : []),
    ...(policy.includes("frame-ancestors 'none'") ? [] : ['frame-ancestors']),
    ...(headers.get('x-content-type-options') === 'nosniff' ? [] : ['nosniff']),
  ];
}

export const checklist: readonly Item[] = [
  {
    number: 1,
    title: 'only load secure content',
    faults: async ({ loaded, requests }) => {
      const reached = await Promise.all(
        strange.map((url) =>
          requests(url).then(
            () => [url],
            () => [],
          ),
        ),
      );
      return [...loaded.filter((url) => !url.startsWith('app://minarai/')), ...reached.flat()];
    },
    breaks: (facts) => ({ ...facts, requests: async () => new Response() }),
  },
  {
    number: 2,
    title: 'no Node.js integration',
    faults: ({ preferences }) =>
      wanted(preferences, {
        ...{ nodeIntegration: false, nodeIntegrationInWorker: false, nodeIntegrationInSubFrames: false },
      }),
    breaks: withPreference({ nodeIntegrationInWorker: true }),
  },
  {
    number: 3,
    title: 'context isolation',
    faults: ({ preferences }) => wanted(preferences, { contextIsolation: true }),
    breaks: withPreference({ contextIsolation: false }),
  },
  {
    number: 4,
    title: 'process sandboxing',
    faults: ({ preferences, source }) => [
      ...wanted(preferences, { sandbox: true }),
      ...(/no-sandbox|disableHardwareSandbox/.test(source) ? ['no-sandbox'] : []),
    ],
    breaks: withPreference({ sandbox: false }),
  },
  {
    number: 5,
    title: 'permission requests',
    faults: ({ permits }) => permissions.filter((one) => permits(one).length !== 3 || permits(one).includes(true)),
    breaks: (facts) => ({ ...facts, permits: (one) => [one === 'usb', false, false] }),
  },
  {
    number: 6,
    title: 'webSecurity stays on',
    faults: ({ preferences }) => wanted(preferences, { webSecurity: true }),
    breaks: withPreference({ webSecurity: false }),
  },
  {
    number: 7,
    title: 'a content security policy',
    faults: ({ headers, html }) => [
      ...[...headers].flatMap(([url, one]) => policyFaults(one).map((fault) => `${url} ${fault}`)),
      ...(headers.size < 3 ? ['pages are missing'] : []),
      ...(/<script(?![^>]*\ssrc=)|\son\w+=|<style/i.test(html) ? ['inline code'] : []),
    ],
    breaks: (facts) => ({
      ...facts,
      headers: new Map([
        ...facts.headers,
        ['/', new Headers({ 'content-security-policy': "default-src 'unsafe-inline'" })],
      ]),
    }),
  },
  {
    number: 8,
    title: 'no insecure content',
    faults: ({ preferences }) => wanted(preferences, { allowRunningInsecureContent: false }),
    breaks: withPreference({ allowRunningInsecureContent: true }),
  },
  {
    number: 9,
    title: 'no experimental features',
    faults: ({ preferences }) => wanted(preferences, { experimentalFeatures: false }),
    breaks: withPreference({ experimentalFeatures: true }),
  },
  {
    number: 10,
    title: 'no enableBlinkFeatures',
    faults: ({ preferences, source }) => [
      ...wanted(preferences, {}),
      ...('enableBlinkFeatures' in preferences || /enableBlinkFeatures|enable-blink-features/.test(source)
        ? ['enableBlinkFeatures']
        : []),
    ],
    breaks: withPreference({ enableBlinkFeatures: 'CSSVariables' }),
  },
  {
    number: 11,
    title: 'no allowpopups for webviews',
    faults: ({ preferences, html }) => [
      ...wanted(preferences, { webviewTag: false }),
      ...(/<webview|allowpopups/i.test(html) ? ['a webview'] : []),
    ],
    breaks: (facts) => ({ ...facts, html: `${facts.html}<webview allowpopups></webview>` }),
  },
  {
    number: 12,
    title: 'webview options are verified: none is attached',
    faults: ({ attachRefused }) => (attachRefused() ? [] : ['attached']),
    breaks: (facts) => ({ ...facts, attachRefused: () => false }),
  },
  {
    number: 13,
    title: 'navigation is limited',
    faults: ({ stays, preferences }) => [
      ...navigations.flatMap((event) => away.filter((url) => !stays(event, url)).map((url) => `${event} ${url}`)),
      // Exports are downloads, and the page's own places are its own.
      ...['app://minarai/#/learn', 'app://minarai/export/report.html'].filter((url) => stays('will-navigate', url)),
      ...wanted(preferences, { navigateOnDragDrop: false }),
    ],
    breaks: (facts) => ({ ...facts, stays: (event, url) => event !== 'will-redirect' && facts.stays(event, url) }),
  },
  {
    number: 14,
    title: 'no new windows',
    faults: ({ opens }) =>
      ['app://minarai/', 'https://example.com/export/x', 'app://minarai/export/a.html'].filter(
        (url) => opens(url) !== 'deny',
      ),
    breaks: (facts) => ({ ...facts, opens: (url) => (url.includes('export') ? 'allow' : 'deny') }),
  },
  {
    number: 15,
    title: 'no shell.openExternal, and nothing is opened by a path from elsewhere',
    faults: ({ source }) => (/openExternal\(|openPath\(/.test(source) ? ['openExternal'] : []),
    breaks: (facts) => ({ ...facts, source: `${facts.source}\nvoid shell.openExternal(url);` }),
  },
  {
    number: 16,
    title: 'the version of Electron is the one that was checked',
    faults: ({ electronVersion: { pinned, installed } }) =>
      /^\d+\.\d+\.\d+$/.test(pinned) && pinned === installed ? [] : [`${pinned} and ${installed}`],
    breaks: (facts) => ({ ...facts, electronVersion: { pinned: '^40.0.0', installed: '45.4.1' } }),
  },
  {
    number: 17,
    title: 'the sender of every message is checked',
    faults: ({ portsGiven, source }) => [
      ...['https://example.com/', 'app://evil/', 'app://minarai/picture/2', null].flatMap((url) =>
        portsGiven(url, 'main') ? [`port for ${url}`] : [],
      ),
      ...(portsGiven('app://minarai/', 'child') ? ['port for a frame within'] : []),
      ...(portsGiven('app://minarai/', 'main') ? [] : ['no port for the page itself']),
      // There is one listener; another one needs its own check here.
      ...(source.match(/ipcMain\s*\.\s*\w+\(/g)?.length === 1 ? [] : ['another listener']),
    ],
    breaks: (facts) => ({ ...facts, source: `${facts.source}\nipcMain.handle('x', () => undefined);` }),
  },
  {
    number: 18,
    title: 'a protocol of our own instead of file://',
    faults: ({ schemes, loaded, source }) => [
      ...(JSON.stringify(schemes) === JSON.stringify([ownScheme]) ? [] : ['another scheme']),
      ...loaded.filter((url) => url.startsWith('file:')),
      // Printing shows its own file in a session that reaches nothing else.
      ...(/\.loadFile\(/.test(source) ? ['loadFile'] : []),
    ],
    breaks: (facts) => ({
      ...facts,
      schemes: [{ scheme: 'app', privileges: { ...ownScheme.privileges, bypassCSP: true } }],
    }),
  },
  {
    number: 19,
    title: 'fuses',
    faults: ({ fuses }) =>
      Object.entries(wantedFuses).flatMap(([fuse, value]) => (fuses[fuse] === value ? [] : [fuse])),
    breaks: (facts) => ({ ...facts, fuses: { ...facts.fuses, runAsNode: true } }),
  },
  {
    number: 20,
    title: 'no API of Electron reaches the page',
    faults: ({ preload, source }) => [
      ...(/contextBridge|exposeInMainWorld/.test(preload + source) ? ['something exposed'] : []),
      // All that the preload takes of Electron.
      ...[...new Set(preload.match(/(?<=import_electron\.)\w+/g) ?? ['nothing'])].filter(
        (name) => name !== 'ipcRenderer',
      ),
      ...(/\b(invoke|sendSync|postMessage)\(\s*["']minarai:(?!port)/.test(preload) ? ['another message'] : []),
    ],
    breaks: (facts) => ({
      ...facts,
      preload: `${facts.preload}\nimport_electron.contextBridge.exposeInMainWorld("x", {});`,
    }),
  },
];

const ownScheme: E.CustomScheme = {
  scheme: 'app',
  privileges: { standard: true, secure: true, supportFetchAPI: true },
};

const wantedFuses = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  grantFileProtocolExtraPrivileges: false,
} as const;

/** Asks for a port as a frame of this address; null: a frame that is gone by then. */
export function asksForPort(url: string | null, kind: 'main' | 'child'): boolean {
  const [window] = double.seen.windows;
  if (!window) return false;
  const { webContents } = window;
  const own = webContents.mainFrame;
  const frame = new double.Frame(url ?? own.url, webContents);
  let given = false;
  frame.ipcRenderer.once('minarai:port', () => (given = true));
  if (kind === 'main') webContents.mainFrame = frame;
  double.ipcMain.emit('minarai:connect', { sender: webContents, senderFrame: url === null ? null : frame });
  webContents.mainFrame = own;
  return given;
}
