import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { AppOptions } from '#core/app-types.ts';
import { createFakeApp, emptyState } from '#test/fakes/app.ts';
import * as double from '#test/fakes/electron.ts';
import { loadPreload, pressLink, startCallsOver, theWindow, troubleText, useShell } from './shell-fixture.ts';

vi.mock('electron', () => import('#test/fakes/electron.ts'));
const shell = useShell({ named: false });
const home = (): string => join(shell.dir, 'home', 'minarai');
const place = (): unknown => JSON.parse(readFileSync(join(home(), 'place.json'), 'utf8'));
const shows = async (page: string): Promise<void> =>
  vi.waitFor(() => expect(theWindow().webContents.getURL()).toBe(`app://minarai/${page}`));

/** A start that keeps what the core was opened with; the core makes its folder as the real one does. */
async function start() {
  const opened: AppOptions[] = [];
  const core = createFakeApp({}, { lives: true });
  await shell.start(async (options) => {
    opened.push(options);
    mkdirSync(options.dataDir, { recursive: true });
    writeFileSync(join(options.dataDir, 'minarai.db'), '');
    core.show({ settings: { ...emptyState.settings, locale: options.defaultLocale } });
    return core;
  });
  return { opened, core };
}

const askStart = async () => startCallsOver(await loadPreload(shell.built, theWindow().webContents.mainFrame));

describe('the first start', () => {
  it('asks before anything is opened, and opens the app in the language and folder that were chosen', async () => {
    const { opened } = await start();
    expect([theWindow().loaded, opened]).toEqual([['app://minarai/start.html'], []]);
    const calls = await askStart();
    const first = await calls.get();
    expect(first).toMatchObject({ locale: 'ja', usual: true, folder: { folder: home(), holdsPilot: false } });

    expect(await calls.setLocale({ locale: 'en' })).toMatchObject({ locale: 'en' });
    const chosen = join(shell.dir, 'chosen');
    mkdirSync(chosen);
    writeFileSync(join(chosen, 'other.txt'), 'not ours');
    double.seen.picked = chosen;
    const picked = await calls.pickFolder();
    // A folder that holds something else gets one of its own within.
    expect(picked).toMatchObject({ usual: false, folder: { folder: join(chosen, 'Minarai'), problem: null } });
    expect(double.seen.pickers[0]?.title).toBe('Choose the folder for the data');

    await calls.open();
    await shows('');
    expect(opened).toMatchObject([{ dataDir: join(chosen, 'Minarai'), defaultLocale: 'en' }]);
    expect(place()).toEqual({ dataDir: join(chosen, 'Minarai'), locale: 'en' });
    expect(existsSync(join(chosen, '.minarai'))).toBe(false);
  });

  it('a dialog that is closed changes nothing, and one can go back to the usual folder', async () => {
    await start();
    const calls = await askStart();
    expect((await calls.pickFolder()).folder.folder).toBe(home());
    double.seen.picked = shell.dir;
    expect((await calls.pickFolder()).usual).toBe(false);
    expect(await calls.useUsual()).toMatchObject({ usual: true, folder: { folder: home() } });
  });

  it('refuses a folder that cannot be written to, and says so', async () => {
    const { opened } = await start();
    const calls = await askStart();
    double.seen.picked = '/proc/sys';
    const { folder } = await calls.pickFolder();
    expect(folder.problem?.code).toBe('data_folder_not_writable');
    await expect(calls.open()).rejects.toMatchObject({ data: { code: 'data_folder_not_writable' } });
    expect(opened).toEqual([]);
  });

  it('is not asked again: the next start opens what was chosen', async () => {
    mkdirSync(home(), { recursive: true });
    const data = join(shell.dir, 'data');
    mkdirSync(data);
    writeFileSync(join(home(), 'place.json'), JSON.stringify({ dataDir: data, locale: 'en' }));
    const { opened } = await start();
    expect(opened).toMatchObject([{ dataDir: data, defaultLocale: 'en' }]);
  });

  it('a pilot that a former version left in the usual folder is opened without a question', async () => {
    mkdirSync(home(), { recursive: true });
    writeFileSync(join(home(), 'minarai.db'), '');
    expect((await start()).opened).toMatchObject([{ dataDir: home() }]);
  });

  it.each(['', '{', '{"dataDir":"","locale":"ja"}', '{"dataDir":5}'])(
    'a choice that reads %j is asked again',
    async (text) => {
      mkdirSync(home(), { recursive: true });
      writeFileSync(join(home(), 'place.json'), text);
      expect((await start()).opened).toEqual([]);
      expect(theWindow().loaded).toEqual(['app://minarai/start.html']);
    },
  );

  it('a folder that is gone is not made anew: the page says so in the chosen language, until it is there', async () => {
    mkdirSync(home(), { recursive: true });
    const disk = join(shell.dir, 'disk');
    writeFileSync(join(home(), 'place.json'), JSON.stringify({ dataDir: disk, locale: 'en' }));
    const { opened } = await start();
    await shows('trouble');
    expect(await troubleText()).toContain(`The data folder ${disk} is not there`);
    expect([opened, existsSync(disk)]).toEqual([[], false]);
    mkdirSync(disk);
    pressLink('again');
    await shows('');
    expect(opened).toMatchObject([{ dataDir: disk }]);
    rmSync(disk, { recursive: true });
  });

  it('remembers the language of the app for what is said before the core is there', async () => {
    mkdirSync(home(), { recursive: true });
    writeFileSync(join(home(), 'minarai.db'), '');
    const { core } = await start();
    core.show({ settings: { ...emptyState.settings, locale: 'en' } });
    await vi.waitFor(() => expect(place()).toEqual({ dataDir: home(), locale: 'en' }));
  });
});
