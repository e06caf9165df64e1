import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ThresholdTable } from '#core/domain/threshold.ts';
import { startFixtureServer } from './fixture-server.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const pages = ['today', 'cameras', 'learn', 'teach', 'review', 'threshold', 'roi', 'settings'];

describe('the window', () => {
  it.each(['empty', 'learning', 'full'] as const)(
    'shows all pages in both languages without a complaint (%s)',
    async (stage) => {
      const { page, server, faults } = await bench.open('today', stage);
      for (const locale of ['ja', 'en'] as const) {
        server.core.change({ settings: { ...server.core.state.settings, locale } });
        await expect.poll(() => page.locator('html').getAttribute('lang')).toBe(locale);
        for (const name of pages) {
          await page.goto(`${server.url}/#/${name}`);
          await page.locator(`nav a[href="#/${name}"][aria-current="page"]`).waitFor();
          await page.waitForLoadState('networkidle');
          expect(await page.locator('h1').textContent()).not.toBe('');
        }
      }
      expect(faults).toEqual([]);
      await page.close();
    },
  );

  it('switches language at once and stores the choice', async () => {
    const { page, server } = await bench.open('today');
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Today' }).waitFor();
    await expect.poll(() => server.core.state.settings.locale).toBe('en');
    await page.reload();
    await page.getByRole('heading', { name: 'Today' }).waitFor();
    await page.close();
  });

  it('says when the core is gone, loses nothing shown, and comes back by itself', async () => {
    const { page, server } = await bench.open('today');
    const port = Number(new URL(server.url).port);
    await server.close();
    await page.getByRole('alert').getByText('接続が切れました', { exact: false }).waitFor();
    await page.getByRole('heading', { name: '今日' }).waitFor();
    const again = await startFixtureServer({ root: bench.root, port });
    again.core.change({ lines: [{ id: 1, name: 'Line after the break' }] });
    await page.getByText('Line after the break').waitFor();
    await expect.poll(() => page.getByRole('alert').getByText('接続が切れました', { exact: false }).count()).toBe(0);
    await again.close();
    await page.close();
  });

  it('starts learning from what was learnt before where that is chosen', async () => {
    const { page, server } = await bench.open('learn');
    await page.getByRole('button', { name: 'に学んだもの', exact: false }).click();
    await page.getByRole('button', { name: '学習を始める', exact: true }).click();
    await expect.poll(() => inputsOf(server, 'learn.start')).toMatchObject([{ startFrom: 1 }]);
    await page.close();
  });

  it('starts the sample line from an empty first run', async () => {
    const { page, server } = await bench.open('today', 'empty');
    // This computer, and then how to begin; the language was chosen at the door.
    await page.getByRole('heading', { name: 'このパソコン' }).waitFor();
    await page.getByRole('button', { name: '次へ' }).click();
    await page.getByRole('button', { name: 'サンプルラインで試す' }).click();
    await expect.poll(() => server.core.state.sample?.running).toBe(true);
    await page.getByText('パイロットの進み').waitFor();
    await page.close();
  });

  it('adds a camera by browsing to its folder, and says what to do about a wrong one', async () => {
    const { page, server } = await bench.open('cameras', 'empty');
    await page.getByRole('button', { name: '/mnt' }).click();
    await page.getByRole('button', { name: 'camera1' }).click();
    await page.getByText('画像 644 枚').waitFor();
    await page.getByRole('button', { name: '見張りを始める' }).click();
    await expect
      .poll(() => inputsOf(server, 'cameras.add'))
      .toMatchObject([{ name: 'camera1', folder: '/mnt/camera1' }]);
    await page.getByLabel('カメラが画像を保存するフォルダ').fill('/nowhere');
    await page.getByRole('button', { name: '見張りを始める' }).click();
    await page.getByText('「/nowhere」が見つかりません', { exact: false }).waitFor();
    expect(await page.getByLabel('カメラが画像を保存するフォルダ').inputValue()).toBe('/nowhere');
    await page.close();
  });

  it('hands the chosen time and switches to a pretraining, and pauses the one that runs', async () => {
    const { page, server } = await bench.open('learn');
    await page.getByRole('button', { name: '15 分' }).click();
    await page.getByText('くわしい設定', { exact: true }).click();
    await page.getByLabel('左右反転').uncheck();
    await page.getByRole('button', { name: '学習を始める', exact: true }).click();
    await expect.poll(() => inputsOf(server, 'learn.start')).toHaveLength(1);
    expect(inputsOf(server, 'learn.start')[0]).toMatchObject({
      config: { minutes: 15, augment: { flipHorizontal: false } },
    });
    await page.getByRole('button', { name: '一時停止' }).click();
    await page.getByRole('button', { name: '再開' }).waitFor();
    await page.close();
  });
});

