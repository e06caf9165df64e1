import { ipcRenderer } from 'electron';
import { CONNECT, PORT } from './channels.ts';

/*
 * Runs sandboxed beside the page and does one thing: passes on the one port to the core. Nothing is exposed; the page has
 * no other way out.
 */
ipcRenderer.on(PORT, (event) => {
  // To this very window; its page is ours, since navigation is locked.
  window.postMessage({ type: PORT }, '*', event.ports);
});
// The page's scripts listen by then: modules run before `load`.
window.addEventListener('load', () => ipcRenderer.send(CONNECT), { once: true });
