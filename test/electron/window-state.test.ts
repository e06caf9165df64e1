import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createFakeApp } from '#test/fakes/app.ts';
import * as double from '#test/fakes/electron.ts';
import { placeWindow } from '../../electron/window-state.ts';
import { theWindow, useShell } from './shell-fixture.ts';

vi.mock('electron', () => import('#test/fakes/electron.ts'));
const shell = useShell();
const file = (): string => join(shell.dir, 'data', 'window', 'place.json');
const start = () => shell.start(async () => createFakeApp());

describe('where the window opens', () => {
  it('where it was, as large and as maximised', async () => {
    await start();
    const first = theWindow();
    first.bounds = { x: 200, y: 100, width: 1200, height: 800 };
    first.maximize();
    await vi.waitFor(() => expect(existsSync(file())).toBe(true));
    first.close();
    double.reset();
    await start();
    expect(theWindow().options).toMatchObject({ x: 200, y: 100, width: 1200, height: 800 });
    expect([theWindow().maximised, theWindow().shown]).toEqual([true, true]);
  });

  it('on the primary display where its own is gone', async () => {
    double.seen.displays = [
      { x: 0, y: 0, width: 1920, height: 1040 },
      { x: 1920, y: 0, width: 2560, height: 1400 },
    ];
    await start();
    theWindow().bounds = { x: 2500, y: 100, width: 1400, height: 900 };
    theWindow().emit('move');
    await vi.waitFor(() => expect(existsSync(file())).toBe(true));
    double.reset();
    await start();
    expect(theWindow().options).toMatchObject({ x: 260, y: 70, width: 1400, height: 900 });
  });

  it.each(['', '{"bounds":{}}', '{"bounds":{"x":1e99,"y":0,"width":5,"height":5},"maximised":false}'])(
    'in the usual size where its file reads %j',
    async (text) => {
      await start();
      theWindow().emit('move');
      await vi.waitFor(() => expect(existsSync(file())).toBe(true));
      writeFileSync(file(), text);
      double.reset();
      await start();
      expect(theWindow().options).toMatchObject({ width: 1366, height: 900 });
    },
  );

  it('a minimised window keeps the place that it had', async () => {
    await start();
    const window = theWindow();
    window.bounds = { x: 10, y: 10, width: 1100, height: 800 };
    window.emit('close', double.preventable());
    const before = readFileSync(file(), 'utf8');
    window.minimised = true;
    window.bounds = { x: -32000, y: -32000, width: 160, height: 28 };
    window.emit('close', double.preventable());
    expect(readFileSync(file(), 'utf8')).toBe(before);
  });
});

describe('placing', () => {
  const side = fc.integer({ min: 200, max: 4000 });
  const rectangle = fc.record({
    x: fc.integer({ min: -9000, max: 9000 }),
    y: fc.integer({ min: -9000, max: 9000 }),
    width: side,
    height: side,
  });

  it('whatever was kept and whatever displays there are, a person can get hold of the window', () => {
    fc.assert(
      fc.property(rectangle, fc.array(rectangle, { minLength: 1, maxLength: 4 }), (bounds, displays) => {
        const placed = placeWindow({ bounds, maximised: false }, displays, displays[0]!).bounds;
        const grip = displays.some(
          (area) =>
            Math.min(placed.x + placed.width, area.x + area.width) - Math.max(placed.x, area.x) >= 120 &&
            placed.y >= area.y &&
            placed.y + 40 <= area.y + area.height,
        );
        expect(grip).toBe(true);
      }),
    );
  });
});
