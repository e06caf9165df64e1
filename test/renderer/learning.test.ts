import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exercisesOf } from '#core/domain/practice.ts';
import { drawPractice } from '#core/sample/practice-part.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const address = (page: Page): Promise<string> => page.evaluate(() => location.hash);

describe('the guided pilot', () => {
  it('says on every page where the pilot stands, and leads by keyboard to exactly the place', async () => {
    const { page, server, faults } = await bench.open('threshold', 'full');
    const where = page.getByTestId('where-now');
    await expect.poll(() => where.innerText()).toContain('計画の合意がまだです');
    await where.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => address(page)).toBe('#/roi/plan');
    // What is done moves it on, without a stored place.
    server.core.guide.facts = { plan: { state: 'running', days: 12 } };
    server.core.change({});
    await expect.poll(() => where.innerText()).toContain('あと 4 つの数字を数える');
    await where.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => address(page)).toBe('#/roi/plan/baseline');
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('今の検査');
    expect(faults).toEqual([]);
    await page.close();
  });

  it('names gates, who does it and what today asks of each role, by touch in English', async () => {
    const { page, server, faults } = await bench.open('today', 'full', { locale: 'en', touch: true });
    const evidence = page.getByTestId('step-evidence');
    await expect.poll(() => evidence.innerText()).toContain('20 more verified good parts for a 1% promise');
    await expect.poll(() => page.getByTestId('guide-today').innerText()).toContain('Operator');
    server.core.guide.facts = { plan: { state: 'ended', days: 0 }, baselineMissing: 0, toReview: 0, reviewed: 3 };
    server.core.guide.facts = {
      ...server.core.guide.facts,
      ...{ audit: { waiting: 0, overdue: 0, answered: 9 }, moneyMissing: 0, goodJudged: 99, golden: 'passed' },
      ...{ escape: { judged: 59, missed: 0 }, maxEscape: 0.05 },
    };
    server.core.change({});
    const next = page.getByTestId('guide-next');
    await expect.poll(() => next.innerText()).toContain('The report is not exported yet');
    await next.getByRole('link').tap();
    await expect.poll(() => address(page)).toBe('#/roi/effect/export');
    server.core.guide.exported = true;
    server.core.change({});
    await page.getByRole('button', { name: 'Record a signature' }).tap();
    await page.getByLabel('Extend the pilot').tap();
    await page.getByLabel('Signed by').fill('T. Tanaka');
    await page.getByRole('button', { name: 'Record', exact: true }).tap();
    await expect.poll(() => page.getByTestId('signature').innerText()).toContain('Extend the pilot');
    expect(inputsOf(server, 'guide.sign')).toEqual([{ decision: 'extend', signedBy: 'T. Tanaka', note: '' }]);
    const where = page.getByTestId('where-now');
    await expect.poll(() => where.innerText()).toContain('The report is signed');
    expect(faults).toEqual([]);
    await page.close();
  });
});

const keyOf = { ok: 'Digit1', ng: 'Digit2', hold: 'Digit3' } as const;

