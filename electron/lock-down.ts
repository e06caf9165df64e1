import { app, session } from 'electron';
import type { WebContents } from 'electron';
import { ownPath, pageAt, pagePaths } from './address.ts';
import { actionAt, type TroubleAction } from './trouble-page.ts';

/*
 * Electron's security checklist, where it is code: a page can go nowhere but to itself, opens nothing, gets no permission
 * and reaches no network. Electron's own defaults approve most of this.
 */

/** Exports are fetched as downloads; every other address of ours than the page itself would leave the app. */
function mayNavigate(address: string): boolean {
  const path = ownPath(address);
  return path === pagePaths.app || path?.startsWith('/export/') === true;
}

function lockContents(contents: WebContents, act: (action: TroubleAction) => void): void {
  const stay = (event: { preventDefault(): void; readonly url: string }): void => {
    if (!mayNavigate(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', (event) => {
    stay(event);
    // The links of the page of trouble are its buttons: it has no script that could ask otherwise.
    const action = pageAt(contents.getURL()) === 'trouble' ? actionAt(ownPath(event.url)) : null;
    if (action) act(action);
  });
  contents.on('will-redirect', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    // The page's links to exports ask for a tab, so that a browser keeps the page; here they become a download at once.
    if (ownPath(url)?.startsWith('/export/') === true) contents.downloadURL(url);
    return { action: 'deny' };
  });
}

/** For every page that is ever made, from now on. Before `ready`. */
export function lockEveryPage(act: (action: TroubleAction) => void): void {
  app.on('web-contents-created', (_event, contents) => lockContents(contents, act));
}

/** After `ready`: no permission, no device, no network, no spelling dictionary from elsewhere. */
export function lockSession(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.setSpellCheckerEnabled(false);
  defaultSession.webRequest.onBeforeRequest(({ url }, answer) => {
    answer({ cancel: !/^(app|blob|data|devtools):/.test(url) });
  });
}
