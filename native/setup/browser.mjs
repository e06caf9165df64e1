import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { which } from './processes.mjs';

/**
 * The Chromium that the browser tests and the PDF report use: `CHROMIUM_PATH`, the system's, else Playwright's own.
 * @returns {string | undefined}
 */
export function findChromium(env = process.env) {
  const chosen = env['CHROMIUM_PATH'];
  if (chosen) return existsSync(chosen) ? chosen : undefined;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
  const onPath = names.map((name) => which(name, env)).find((path) => path !== undefined);
  return onPath ?? usualPlaces(env).find((path) => existsSync(path)) ?? playwrightsOwn();
}

/** @param {NodeJS.ProcessEnv} env */
function usualPlaces(env) {
  if (process.platform === 'linux') return ['/usr/bin/chromium'];
  if (process.platform === 'darwin') return ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
  return [env['ProgramFiles'], env['ProgramFiles(x86)']]
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => [
      join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ]);
}

function playwrightsOwn() {
  try {
    const path = createRequire(import.meta.url)('@playwright/test').chromium.executablePath();
    return existsSync(path) ? path : undefined;
  } catch {
    // A packaged app is without Playwright.
    return undefined;
  }
}