describe('practice', () => {
  it('is done by keyboard from end to end, is left and gone on with, and touches no picture of the line', async () => {
    const { page, server, faults } = await bench.open('practice', 'full');
    await page.getByRole('button', { name: '始める' }).nth(0).focus();
    await page.keyboard.press('Enter');
    const said = page.getByTestId('practice-said');
    for (const [at, one] of exercisesOf('operator').entries()) {
      await page.getByText(`あと ${12 - at} 問`).waitFor();
      if (one.task === 'judge') {
        if (at === 1) {
          // The machine stopped it: following the machine is explained, and tried again.
          await page.keyboard.press('Digit2');
          await expect.poll(() => said.innerText()).toContain('止められたから不良、とは限りません');
        }
        await page.keyboard.press(keyOf[one.right[0] ?? 'ok']);
      } else if (one.task === 'pick') await page.keyboard.press(`Digit${one.right + 1}`);
      else if (one.task === 'point') {
        const { defect, side } = drawPractice(one.part);
        const marks = [...(defect ?? [])].flatMap((pixel, index) => (pixel ? [index] : []));
        const middle = marks[Math.floor(marks.length / 2)] ?? 0;
        const steps = [
          Math.round(((middle % side) - 100) / 6),
          Math.round((Math.floor(middle / side) - 100) / 6),
        ] as const;
        await page.getByTestId('practice-picture').focus();
        for (let n = 0; n < Math.abs(steps[0]); n++)
          await page.keyboard.press(steps[0] > 0 ? 'ArrowRight' : 'ArrowLeft');
        for (let n = 0; n < Math.abs(steps[1]); n++) await page.keyboard.press(steps[1] > 0 ? 'ArrowDown' : 'ArrowUp');
        await page.keyboard.press('Enter');
      }
      await expect.poll(() => said.innerText()).toContain('そのとおりです');
      const next = page.getByRole('button', { name: '次へ' });
      await expect.poll(() => next.evaluate((node) => node === document.activeElement)).toBe(true);
      await page.keyboard.press('Enter');
      if (at === 4) {
        await page.getByText('あと 7 問').waitFor();
        await page.getByRole('button', { name: 'やめる' }).click();
        await page.getByRole('button', { name: '続きから' }).focus();
        await page.keyboard.press('Enter');
      }
    }
    await expect.poll(() => page.getByTestId('practice-operator').innerText()).toBe('12 / 12');
    expect(await page.getByTestId('idea-operator-flag').innerText()).toContain('もう一度');
    expect(await page.getByTestId('idea-operator-heat').innerText()).toContain('分かった');
    await expect.poll(() => page.getByTestId('practised').innerText()).toContain('佐藤');
    const names = exercisesOf('operator').map(({ name }, at) => [name, at === 1 ? 1 : 0]);
    expect(server.core.guide.results.map(({ exercise, mistakes }) => [exercise, mistakes]).toReversed()).toEqual(names);
    const touched = server.core.calls.filter(({ path }) => /^(teach|review|images|decide|finds)\./.test(path));
    expect(touched).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('sets marks by touch, points by a finger, and practises one idea again', async () => {
    const { page, server, faults } = await bench.open('practice', 'full', { locale: 'en', touch: true });
    server.core.guide.results = exercisesOf('supervisor').map(({ name }) => ({
      ...{ person: '佐藤', course: 'supervisor', exercise: name, atMs: 1 },
      mistakes: name === 'mark_missed' ? 1 : 0,
    }));
    await page.reload();
    await page.getByTestId('idea-supervisor-threshold').getByRole('button', { name: 'Practise again' }).tap();
    const slider = page.getByLabel('The threshold mark');
    const done = page.getByRole('button', { name: 'Set it here' });
    const said = page.getByTestId('practice-said');
    await done.tap();
    await expect.poll(() => said.innerText()).toContain('Look again');
    for (const mark of ['0.33', '0.5']) {
      await slider.fill(mark);
      await done.tap();
      await expect.poll(() => said.innerText()).toContain('That is right');
      await page.getByRole('button', { name: 'Next' }).tap();
    }
    await expect
      .poll(() => inputsOf(server, 'practice.answer'))
      .toMatchObject([
        { exercise: 'mark_missed', mistakes: 1 },
        { exercise: 'mark_stopped', mistakes: 0 },
      ]);
    expect(faults).toEqual([]);
    await page.close();
  });
});

describe('the guides', () => {
  it('open at the chapter of the screen, are searched by words, and are in both languages', async () => {
    const { page, faults } = await bench.open('threshold', 'full');
    await page.getByRole('link', { name: 'この画面の説明を開く' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => address(page)).toBe('#/help/supervisor/step-4');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent))
      .toContain('1本目の印より左は合格');
    await page.getByLabel('言葉で探す').fill('抜き取り 期限切れ');
    await page.getByTestId('help-found').getByRole('link').nth(0).click();
    await expect.poll(() => page.getByTestId('guide-text').innerText()).toContain('期限切れ');
    await page.getByRole('button', { name: 'English' }).click();
    await expect.poll(() => page.getByTestId('guide-text').innerText()).toMatch(/^[^぀-ヿ]*$/);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('are chosen by touch', async () => {
    const { page, faults } = await bench.open('help', 'empty', { locale: 'en', touch: true });
    await page.getByRole('link', { name: 'Glossary' }).tap();
    await expect.poll(() => page.getByTestId('guide-text').innerText()).toContain('overkill');
    expect(faults).toEqual([]);
    await page.close();
  });
});

describe('sheets for the line', () => {
  it('show the shift as it stands and are made from it, notes kept over a look at another page', async () => {
    const { page, server, faults } = await bench.open('today/sheets', 'full', { locale: 'en', touch: true });
    await expect.poll(() => page.getByTestId('handover-open').innerText()).toContain('3 random checks overdue');
    await page.getByLabel('Notes', { exact: false }).fill('lamp changed');
    await page.getByRole('button', { name: 'Tasks' }).tap();
    await page.getByRole('button', { name: 'Handover, handout' }).tap();
    await page.getByRole('button', { name: 'Make the handover card' }).tap();
    await page.getByRole('link', { name: 'Open handover-20261123-104207.html to print' }).waitFor();
    expect(inputsOf(server, 'sheets.printHandover')).toEqual([{ locale: 'en', notes: 'lamp changed' }]);
    await page.getByRole('button', { name: 'Make the handout' }).tap();
    await page.getByRole('link', { name: 'Open handout-20261123-104207.html to print' }).waitFor();
    expect(inputsOf(server, 'sheets.printHandout')).toMatchObject([{ locale: 'en', keys: { class1: '1', undo: '⌫' } }]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('are made by keyboard in Japanese', async () => {
    const { page, server } = await bench.open('today/sheets', 'full');
    await page.getByLabel('申し送り', { exact: false }).focus();
    await page.keyboard.type('memo');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'handover-20261123-104207.html を開いて印刷する' }).waitFor();
    expect(inputsOf(server, 'sheets.printHandover')).toEqual([{ locale: 'ja', notes: 'memo' }]);
    await page.close();
  });
});
