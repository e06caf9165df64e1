import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RoiInputName, roiInputNames } from '#core/domain/roi.ts';
import type { Locale } from '#core/contract/views.ts';
import { type MessageKey, type MessageParams, createTranslator } from '#messages/translate.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const entered = (value: number) => ({ value, kind: 'entered' });
const needed = [
  'defectRate',
  'escapeBefore',
  'overkillBefore',
  'inspectSeconds',
  'costPerEscapeYen',
  'costPerOverkillYen',
  'hardwareYen',
] as const;

/** The money page once everything on it is there. */
async function openMoney(locale: Locale, touch = false) {
  const { page, server, faults } = await bench.open('roi', 'full', { locale, touch });
  await page.getByTestId('kpi-burden').waitFor();
  const t = createTranslator(locale);
  const say = (key: MessageKey, params?: MessageParams) => t(key, params);
  const row = (name: RoiInputName) => page.locator('.input-row', { has: page.locator(`#roi-${name}`) });
  const details = (name: RoiInputName) => page.locator(`#roi-${name}-note + .details`);
  return { page, server, faults, say, row, details };
}

/** Every number that the inputs lead to. */
const figures = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('[data-testid^="report.roi"], [data-testid="kpi-burden"]')]
      .map((cell) => cell.textContent)
      .join('|'),
  );

