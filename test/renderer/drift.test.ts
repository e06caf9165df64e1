import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FixtureServer } from './fixture-server.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const darken = (server: FixtureServer): void => server.core.drift.darken(server.core.state.cameras[0]?.name ?? '');

const words = {
  ja: {
    darker: '18% 暗く',
    rose: '4% から 11%',
    open: '変化を見る',
    found: '変わったこと',
    first: 'まだです。先にカメラを確かめてください',
    lamp: '照明を確かめます',
    means: '直っていなければ、もう一度知らせます',
    mended: '直した',
    normal: 'これからはこれがふだん',
    reason: '分かったこと・したこと（例：照明を交換）',
    answer: '記録する',
    done: '直したと記録しました',
    steady: '変化は見つかっていません',
    notYet: 'まだ何も判断できません',
    learning: '200 枚のうち 8 枚',
    promise: '停止中：',
    bound: '以下かどうかは言えません',
    suspended: 'の約束は止めています',
  },
  en: {
    darker: '18% darker',
    rose: 'from 4% to 11%',
    open: 'See what changed',
    found: 'What changed',
    first: 'Not yet. Look at the camera first',
    lamp: 'Check the lamp',
    means: 'if it is not mended, this comes again',
    mended: 'Mended',
    normal: 'New normal',
    reason: 'What was found or done? (e.g. lamp replaced)',
    answer: 'Answer',
    done: 'Noted as mended',
    steady: 'No change was found',
    notYet: 'Nothing can be judged yet',
    learning: '8 of 200 pictures',
    promise: 'Suspended:',
    bound: 'cannot be said while pictures are otherwise',
    suspended: 'Nothing is promised of',
  },
} as const;

describe.each(['ja', 'en'] as const)('drift of a camera, in %s', (locale) => {
  const w = words[locale];

  it('is told on Today, found by the keyboard, looked at and answered with a reason', async () => {
    const { page, server, faults } = await bench.open('today', 'full', { locale });
    darken(server);
    const notice = page.getByTestId('drift-1');
    await notice.getByText(w.darker).waitFor();
    await page.getByTestId('drift-2').getByText(w.rose).waitFor();
    await notice.getByRole('link', { name: w.open }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: w.found, exact: true }).waitFor();
    expect(await page.getByTestId('drift-alarm-brightness').locator('img').count()).toBe(2);
    await page.getByTestId('drift-retrain').getByText(w.first).waitFor();
    await page.getByText(w.lamp).waitFor();
    await page.getByText(w.means).waitFor();
    const send = page.getByRole('button', { name: w.answer, exact: true });
    expect(await send.isDisabled()).toBe(true);
    const mended = page.getByRole('radio', { name: w.mended });
    await mended.focus();
    await page.keyboard.press('Space');
    expect(await send.isDisabled()).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.type('lamp 2');
    await page.keyboard.press('Enter');
    await page.getByText(w.done).waitFor();
    await page.getByTestId('drift-none').getByText(w.steady).waitFor();
    expect(inputsOf(server, 'drift.clear')).toEqual([{ cameraId: 1, through: 2, how: 'mended', reason: 'lamp 2' }]);
    await page.getByText('lamp 2').waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  it('is answered by touch, as the new normal', async () => {
    const { page, server } = await bench.open('cameras', 'full', { locale, touch: true });
    darken(server);
    await page.getByTestId('drift-1').getByRole('link', { name: w.open }).tap();
    await page.getByText(w.normal, { exact: true }).tap();
    await page.getByLabel(w.reason).tap();
    await page.getByLabel(w.reason).fill('LED');
    await page.getByRole('button', { name: w.answer, exact: true }).tap();
    await page.getByTestId('drift-none').waitFor();
    expect(inputsOf(server, 'drift.clear')).toMatchObject([{ how: 'new_normal', reason: 'LED' }]);
    await page.close();
  });

  it('is not judged before enough has come, and the page says of each measure what it waits for', async () => {
    const { page } = await bench.open('cameras/2/drift', 'full', { locale });
    await page.getByTestId('drift-none').getByText(w.notYet).waitFor();
    await page.getByTestId('drift-measure-brightness').getByText(w.learning).waitFor();
    expect(await page.locator('[data-testid^=drift-measure-]').count()).toBe(8);
    expect(await page.locator('main svg[role=img]').count()).toBe(0);
    await page.close();
  });

  it('draws what was seen against what is normal, and says it in words', async () => {
    const { page, server } = await bench.open('cameras/1/drift', 'full', { locale });
    const chart = page.getByTestId('drift-measure-brightness').getByRole('img');
    await chart.waitFor();
    expect(await chart.locator('.off').count()).toBe(0);
    expect(await chart.locator('.since').count()).toBe(0);
    darken(server);
    await expect.poll(() => chart.locator('.since').count()).toBe(1);
    expect(await chart.locator('.off').count()).toBeGreaterThan(8);
    expect(await chart.getAttribute('aria-label')).toContain('96%');
    await page.close();
  });

  it('suspends the promises of the threshold and the effect until it is answered', async () => {
    const { page, server } = await bench.open('threshold', 'full', { locale });
    await page.getByTestId('promise').waitFor();
    expect(await page.getByTestId('suspended-1').count()).toBe(0);
    darken(server);
    await page.getByTestId('suspended-1').getByText(w.suspended).waitFor();
    await page.getByTestId('promise').getByText(w.promise).waitFor();
    await page.getByTestId('suggested-from').getByText(w.bound).waitFor();
    // Marks of the other camera promise what they did.
    await page.locator('main select').nth(0).selectOption('2');
    await expect.poll(() => page.getByTestId('suspended-1').count()).toBe(0);
    await page.evaluate(() => (location.hash = '#/roi/plan'));
    await page.getByTestId('suspended-1').getByRole('link', { name: w.open }).click();
    await page.getByRole('heading', { name: w.found, exact: true }).waitFor();
    await page.close();
  });
});
