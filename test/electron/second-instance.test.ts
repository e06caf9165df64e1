import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import * as double from '#test/fakes/electron.ts';
import { useShell } from './shell-fixture.ts';

vi.mock('electron', () => import('#test/fakes/electron.ts'));
const shell = useShell();

const again = (args: readonly string[], workingDir: string): boolean =>
  double.app.emit('second-instance', {}, ['electron', ...args], workingDir, { args, workingDir });

describe('the running app, when it is started a second time', () => {
  it('brings its window forward, also a minimised one', async () => {
    const { window } = await shell.startLiving();
    window.minimised = true;
    const before = window.focused;
    again([], shell.dir);
    expect([window.minimised, window.focused]).toEqual([false, before + 1]);
    expect(double.seen.questions).toEqual([]);
  });

  it('takes over model files that are there, by whatever path, and nothing else', async () => {
    await shell.startLiving();
    writeFileSync(join(shell.dir, 'line 2.minarai-model'), 'x');
    writeFileSync(join(shell.dir, 'notes.txt'), 'x');
    mkdirSync(join(shell.dir, 'folder.minarai-model'));
    again(
      [
        '--flag',
        'notes.txt',
        'gone.minarai-model',
        'folder.minarai-model',
        'line 2.minarai-model',
        join(shell.dir, 'line 2.minarai-model'),
      ],
      shell.dir,
    );
    await vi.waitFor(() => expect(double.seen.questions).toHaveLength(1));
    expect(double.seen.questions[0]?.message).toBe('モデルのファイルが開かれました: line 2.minarai-model');
  });

  it('is not led astray by what hands over something else', async () => {
    const { window } = await shell.startLiving();
    const before = window.focused;
    for (const handed of [undefined, null, 'x', { args: 'x' }, { args: [1], workingDir: '/' }])
      double.app.emit('second-instance', {}, [], '/', handed);
    expect(window.focused).toBe(before + 5);
    expect(double.seen.questions).toEqual([]);
  });
});
