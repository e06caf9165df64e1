import { describe, expect, it } from 'vitest';
import { defaultDataDir } from '#core/shell/data-dir.ts';
import { terminalLocale, windowLocale } from '#core/shell/system-locale.ts';

describe('the data folder', () => {
  it.each([
    [{ MINARAI_DATA: '/chosen' }, 'linux', '/chosen'],
    [{ XDG_DATA_HOME: '/xdg' }, 'linux', '/xdg/minarai'],
    [{}, 'linux', '/home/sato/.local/share/minarai'],
    [{}, 'darwin', '/home/sato/Library/Application Support/Minarai'],
    [{ LOCALAPPDATA: '/local', APPDATA: '/roaming' }, 'win32', '/local/Minarai'],
  ] as const)('%j on %s', (env, platform, folder) => {
    expect(defaultDataDir(env, platform, '/home/sato')).toBe(folder);
  });
});

describe('the system’s language', () => {
  it.each([
    [{ LANG: 'ja_JP.UTF-8' }, 'ja', 'ja'],
    [{ LANG: 'en_US.UTF-8' }, 'en', 'en'],
    [{ LANG: 'de_DE.UTF-8' }, 'en', 'en'],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'ja_JP.UTF-8' }, 'ja', 'ja'],
    [{ LANG: 'C.UTF-8' }, 'en', 'ja'],
    [{}, 'en', 'ja'],
  ] as const)('%j', (env, terminal, window) => {
    expect([terminalLocale(env, 'linux'), windowLocale(env, 'linux')]).toEqual([terminal, window]);
  });
});
