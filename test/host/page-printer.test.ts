import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { browserPrinter } from '#host/page-printer.ts';
import { findChromium, usualPlaces } from '#native/setup/browser.mjs';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'minarai-printer-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program in the browser's place. */
function program(script: string): string {
  const file = join(folder, 'browser');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const profiles = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('minarai-print-'));
const page = (body: string): string =>
  `<!doctype html><style>@page { size: A5; margin: 0 } body { margin: 0 }</style>${body}`;

describe('printing by an installed browser', () => {
  it('makes a PDF in the paper size of the page, with all of its pages and its letters as text', async () => {
    const pdf = Buffer.from(await browserPrinter().pdf(page('<p>一枚目</p><p style="break-before: page">2</p>')));
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1').match(/\/Type \/Page\b(?!s)/g)).toHaveLength(2);
    const box = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf.toString('latin1'));
    // A5, in points, to the dot that browsers round to.
    expect(Math.abs(Number(box?.[1]) - 419.5)).toBeLessThan(1);
    expect(Math.abs(Number(box?.[2]) - 595.3)).toBeLessThan(1);
  });

  it('makes a picture of exactly so many pixels', async () => {
    const png = await browserPrinter().png(page('<div style="height: 90px; background: #f00"></div>'), {
      ...{ width: 320, height: 180 },
    });
    const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([320, 180]);
    const at = (y: number) => [...data.subarray((y * 320 + 160) * 3, (y * 320 + 160) * 3 + 3)];
    expect([at(10), at(170)]).toEqual([
      [255, 0, 0],
      [255, 255, 255],
    ]);
  });

  it('runs no script of the page and fetches nothing for it, and leaves no profile behind', async () => {
    const asked: string[] = [];
    const server = createServer(({ url }, answer) => {
      asked.push(url ?? '');
      answer.end();
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const before = profiles();
    const body = `<img src="http://127.0.0.1:${port}/x.png"><script>document.body.style.background = '#000'</script>`;
    const png = await browserPrinter().png(page(body), { width: 64, height: 64 });
    server.close();
    expect(asked).toEqual([]);
    expect((await sharp(png).removeAlpha().raw().toBuffer()).at(-1)).toBe(255);
    expect(profiles().filter((name) => !before.includes(name))).toEqual([]);
  });

  it('says that there is no browser', async () => {
    await expect(browserPrinter(() => undefined).pdf('')).rejects.toMatchObject({ code: 'no_browser' });
  });

  it.skipIf(process.platform === 'win32')('ends with a reason where the browser dies, and where it hangs', async () => {
    const dying = browserPrinter(() => program('exit 3'));
    await expect(dying.pdf('')).rejects.toMatchObject({ code: 'print_failed', params: { detail: /ended \(3\)/ } });
    const hanging = browserPrinter(() => program('exec sleep 60'), 200);
    await expect(hanging.pdf('')).rejects.toMatchObject({ code: 'print_failed', params: { detail: /200 ms/ } });
    const absent = browserPrinter(() => join(folder, 'no-such-browser'));
    await expect(absent.pdf('')).rejects.toMatchObject({ code: 'print_failed' });
  });
});

describe('where browsers are looked for', () => {
  it('the one that is named comes first, and nothing comes in its place', () => {
    expect(findChromium({ CHROMIUM_PATH: program('') })).toBe(join(folder, 'browser'));
    expect(findChromium({ CHROMIUM_PATH: join(folder, 'gone') })).toBeUndefined();
  });

  it('knows the places of Windows, macOS and Linux', () => {
    expect(usualPlaces({ 'ProgramFiles(x86)': 'P' }, 'win32').some((path) => path.endsWith('msedge.exe'))).toBe(true);
    expect(usualPlaces({}, 'darwin').some((path) => path.endsWith('Google Chrome'))).toBe(true);
    expect(usualPlaces({}, 'linux')).toContain('/snap/bin/chromium');
  });
});