describe.each(['ja', 'en'] as const)('what the pilot returns (%s)', (locale) => {
  it('promises nothing until the missing figures are there: by keyboard, from the notice to the field and on', async () => {
    const { page, server, faults, say } = await openMoney(locale);
    const missing = page.getByTestId('roi-missing');
    const headline = page.locator('.headline').nth(1);
    for (const [done, name] of needed.entries()) {
      const left = needed.length - done;
      await expect.poll(() => headline.textContent()).toBe(say('report.money.missing', { missing: left }));
      expect(await missing.textContent()).toContain(say('report.roi.rough', { missing: left }));
      await missing.getByRole('button', { name: say(`report.input.${name}`), exact: true }).focus();
      await page.keyboard.press('Enter');
      const field = page.locator(`#roi-${name}`);
      await expect.poll(() => field.evaluate((each) => each === document.activeElement)).toBe(true);
      await page.keyboard.press('Control+A');
      await page.keyboard.type(name === 'hardwareYen' ? '１，２００，０００' : '3');
      await page.keyboard.press('Enter');
      await expect.poll(() => inputsOf(server, 'roi.set').length).toBe(done + 1);
    }
    await missing.waitFor({ state: 'detached' });
    await expect.poll(() => headline.textContent()).not.toContain(say('report.money.missing', { missing: 1 }));
    expect(inputsOf(server, 'roi.set').at(-1)).toEqual({ inputs: { hardwareYen: entered(1_200_000) } });
    // Emptied again, it is not entered, and the promise is gone.
    await page.locator('#roi-hardwareYen').focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.press('Enter');
    await expect.poll(() => headline.textContent()).toBe(say('report.money.missing', { missing: 1 }));
    expect(inputsOf(server, 'roi.clear')).toEqual([{ name: 'hardwareYen' }]);
    await expect.poll(() => page.locator('#roi-hardwareYen').inputValue()).toBe('300000');
    expect(faults).toEqual([]);
    await page.close();
  });

  it('takes a range by keyboard instead of ±10 %, keeps the record, and refuses a range the wrong way round', async () => {
    const { page, server, faults, say, row, details } = await openMoney(locale);
    const npv = page.getByTestId('report.roi.net_hours-conservative');
    const before = await npv.textContent();
    await row('wageYenPerHour').getByRole('button').focus();
    await page.keyboard.press('Enter');
    const panel = details('wageYenPerHour');
    expect(await panel.textContent()).toContain(say('roi.rangeNow', { low: '2340', high: '2860' }));
    await page.keyboard.press('Tab');
    await page.keyboard.type('2800');
    await page.keyboard.press('Tab');
    await page.keyboard.type('3900');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const wrong = say('error.input_refused', { fault: 'range', name: 'wageYenPerHour' });
    await expect.poll(() => panel.getByRole('alert').textContent()).toBe(wrong);
    expect(inputsOf(server, 'roi.set')).toEqual([]);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('1200');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => inputsOf(server, 'roi.set'))
      .toEqual([{ inputs: { wageYenPerHour: { ...entered(2600), low: 1200, high: 3900 } } }]);
    await expect.poll(() => npv.textContent()).not.toBe(before);
    await expect.poll(() => panel.textContent()).toContain(say('roi.rangeNow', { low: '1200', high: '3900' }));
    await expect
      .poll(() => panel.getByRole('list', { name: say('roi.history') }).textContent())
      .toMatch(/1,200.* – .*3,900/);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('refuses what can be no value, in words beside the field, and keeps the old one', async () => {
    const { page, server, say } = await openMoney(locale);
    const field = page.locator('#roi-partsPerMonth');
    const note = page.locator('#roi-partsPerMonth-note');
    const before = await figures(page);
    for (const [text, fault] of [
      ['-5', 'negative'],
      ['abc', 'not_a_number'],
      ['1e999', 'not_a_number'],
      ['99999999999999999999', 'too_large'],
    ] as const) {
      await field.fill(text);
      await page.keyboard.press('Enter');
      await expect.poll(() => note.textContent()).toBe(say('error.input_refused', { fault, name: 'partsPerMonth' }));
      expect(await field.inputValue()).toBe('48000');
    }
    expect(inputsOf(server, 'roi.set')).toEqual([]);
    expect(await figures(page)).toBe(before);
    // A value that stands takes the words away.
    await field.fill('50,000');
    await page.keyboard.press('Enter');
    await expect.poll(() => note.textContent()).toBe('');
    expect(inputsOf(server, 'roi.set')).toEqual([{ inputs: { partsPerMonth: entered(50_000) } }]);
    await page.close();
  });

  it('confirms an assumed value, calls one a guess and takes one back, by touch', async () => {
    const { page, server, faults, say, row, details } = await openMoney(locale, true);
    const kind = row('hardwareYen').getByRole('button');
    await kind.tap();
    await details('hardwareYen')
      .getByRole('button', { name: say('roi.confirm') })
      .tap();
    await expect.poll(() => kind.textContent()).toContain(say('report.kind.entered'));
    await details('hardwareYen')
      .getByRole('button', { name: say('roi.guess') })
      .tap();
    await expect.poll(() => kind.textContent()).toContain(say('report.kind.assumed'));
    await page.locator('#roi-hardwareYen').tap();
    await page.locator('#roi-hardwareYen').fill('5000000');
    await page.locator('#roi-setUpYen').tap();
    await expect.poll(() => kind.textContent()).toContain(say('report.kind.entered'));
    await details('hardwareYen')
      .getByRole('button', { name: say('roi.clear') })
      .tap();
    await expect.poll(() => page.locator('#roi-hardwareYen').inputValue()).toBe('300000');
    expect(inputsOf(server, 'roi.set')).toEqual([
      { inputs: { hardwareYen: entered(380_000) } },
      { inputs: { hardwareYen: { value: 380_000, kind: 'assumed' } } },
      { inputs: { hardwareYen: entered(5_000_000) } },
    ]);
    // Each of them and when, newest first.
    await expect.poll(() => details('hardwareYen').getByRole('listitem').count()).toBe(4);
    await row('escapeAfter').getByRole('button').tap();
    await expect.poll(() => details('escapeAfter').textContent()).toContain(say('roi.counted'));
    expect(await page.locator('#roi-escapeAfter').isDisabled()).toBe(true);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('changes the currency by touch, asking what the typed amounts are, and converts them by the typed rate', async () => {
    const { page, server, faults, say } = await openMoney(locale, true);
    await page.getByRole('button', { name: say('currency.button', { currency: '' }).trim() }).tap();
    const dialog = page.getByRole('dialog', { name: say('currency.title') });
    await dialog.getByRole('combobox').selectOption('EUR');
    const submit = dialog.getByRole('button', { name: say('currency.change') });
    await submit.tap();
    await expect.poll(() => dialog.getByRole('alert').textContent()).toBe(say('currency.fault.choose'));
    await dialog.getByRole('radio').nth(1).tap();
    await dialog.getByRole('textbox').fill('0');
    await submit.tap();
    await expect.poll(() => dialog.getByRole('alert').textContent()).toBe(say('currency.fault.rate'));
    expect(inputsOf(server, 'roi.setCurrency')).toEqual([]);
    await dialog.getByRole('textbox').fill('0.006');
    await submit.tap();
    await dialog.waitFor({ state: 'detached' });
    expect(inputsOf(server, 'roi.setCurrency')).toEqual([{ currency: 'EUR', rate: 0.006 }]);
    await expect.poll(() => page.locator('#roi-wageYenPerHour').inputValue()).toBe('15.6');
    await expect.poll(() => page.getByTestId('report.roi.one_off-expected').textContent()).toContain('€');
    await expect.poll(() => page.locator('.headline').nth(1).textContent()).not.toMatch(/[円¥]/);
    expect(await figures(page)).not.toMatch(/[円¥￥]/);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('changes the currency by keyboard for amounts that are in it already', async () => {
    const { page, server, say } = await openMoney(locale);
    await page.getByRole('button', { name: say('currency.button', { currency: '' }).trim() }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: say('currency.title') });
    await dialog.getByRole('combobox').focus();
    await page.keyboard.press('ArrowDown');
    await dialog.getByRole('radio').nth(0).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(inputsOf(server, 'roi.setCurrency')).toEqual([{ currency: 'USD', rate: null }]);
    await expect.poll(() => page.getByTestId('report.roi.one_off-expected').textContent()).toContain('$');
    expect(await page.locator('#roi-wageYenPerHour').inputValue()).toBe('2600');
    await page.close();
  });

  it('shows a value that could not be stored as it was, and what changed while the pilot ran once it is stored', async () => {
    const { page, server, say } = await openMoney(locale);
    const field = page.locator('#roi-wageYenPerHour');
    server.core.failNext = 'roi.set';
    await field.fill('2900');
    await page.keyboard.press('Enter');
    await expect.poll(() => inputsOf(server, 'roi.set').length).toBe(1);
    await expect.poll(() => field.inputValue()).toBe('2600');
    expect(await page.getByTestId('roi-changes').count()).toBe(0);
    await field.fill('2900');
    await page.keyboard.press('Enter');
    const changes = page.getByTestId('roi-changes');
    await expect.poll(() => changes.textContent()).toContain(say('report.input.wageYenPerHour'));
    expect(await changes.textContent()).toMatch(/2,600.* → .*2,900.*佐藤/);
    await page.close();
  });

  it('shows the five measures with what each rests on, the labelling saved, and what it would take where nothing is measured', async () => {
    const { page, say } = await openMoney(locale);
    const card = (name: string) => page.getByTestId(`kpi-${name}`).textContent();
    expect(await card('accuracy')).toContain(
      say('report.kpi.accuracy_range', { defects: 180, good: 620, low: 0.871, high: 0.929 }),
    );
    expect(await card('labels')).toContain('0.81 / 0.58');
    expect(await card('effort')).toContain(say('report.kpi.effort_note', { labels: 800, seconds: 6, timed: 800 }));
    expect(await card('correction')).toContain(say('report.kpi.correction_range', { low: 2.6, high: 4.9 }));
    expect(await card('burden')).toContain(say('report.kpi.burden_value', { minutes: 4 }));
    expect(await card('burden')).toContain(say('report.kpi.burden_interruptions', { interruptions: 1 }));
    expect(await page.getByTestId('saving-share').textContent()).toBe('86%');
    expect(await page.getByTestId('cash-payback').textContent()).toMatch(/\d/);
    await page.close();
    const empty = await bench.open('roi', 'empty', { locale });
    await expect
      .poll(() => empty.page.getByTestId('kpi-accuracy').textContent())
      .toContain(say('report.kpi.accuracy_take', { defects: 0, good: 0 }));
    await expect
      .poll(() => empty.page.getByTestId('saving-none').textContent())
      .toContain(say('report.next.pretraining'));
    await empty.page.close();
  });
});

describe('every input', () => {
  it('changes a number on the page', async () => {
    const { page, server } = await openMoney('en');
    const values: Partial<Record<RoiInputName, string>> = {
      ...{ personHoursPerMonth: '20', years: '5', otherBenefitYenPerMonth: '40000', discountRatePerYear: '12' },
    };
    const open = roiInputNames.filter((name) => !server.core.roi.measured.includes(name));
    for (const [done, name] of open.entries()) {
      const before = await figures(page);
      const field = page.locator(`#roi-${name}`);
      await field.fill(values[name] ?? String(Number(await field.inputValue()) * 1.5));
      await page.keyboard.press('Enter');
      await expect.poll(() => figures(page), { message: name }).not.toBe(before);
      await expect.poll(() => inputsOf(server, 'roi.set').length).toBe(done + 1);
    }
    await page.close();
  });
});
