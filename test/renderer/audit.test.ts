import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const shownId = (src: string | null) => Number(/\/picture\/(\d+)/.exec(src ?? '')?.[1]);

describe('the audit of what passed', () => {
  it.each([
    { locale: 'ja', says: /合格 [\d,]+ 枚、再確認 \d+ 枚、不良 \d+ 枚 – 合格にしたもののうち最大 [\d.]+%/ },
    { locale: 'en', says: /[\d,]+ passed, \d+ looked at again, \d+ defects – at most [\d.]+% of what passed \(95 %\)/ },
  ] as const)('is blind until the answer is given, by keyboard ($locale)', async ({ locale, says }) => {
    const { page, server, faults } = await bench.open('review/audit', 'full', { locale });
    const picture = page.locator('.stage img.picture');
    await picture.waitFor();
    await expect.poll(() => page.getByTestId('audit-says').textContent()).toMatch(says);
    expect(await page.getByTestId('audit-now').textContent()).toMatch(/12/);
    const first = shownId(await picture.getAttribute('src'));
    // Neither verdict, score, heat nor what the machine finds similar; nothing of it is even asked for.
    expect(await page.locator('.facts .chip.ok, .facts .chip.review, .facts .chip.reject').count()).toBe(0);
    expect(await page.locator('.facts .chip.number').count()).toBe(0);
    expect(await page.locator('.stage img.heat').count()).toBe(0);
    expect(inputsOf(server, 'review.evidence')).toEqual([]);
    await page.keyboard.press('Digit1');
    await expect.poll(() => inputsOf(server, 'review.decide')).toHaveLength(1);
    expect(inputsOf(server, 'review.decide')[0]).toMatchObject({ imageId: first, queue: 'audit', classId: 1 });
    await page.keyboard.press('ArrowLeft');
    await expect.poll(async () => shownId(await picture.getAttribute('src'))).toBe(first);
    // Now it may be seen what the machine said.
    await page.locator('.facts').locator('.chip.ok, .chip.review, .chip.reject').waitFor();
    expect(await page.locator('.facts .chip.number').count()).toBe(1);
    await page.keyboard.press('Backspace');
    await expect.poll(() => inputsOf(server, 'review.undo')).toHaveLength(1);
    // Taken back, it is to be answered anew: nothing of it is shown again.
    await expect.poll(() => page.locator('.facts .chip').count()).toBe(1);
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(['ja', 'en'] as const)('shows shifts, estimate and setting, by keyboard (%s)', async (locale) => {
    const { page, server, faults } = await bench.open('review/audit', 'full', { locale });
    const details = page.locator('section.head button');
    await details.focus();
    await page.keyboard.press('Enter');
    await page.locator('svg[role=img] circle').first().waitFor();
    expect(await page.locator('svg[role=img] g').count()).toBe(6);
    const size = page.locator('input[type=number]');
    await size.focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('0');
    await page.getByRole('alert').waitFor();
    expect(await page.locator('form button').isDisabled()).toBe(true);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('35');
    await page.keyboard.press('Enter');
    await expect.poll(() => inputsOf(server, 'audit.plan')).toEqual([{ lineId: 1, perShift: 35 }]);
    await expect.poll(() => page.getByTestId('audit-now').textContent()).toMatch(/35/);
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(['ja', 'en'] as const)('works by touch, from what Today says is due (%s)', async (locale) => {
    const { page, server, faults } = await bench.open('today', 'full', { locale, touch: true });
    const task = page.locator('a.task[href="#/review/audit"]');
    expect(await task.locator('.detail').textContent()).toMatch(/12.*3/);
    await task.tap();
    const picture = page.locator('.stage img.picture');
    await picture.waitFor();
    const first = shownId(await picture.getAttribute('src'));
    await page.locator('.classes button, .grid button').first().tap();
    await expect.poll(() => inputsOf(server, 'review.decide')).toHaveLength(1);
    expect(inputsOf(server, 'review.decide')[0]).toMatchObject({ imageId: first, queue: 'audit' });
    await page.locator('section.head button').tap();
    await page.getByTestId('audit-line').waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });
});

describe('the morning check', () => {
  it.each(['ja', 'en'] as const)('is set up, done, failed and cleared by keyboard (%s)', async (locale) => {
    const { page, server, faults } = await bench.open('review/golden', 'full', { locale });
    const { checks } = server.core;
    const press = async (name: string | RegExp): Promise<void> => {
      const button = page.getByRole('button', { name, exact: typeof name === 'string' });
      await button.focus();
      await page.keyboard.press('Enter');
    };
    const words =
      locale === 'ja'
        ? {
            choose: '点検見本を選ぶ',
            fix: 'この見本に決める',
            again: 'もう一度点検する',
            clear: '判定を信頼できる状態に戻す',
          }
        : {
            choose: 'Choose the golden pictures',
            fix: 'Fix this set',
            again: 'Check again',
            clear: 'Trust the verdicts again',
          };
    await press(words.choose);
    await page.getByTestId('golden-chosen').waitFor();
    // One more good picture by its own button.
    await page.locator('.pictures button[aria-pressed=false]').first().focus();
    await page.keyboard.press('Space');
    await page.locator('form input').focus();
    await page.keyboard.type('start');
    await page.keyboard.press('Enter');
    await expect.poll(() => inputsOf(server, 'golden.fix')).toHaveLength(1);
    const [fixed] = inputsOf(server, 'golden.fix') as [{ pictures: unknown[]; reason: string }];
    expect([fixed.pictures.length, fixed.reason]).toEqual([9, 'start']);
    await page.getByTestId('golden-state').waitFor();

    server.core.checks.nextScore = 0.93;
    await press(words.again);
    await page.getByTestId('affected').waitFor();
    expect(await page.getByTestId('affected').textContent()).toContain('318');
    await expect.poll(() => page.locator('li.bad').count()).toBe(1);
    await page.locator('a[href="#/review/golden/again"]').press('Enter');
    const stage = page.locator('.stage img.picture');
    for (const id of checks.untrustedIds) {
      await page.locator(`.stage img.picture[src="/picture/${id}"]`).waitFor();
      await page.keyboard.press('Digit1');
    }
    await stage.waitFor({ state: 'detached' });
    await expect.poll(() => inputsOf(server, 'review.decide')).toHaveLength(checks.untrustedIds.length);
    await page.locator('.empty a').press('Enter');
    await page
      .getByText(locale === 'ja' ? 'すべて人が判定しました' : 'A person has judged every picture', { exact: false })
      .waitFor();
    await page.locator('input[type=radio]').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.type('model file restored');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => inputsOf(server, 'golden.clear'))
      .toEqual([{ done: 'rescored', reason: 'model file restored', rescore: true }]);
    await expect.poll(() => page.getByTestId('affected').count()).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(['ja', 'en'] as const)('is loud on Today and Review where it failed, by touch (%s)', async (locale) => {
    const { page, server, faults } = await bench.open('today', 'full', { locale, touch: true });
    const { checks } = server.core;
    server.core.change({ golden: { ...checks.golden, state: 'due', why: 'new_day' } });
    await page.getByTestId('golden-due').getByRole('button').tap();
    await expect.poll(() => inputsOf(server, 'golden.check')).toHaveLength(1);
    checks.fix(
      checks.propose().pictures.map(({ id, expected }) => ({ id, expected })),
      'r',
    );
    checks.nextScore = 0.95;
    checks.check();
    const loud = page.getByTestId('untrusted');
    await loud.waitFor();
    expect(await loud.getAttribute('role')).toBe('alert');
    expect(await loud.textContent()).toContain('318');
    await page.locator('a[href="#/review"]').first().tap();
    await page.locator('.stage').waitFor();
    await loud.waitFor();
    await loud.getByRole('link').tap();
    await page.getByTestId('affected').waitFor();
    // What passed meanwhile is judged again, blind, then it can be cleared.
    await page.locator('a[href="#/review/golden/again"]').tap();
    const stage = page.locator('.stage img.picture');
    await stage.waitFor();
    expect(await page.getByTestId('why').textContent()).toContain(locale === 'ja' ? '信頼できない' : 'not trusted');
    const shown = await stage.getAttribute('src');
    await page.locator('.side').getByRole('button', { name: '良品' }).tap();
    await expect.poll(() => stage.getAttribute('src')).not.toBe(shown);
    await expect.poll(() => inputsOf(server, 'review.decide')).toMatchObject([{ imageId: 301, classId: 1 }]);
    await page.locator('.again a').tap();
    await page
      .getByRole('link', { name: locale === 'ja' ? 'OKで通った 5 枚を見直す' : 'Judge 5 passed pictures again' })
      .waitFor();
    await page.locator('form input.input').fill('lamp replaced');
    await page.locator('form button.primary').tap();
    await expect
      .poll(() => inputsOf(server, 'golden.clear'))
      .toEqual([{ done: 'repaired', reason: 'lamp replaced', rescore: false }]);
    expect(faults).toEqual([]);
    await page.close();
  });
});