describe('how a folder is watched', () => {
  it('is chosen when the camera is added, with a look at what would be taken', async () => {
    const { page, server } = await bench.open('cameras', 'empty');
    await page.getByLabel('カメラが画像を保存するフォルダ').fill('/mnt/camera1');
    await page.getByRole('button', { name: '共有フォルダ' }).click();
    await page.getByRole('button', { name: '取り込まない' }).click();
    await page.getByText('取り込むファイルを選ぶ', { exact: true }).click();
    await page.getByLabel('取り込むファイル（任意）').fill('*.bmp');
    await page.getByText('3 枚のどれも取り込まれません', { exact: false }).waitFor();
    await page.getByLabel('取り込むファイル（任意）').fill('top_*');
    await page.getByText('取り込む：2 枚', { exact: false }).waitFor();
    await page.getByRole('button', { name: '見張りを始める' }).click();
    const watching = { mode: 'polling', backlog: 'ignore', maxDepth: 32, include: 'top_*', exclude: '', marker: true };
    await expect.poll(() => inputsOf(server, 'cameras.add')).toMatchObject([{ folder: '/mnt/camera1', watching }]);
    await page.close();
  });

  it('is changed on the camera’s page, where its figures are, too', async () => {
    const { page, server } = await bench.open('cameras/1/watching');
    await page.getByText('全体・2 秒').waitFor();
    await page.getByLabel('フォルダに小さな目印ファイルを置く').uncheck();
    await page.getByLabel('サブフォルダの階層').fill('0');
    await page.getByText('さらに深いサブフォルダ 1 個', { exact: false }).waitFor();
    await page.getByRole('button', { name: '保存する' }).click();
    await expect
      .poll(() => inputsOf(server, 'cameras.setWatching'))
      .toMatchObject([{ cameraId: 1, settings: { marker: false, maxDepth: 0 } }]);
    await page.close();
  });

  it('waits for a person where most pictures are gone, and goes on with the answer', async () => {
    const { page, server } = await bench.open('cameras');
    const params = { path: '/mnt/line2/camera1', missing: 612, of: 980 };
    const [first, ...others] = server.core.state.cameras;
    if (first === undefined) throw new Error('the fixture has cameras');
    const asked = { ...first, state: 'asking' as const, error: { code: 'folder_mostly_gone' as const, params } };
    server.core.change({ cameras: [asked, ...others] });
    await page.getByText('980 枚のうち 612 枚', { exact: false }).waitFor();
    await page.getByRole('button', { name: '整理しました' }).click();
    await expect.poll(() => inputsOf(server, 'cameras.acceptFolder')).toEqual([{ cameraId: 1 }]);
    await expect.poll(() => page.getByText('980 枚のうち 612 枚', { exact: false }).count()).toBe(0);
    await page.close();
  });
});

