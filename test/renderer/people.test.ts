import type { Locator, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTranslator } from '#messages/translate.ts';
import { FIXTURE_PIN } from './fixture-people.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const both = [
  ['ja', 'keys'],
  ['en', 'touch'],
  ['en', 'keys'],
  ['ja', 'touch'],
] as const;

describe.each(both)('people at the window (%s, %s)', (locale, by) => {
  const t = createTranslator(locale);
  const touch = by === 'touch';
  const press = (control: Locator) => (touch ? control.tap() : control.press('Enter'));
  const door = (page: Page) => page.getByRole('dialog', { name: t('door.title') });

  /** Types a PIN on the keys of the screen or of the keyboard. */
  async function type(page: Page, pin: string): Promise<void> {
    if (!touch) {
      await page.keyboard.type(pin);
      await page.keyboard.press('Enter');
      return;
    }
    for (const digit of pin) await door(page).getByRole('button', { name: digit, exact: true }).tap();
    await door(page)
      .getByRole('button', { name: t('door.enter') })
      .tap();
  }

  it('the first start makes the administrator, in a language chosen there, and goes on', async () => {
    const { page, server, faults } = await bench.open('today', 'empty', {
      locale: locale === 'ja' ? 'en' : 'ja',
      touch,
    });
    server.core.people.forget();
    const first = page.getByRole('dialog');
    await first.getByRole('heading', { level: 1 }).waitFor();
    await press(first.getByRole('button', { name: locale === 'ja' ? '日本語' : 'English' }));
    await first.getByRole('heading', { name: t('door.first') }).waitFor();
    await first.getByLabel(t('door.yourName')).fill('山田');
    await first.getByLabel(t('door.newPin', { fewest: 4, most: 12 })).fill('4829');
    await first.getByLabel(t('door.again')).fill('4828');
    await press(first.getByRole('button', { name: t('door.begin') }));
    await first.getByRole('alert').getByText(t('door.differ')).waitFor();
    await first.getByLabel(t('door.again')).fill('4829');
    await press(first.getByRole('button', { name: t('door.begin') }));
    await page.getByText(t('header.person', { name: '山田' })).waitFor();
    await page.getByText(t('first.computer')).waitFor();
    expect(inputsOf(server, 'people.begin')).toEqual([{ name: '山田', pin: '4829', locale }]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('a person locks the window, another picks a name and comes in by a PIN on big keys', async () => {
    const { page, server, faults } = await bench.open('teach', 'full', { locale, touch });
    await page.locator('.stage img.picture').waitFor();
    if (touch) await page.getByRole('button', { name: t('header.lock') }).tap();
    else await page.keyboard.press('F9');
    await door(page).waitFor();
    // Nothing of the line is seen, and no key judges.
    expect(await page.locator('.stage img.picture').isVisible()).toBe(false);
    await page.keyboard.press('Digit1');
    expect(inputsOf(server, 'teach.label')).toEqual([]);
    const kato = door(page).getByRole('button', { name: '加藤' });
    await press(kato);
    const key = await door(page).getByRole('button', { name: '5', exact: true }).boundingBox();
    expect(Math.min(key?.width ?? 0, key?.height ?? 0)).toBeGreaterThanOrEqual(88);
    await type(page, '1111');
    await door(page).getByRole('alert').getByText(t('error.pin_wrong')).waitFor();
    await type(page, FIXTURE_PIN);
    await page.getByText(t('header.person', { name: '加藤' })).waitFor();
    await page.locator('.stage img.picture').waitFor();
    expect(inputsOf(server, 'people.signIn')).toEqual([
      { personId: 2, pin: '1111' },
      { personId: 2, pin: FIXTURE_PIN },
    ]);
    if (touch) await page.locator('.side').getByRole('button', { name: '良品' }).tap();
    else await page.keyboard.press('Digit1');
    await expect.poll(() => inputsOf(server, 'teach.label')).toMatchObject([{ who: '加藤', classId: 1 }]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('too many wrong PINs make the person wait, and say so', async () => {
    const { page, server } = await bench.open('today', 'full', { locale, touch });
    server.core.people.lock();
    await press(door(page).getByRole('button', { name: '加藤' }));
    for (const pin of ['1111', '2222', '3333']) {
      await type(page, pin);
      await door(page).getByRole('alert').waitFor();
    }
    await door(page)
      .getByRole('alert')
      .getByText(t('error.pin_wait', { seconds: 15 }))
      .waitFor();
    await page.close();
  });

  it('what was under way when the lock fell is sent when the same person is back, and in nobody else’s name', async () => {
    const { page, server } = await bench.open('teach', 'full', { locale, touch });
    await page.locator('.stage img.picture').waitFor();
    const good = page.locator('.side').getByRole('button', { name: '良品' });
    server.cut();
    await page.getByRole('alert').getByText(t('link.lost')).waitFor();
    if (touch) await good.tap();
    else await page.keyboard.press('Digit1');
    await page.getByText(t('stage.unsent', { n: 1 })).waitFor();
    server.core.people.lock();
    server.mend();
    await door(page).getByTestId('door-unsent').getByText('佐藤', { exact: false }).waitFor();
    await press(door(page).getByRole('button', { name: '加藤' }));
    await type(page, FIXTURE_PIN);
    await page
      .getByTestId('others-unsent')
      .getByText(t('unsent.others', { name: '佐藤', n: 1 }))
      .waitFor();
    await page.locator('.stage img.picture').waitFor();
    expect(inputsOf(server, 'teach.label')).toEqual([]);
    await press(page.getByRole('button', { name: t('header.lock') }));
    await press(door(page).getByRole('button', { name: '佐藤' }));
    await type(page, FIXTURE_PIN);
    await expect.poll(() => inputsOf(server, 'teach.label')).toMatchObject([{ who: '佐藤' }]);
    await page.close();
  });

  it('what a role may not do is out of use and says who may; the page says what is one’s own and what is for looking', async () => {
    const { page, server } = await bench.open('settings', 'full', { locale, touch });
    server.core.people.become('加藤', 'operator');
    await page
      .getByTestId('look-only')
      .getByText(t('role.ownOnly', { access: 'lead' }))
      .waitFor();
    await page.evaluate(() => (location.hash = '#/settings/rights'));
    await page
      .getByTestId('look-only')
      .getByText(t('role.lookOnly', { access: 'lead' }))
      .waitFor();
    await page.evaluate(() => (location.hash = '#/settings'));
    const auto = page.getByLabel(t('settings.autoScore'));
    await expect.poll(() => auto.getAttribute('aria-disabled')).toBe('true');
    await (touch ? auto.tap({ force: true }) : auto.press('Space'));
    await page.getByText(t('error.not_allowed', { access: 'lead' })).waitFor();
    expect(await auto.isChecked()).toBe(true);
    // Nor is there anything of people.
    expect(await page.getByText(t('people.title'), { exact: true }).count()).toBe(0);
    expect(inputsOf(server, 'app.set')).toEqual([]);
    await page.close();
  });

  it('the administrator adds people, gives a new PIN, and cannot be left without one', async () => {
    const { page, server, faults } = await bench.open('settings', 'full', { locale, touch });
    await press(page.getByRole('button', { name: t('people.add') }));
    const dialog = page.getByRole('dialog', { name: t('people.add') });
    await dialog.getByLabel(t('people.name'), { exact: true }).fill('鈴木');
    await dialog.getByLabel(t('people.role')).selectOption('manager');
    await dialog.getByLabel(t('door.newPin', { fewest: 4, most: 12 })).fill('1234');
    await dialog.getByText(t('error.pin_simple')).waitFor();
    await dialog.getByLabel(t('door.newPin', { fewest: 4, most: 12 })).fill('7391');
    await dialog.getByLabel(t('door.again')).fill('7391');
    await press(dialog.getByRole('button', { name: t('people.save') }));
    await page.getByLabel(t('people.roleOf', { name: '鈴木' })).waitFor();
    expect(inputsOf(server, 'people.add')).toEqual([{ name: '鈴木', role: 'manager', pin: '7391' }]);
    await page.getByLabel(t('people.roleOf', { name: '佐藤' })).selectOption('operator');
    await page.getByText(t('error.last_administrator')).waitFor();
    await expect.poll(() => page.getByLabel(t('people.roleOf', { name: '佐藤' })).inputValue()).toBe('administrator');
    await page.getByLabel(t('people.lockAfter')).selectOption('30');
    await expect.poll(() => inputsOf(server, 'people.setLock')).toEqual([{ minutes: 30 }]);
    expect(faults).toEqual([]);
    await page.close();
  });
});
