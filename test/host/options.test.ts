import { describe, expect, it } from 'vitest';
import { browserCommand } from '#host/open-browser.ts';
import { readHostOptions } from '#host/options.ts';

describe('the host’s options', () => {
  it('come from the command line, then the environment, then the system', () => {
    const env = { MINARAI_PORT: '4000', MINARAI_DATA: '/d', LANG: 'ja_JP.UTF-8' };
    expect(readHostOptions([], env)).toEqual({ port: 4000, dataDir: '/d', terminal: 'ja', window: 'ja', sample: true });
    expect(readHostOptions(['--port', '0', '--data=/e', '--lang', 'en', '--no-sample'], env)).toEqual({
      port: 0,
      dataDir: '/e',
      terminal: 'en',
      window: 'en',
      sample: false,
    });
  });

  it.each([
    [['--port', '70000'], '70000'],
    [['--port', 'http'], 'http'],
    [['--lang', 'fr'], 'fr'],
    [['--prot', '1'], '--prot'],
    [['folder'], 'folder'],
  ])('refuses %j in a sentence', (args, named) => {
    expect(() => readHostOptions([...args], { LANG: 'en_GB' })).toThrow(named);
  });
});

describe('opening the browser', () => {
  it.each([
    [{ DISPLAY: ':0' }, 'linux', ['xdg-open']],
    [{ WAYLAND_DISPLAY: 'w' }, 'linux', ['xdg-open']],
    [{}, 'linux', null],
    [{ DISPLAY: ':0', CI: 'true' }, 'linux', null],
    [{ MINARAI_NO_OPEN: '1' }, 'darwin', null],
    [{}, 'darwin', ['open']],
    [{}, 'win32', ['rundll32', 'url.dll,FileProtocolHandler']],
  ] as const)('%j on %s: %j', (env, platform, command) => {
    expect(browserCommand(env, platform)).toEqual(command);
  });
});
