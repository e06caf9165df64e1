import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { which } from './processes.mjs';

const namesOnPath = [
  ...['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  ...['microsoft-edge', 'microsoft-edge-stable', 'brave-browser'],
];

/**
 * The Chromium that the browser tests and the PDF report use: `CHROMIUM_PATH`, the system's, else Playwright's own.
 * @returns {string | undefined}
 */
export function findChromium(env = process.env, platform = process.platform) {
  const chosen = env['CHROMIUM_PATH'];
  if (chosen) return existsSync(chosen) ? chosen : undefined;
  const onPath = namesOnPath.map((name) => which(name, env)).find((path) => path !== undefined);
  return onPath ?? usualPlaces(env, platform).find((path) => existsSync(path)) ?? playwrightsOwn();
}

/**
 * Where installers put a browser that is not on PATH; every Windows has Edge.
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 */
export function usualPlaces(env, platform) {
  if (platform === 'linux')
    return [
      '/usr/bin/chromium',
      '/snap/bin/chromium',
      '/opt/google/chrome/chrome',
      '/opt/microsoft/msedge/msedge',
      '/var/lib/flatpak/exports/bin/org.chromium.Chromium',
    ];
  if (platform === 'darwin')
    return ['/Applications', ...(env['HOME'] ? [join(env['HOME'], 'Applications')] : [])].flatMap((folder) =>
      ['Google Chrome', 'Microsoft Edge', 'Chromium', 'Brave Browser'].map((name) =>
        join(folder, `${name}.app`, 'Contents', 'MacOS', name),
      ),
    );
  return [env['ProgramFiles'], env['ProgramFiles(x86)'], env['LOCALAPPDATA']]
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => [
      join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
      join(folder, 'Chromium', 'Application', 'chrome.exe'),
      join(folder, 'BraveSoftware', 'Brave-Browser', 'Application', 'brave.exe'),
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