describe('threshold', () => {
  it('moves a mark by keyboard and pointer, and every number follows the arithmetic of core/domain', async () => {
    const { page, server } = await bench.open('threshold');
    const escape = page.getByTestId('whatif-escape').locator('td').nth(1);
    const reject = page.getByRole('slider', { name: '要確認と NG の境' });
    const review = page.getByRole('slider', { name: 'OK と要確認の境' });
    await review.focus();
    await page.keyboard.press('End');
    expect(await reject.getAttribute('aria-valuenow')).toBe('1');
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await review.getAttribute('aria-valuenow')).toBe('0.94');
    const ids = Array.from({ length: 160 }, (_, index) => index + 1);
    const table = new ThresholdTable({
      scores: ids.map((id) => server.core.image(id).score ?? 0),
      labels: ids.map((id) => (server.core.pictures.isDefect(id) ? 1 : 0)),
    });
    const expected = table.rates({ review: 0.94, reject: 1 }).escape;
    expect(expected.numerator).toBeGreaterThan(0);
    await expect.poll(() => escape.textContent()).toContain(`${expected.numerator} / ${expected.denominator}`);
    await page.getByText('枚のうち 24 枚を表示', { exact: false }).waitFor();

    const handle = await review.locator('.grip').boundingBox();
    if (!handle) throw new Error('the handle is not on the screen');
    await page.mouse.move(handle.x + 20, handle.y + 20);
    await page.mouse.down();
    await page.mouse.move(handle.x - 200, handle.y + 20, { steps: 5 });
    await page.mouse.up();
    const dragged = Number(await review.getAttribute('aria-valuenow'));
    expect(dragged).toBeLessThan(0.8);
    const after = table.rates({ review: dragged, reject: 1 }).escape;
    await expect.poll(() => escape.textContent()).toContain(`${after.numerator} / ${after.denominator}`);
    await page.close();
  });

  it('moves a mark as far as the pointer goes, also where everything is drawn larger', async () => {
    const { page } = await bench.open('threshold', 'full', { viewport: { width: 3840, height: 2160 } });
    expect(await page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize))).toBe(24);
    const review = page.getByRole('slider', { name: 'OK と要確認の境' });
    const line = async () => (await review.locator('line').boundingBox())!;
    const before = await line();
    const [x, y] = [before.x + before.width / 2, before.y + before.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x - 300, y, { steps: 5 });
    await page.mouse.up();
    // A step of the scale, a thousandth, is some pixels.
    expect(Math.abs((await line()).x - (before.x - 300))).toBeLessThan(4);
    await page.close();
  });

  it('applies the marks with their reason only', async () => {
    const { page, server } = await bench.open('threshold');
    const apply = page.getByRole('button', { name: '適用する' });
    await page.getByRole('slider', { name: 'OK と要確認の境' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await apply.isDisabled()).toBe(true);
    await page.getByLabel('変更の理由').fill('lamp changed');
    await apply.click();
    await expect
      .poll(() => inputsOf(server, 'threshold.apply'))
      .toEqual([
        { review: 0.41, reject: 0.68, reason: 'lamp changed', for: { cameraId: null, classId: null }, modelId: 1 },
      ]);
    await page.getByRole('cell', { name: 'lamp changed' }).waitFor();
    await page.close();
  });

  it('follows a mark within a tenth of a second on 100,000 scores', async () => {
    const { page, server } = await bench.open('settings');
    server.core.extraScores = 100_000;
    await page.goto(`${server.url}/#/threshold`);
    const review = page.getByRole('slider', { name: 'OK と要確認の境' });
    await review.focus();
    const took = await page.evaluate(async () => {
      const slider = document.activeElement;
      const times: number[] = [];
      for (let at = 0; at < 15; at++) {
        const start = performance.now();
        slider?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
        // Svelte has updated the document before the next task.
        await new Promise((resolve) => setTimeout(resolve, 0));
        document.querySelector('table')?.getBoundingClientRect();
        times.push(performance.now() - start);
      }
      return times.toSorted((a, b) => a - b)[7] ?? Infinity;
    });
    expect(await review.getAttribute('aria-valuenow')).toBe('0.55');
    expect(took).toBeLessThan(100);
    await page.close();
  });
});

describe('money', () => {
  it('exports the report in the language on show and links its files', async () => {
    const { page, server } = await bench.open('roi');
    await page.getByRole('button', { name: '報告書を書き出す' }).click();
    await page.getByRole('link', { name: 'report.html' }).waitFor();
    expect(inputsOf(server, 'report.export')).toEqual([{ locale: 'ja' }]);
    expect(await page.getByRole('link', { name: 'report.xlsx' }).getAttribute('href')).toBe('/export/report.xlsx');
    await page.close();
  });
});
