import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as double from '#test/fakes/electron.ts';
import { electronPrinter } from '../../electron/page-printer.ts';

vi.mock('electron', () => import('#test/fakes/electron.ts'));
afterEach(() => double.reset());

const size = { width: 1920, height: 1080 };

describe('printing in Electron', () => {
  it('prints the page in its own paper size from a hidden window that is closed again, and leaves no file', async () => {
    const bytes = await electronPrinter().pdf('<p>頁</p>');
    expect(Buffer.from(bytes).toString()).toBe('%PDF-');
    const [window] = double.seen.windows;
    expect(window).toMatchObject({ shown: false, destroyed: true, file: '<p>頁</p>' });
    expect(window?.webContents.printed).toMatchObject([{ preferCSSPageSize: true, printBackground: true }]);
    expect(existsSync(fileURLToPath(window?.loaded[0] ?? ''))).toBe(false);
  });

  it('a picture has exactly the pixels asked for, whatever the screen shows larger', async () => {
    expect(Buffer.from(await electronPrinter().png('<p></p>', size)).toString()).toBe('PNG 1920 x 1080');
  });

  it('the page runs no script, gets no permission and reaches nothing but itself', async () => {
    await electronPrinter().pdf('<p></p>');
    const [window] = double.seen.windows;
    expect(window?.options.webPreferences).toMatchObject({ javascript: false, sandbox: true, nodeIntegration: false });
    const own = window?.loaded[0] ?? '';
    for (const url of ['https://example.com/', 'file:///etc/passwd', 'app://minarai/', `${own}x`])
      expect(double.partitionAllows('printing', url), url).toBe(false);
    expect(double.partitionAllows('printing', own)).toBe(true);
    expect(double.partitionAllows('printing', 'data:image/png;base64,AAAA')).toBe(true);
  });

  it('pages come one after the other, and one that hangs is given up and keeps no other from it', async () => {
    const printer = electronPrinter(50);
    const [first, second] = await Promise.allSettled([printer.pdf('<p>hangs</p>'), printer.pdf('<p></p>')]);
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'print_failed' } });
    expect(second.status).toBe('fulfilled');
    expect(double.seen.windows.map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });
});
