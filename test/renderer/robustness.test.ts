import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

describe('what a model bears', () => {
  it.each([
    [
      'ja',
      '明るさ 20 % 減までは、見逃しも止めすぎもほとんど増えません。 明るさ 40 % 減では、不良 21 枚のうち',
      '照明をこれより暗くしないでください。',
      'ぼけ 16 px',
      '4 枚では、教えなくても見つかるかを調べるには足りません',
      'モデル 3（候補）',
    ],
    [
      'en',
      'Up to 20 % less light hardly more defects pass and hardly more good parts are stopped. With 40 % less light,',
      'Keep the lamp above that.',
      'a blur of 16 px',
      'too few to ask whether it would be found untaught',
      'Model 3 (Candidate)',
    ],
  ] as const)('is said a sentence for each disturbance, in counts and pixels of the camera (%s)', async (...one) => {
    const [locale, darker, advice, blur, few, candidate] = one;
    const { page, faults } = await bench.open('teach/models', 'full', { locale, touch: locale === 'ja' });
    const dark = page.getByTestId('bears-darker');
    await dark.getByText(darker, { exact: false }).waitFor();
    await dark.getByText(advice, { exact: false }).waitFor();
    await page.getByTestId('left-out').getByRole('rowheader', { name: '割れ' }).waitFor();
    await page.getByText(few, { exact: false }).waitFor();
    const steps = page.getByTestId('robustness-steps');
    const summary = steps.locator('summary');
    if (locale === 'ja') await summary.tap();
    else {
      await summary.focus();
      await page.keyboard.press('Enter');
    }
    await steps.getByRole('rowheader', { name: blur }).waitFor();
    const other = page.getByRole('button', { name: candidate });
    if (locale === 'ja') await other.tap();
    else {
      await other.focus();
      await page.keyboard.press('Space');
    }
    await expect.poll(() => other.getAttribute('aria-pressed')).toBe('true');
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each([
    ['ja', '暗くなる', '明るさ 40 % 減から：不良 21 枚中'],
    ['en', 'Darker', 'from 40 % less light on:'],
  ] as const)('stands beside the candidate, where both were measured (%s)', async (locale, kind, harm) => {
    const { page, server, faults } = await bench.open('teach/models', 'full', { locale });
    const row = page.getByTestId('bears-beside').getByRole('row').filter({ hasText: kind });
    await expect.poll(() => row.getByText(harm).count()).toBe(2);
    server.core.robustness.clear();
    await page.reload();
    await page.getByTestId('robustness-offer').waitFor();
    expect(await page.getByTestId('bears-beside').count()).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each([
    [
      'ja',
      'まだ測っていません',
      '4 分～15 分かかります',
      '一時停止',
      '測定を続ける',
      '測定をやめる',
      'モデル 2 が耐え',
    ],
    [
      'en',
      'Not measured yet',
      'Takes 4 minutes to 15 minutes',
      'Pause',
      'Go on measuring',
      'Give the measuring up',
      'Measure what model 2',
    ],
  ] as const)('is measured after its cost is said, paused, gone on with and given up (%s)', async (...one) => {
    const [locale, none, cost, pause, resume, cancel, start] = one;
    const { page, server, faults } = await bench.open('teach/models', 'full', { locale, touch: locale === 'ja' });
    server.core.robustness.clear();
    await page.reload();
    await page.getByText(none, { exact: false }).waitFor();
    await page.getByTestId('robustness-offer').getByText(cost, { exact: false }).waitFor();
    const press = async (name: string) => {
      const button = page.getByRole('button', { name });
      if (locale === 'ja') return button.tap();
      await button.focus();
      return page.keyboard.press('Enter');
    };
    await press(start);
    await expect.poll(() => inputsOf(server, 'robustness.start')).toEqual([{ modelId: 2 }]);
    await press(pause);
    await expect.poll(() => inputsOf(server, 'learn.pause')).toHaveLength(1);
    await press(resume);
    await expect.poll(() => inputsOf(server, 'learn.resume')).toHaveLength(1);
    await press(cancel);
    await expect.poll(() => inputsOf(server, 'jobs.cancel')).toHaveLength(1);
    await press(start);
    await expect.poll(() => inputsOf(server, 'robustness.start')).toHaveLength(2);
    await page.getByRole('button', { name: cancel }).waitFor();
    server.core.robustness.finish();
    await page.getByTestId('bears-darker').waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each([
    ['ja', '判定済みの画像が足りません（不良 60 枚、良品 120 枚）', '検査範囲が変わりました'],
    ['en', 'Too few judged pictures: 60 defects and 120 good ones', 'The inspected area was changed since'],
  ] as const)('says when it is out of date, and what lacks where nothing can be measured (%s)', async (...one) => {
    const [locale, none, stale] = one;
    const { page, server, faults } = await bench.open('teach/models', 'full', { locale });
    server.core.robustness.stale(2, 'area');
    await page.reload();
    await page.getByText(stale, { exact: false }).waitFor();
    server.core.robustness.clear(null);
    await page.reload();
    await page.getByText(none, { exact: false }).waitFor();
    expect(await page.getByTestId('robustness-offer').count()).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });
});
