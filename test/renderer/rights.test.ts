import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTranslator } from '#messages/translate.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const lacks = {
  ...{ owner: 'yes', purpose: 'yes', people: 'yes', customerParts: 'yes', customer: 'no' },
  ...{ basis: 'yes', basisNote: 'no', basisDay: 'yes', keepUntil: 'yes', lacks: 7 },
};
const refusal = {
  code: 'right_missing',
  params: { dataSet: 'カメラ2', others: 0, state: 'undeclared', who: '', named: 'no', until: '', ...lacks } as never,
};

describe.each(['ja', 'en'] as const)('data rights (%s)', (locale) => {
  const t = createTranslator(locale);

  it('lead from a refused learning to the register, where a data set is cleared, by keyboard', async () => {
    const { page, server, faults } = await bench.open('learn', 'full', { locale });
    server.core.judging.refusal = refusal;
    server.core.failNext = 'learn.start';
    await page.getByRole('button', { name: t('learn.start'), exact: true }).focus();
    await page.keyboard.press('Enter');
    const toast = page.locator('.toast');
    await toast.getByText('カメラ2', { exact: false }).waitFor();
    await toast.getByRole('link', { name: t('rights.open') }).focus();
    await page.keyboard.press('Enter');
    const edit = page.getByRole('button', { name: `${t('rights.edit')} カメラ2` });
    await edit.waitFor();
    await edit.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    const clear = dialog.getByRole('button', { name: t('rights.clear') });
    expect(await clear.isDisabled()).toBe(true);
    await dialog.getByLabel(t('rights.owner')).focus();
    await page.keyboard.type('第2工場');
    await dialog.getByLabel(t('rights.purpose')).focus();
    await page.keyboard.type('pilot');
    for (const question of ['rights.people', 'rights.customerParts'] as const) {
      await dialog
        .getByRole('group', { name: t(question) })
        .getByRole('button', { name: t('rights.answer.no'), exact: true })
        .focus();
      await page.keyboard.press('Space');
    }
    await dialog
      .getByRole('group', { name: t('rights.basis') })
      .getByRole('button', { name: t('rights.basis.own') })
      .focus();
    await page.keyboard.press('Space');
    await dialog.getByLabel(t('rights.basisDay')).fill('2026-11-01');
    await dialog.getByText(t('rights.missing', { what: t('right.missing.keepUntil') })).waitFor();
    await dialog.getByLabel(t('rights.keepUntil')).fill('2027-11-30');
    await clear.focus();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(inputsOf(server, 'rights.say')).toEqual([
      {
        ...{ cameraId: 2, word: 'cleared', reason: '' },
        said: {
          ...{ owner: '第2工場', purpose: 'pilot', people: 'no', customerParts: 'no', customer: '', basis: 'own' },
          ...{ basisNote: '', basisDay: '2026-11-01', keepUntil: '2027-11-30' },
        },
      },
    ]);
    await expect.poll(() => page.getByText(t('rights.state.cleared'), { exact: true }).count()).toBe(2);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('are withdrawn with a reason and told on Today, and who may clear is named, by touch', async () => {
    const { page, server, faults } = await bench.open('settings/rights', 'full', { locale, touch: true });
    await page.getByRole('button', { name: `${t('rights.edit')} カメラ1` }).tap();
    const dialog = page.getByRole('dialog');
    const withdraw = dialog.getByRole('button', { name: t('rights.withdraw') });
    await withdraw.waitFor();
    expect(await withdraw.isDisabled()).toBe(true);
    await dialog.getByLabel(t('rights.reason')).fill('customer withdrew');
    await withdraw.tap();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText(t('rights.state.withdrawn'), { exact: true }).waitFor();
    await page.getByRole('button', { name: `${t('rights.history')} カメラ1` }).tap();
    await page.getByRole('dialog').getByText('customer withdrew').waitFor();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: t('toast.close') })
      .tap();
    await page.getByLabel(t('rights.clearers')).fill('佐藤\n阿部\n');
    await page.getByRole('button', { name: t('rights.clearersSave') }).tap();
    await expect.poll(() => inputsOf(server, 'rights.setClearers')).toEqual([{ names: ['佐藤', '阿部'] }]);
    await page.getByRole('button', { name: t('rights.export') }).tap();
    await page.getByRole('link', { name: /rights-2026/ }).waitFor();
    await page.goto(`${server.url}/#/today`);
    await page.getByText(t('governance.blocked', { names: 'カメラ1 · カメラ2' })).waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });
});

describe.each(['ja', 'en'] as const)('keeping and deleting (%s)', (locale) => {
  const t = createTranslator(locale);

  it('shows what would go, deletes some days later, and is called off from Today, by keyboard', async () => {
    const { page, server, faults } = await bench.open('settings/retention', 'full', { locale });
    const ask = page.getByRole('button', { name: `${t('retention.deleteNow')} カメラ1` });
    await ask.waitFor();
    await ask.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(t('retention.wouldGo', { n: 474, mb: 86 })).waitFor();
    expect(await dialog.locator('.strip img').count()).toBe(6);
    await dialog.getByLabel(t('retention.even.labelled')).focus();
    await page.keyboard.press('Space');
    await dialog.getByText(t('retention.wouldGo', { n: 560, mb: 101 })).waitFor();
    await dialog
      .getByRole('group', { name: t('retention.which') })
      .getByRole('button', { name: t('retention.scope.older') })
      .focus();
    await page.keyboard.press('Space');
    await dialog.getByLabel(t('retention.days')).fill('30');
    await dialog.getByText(t('retention.wouldGo', { n: 260, mb: 47 })).waitFor();
    const yes = dialog.getByRole('button', { name: t('retention.orderYes', { days: 7 }) });
    expect(await yes.isDisabled()).toBe(true);
    await dialog.getByLabel(t('retention.reason'), { exact: true }).focus();
    await page.keyboard.type('contract ended');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(inputsOf(server, 'retention.order')).toEqual([
      { cameraId: 1, olderThanDays: 30, even: ['labelled'], originals: false, reason: 'contract ended' },
    ]);
    await page.goto(`${server.url}/#/today`);
    const look = page.getByRole('link', { name: t('governance.deletionOpen') });
    await look.focus();
    await page.keyboard.press('Enter');
    const callOff = page.getByRole('button', { name: t('retention.callOff') });
    await callOff.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByLabel(t('retention.reason')).focus();
    await page.keyboard.type('still needed');
    await page.keyboard.press('Enter');
    await page.getByText(t('retention.ordersNone')).waitFor();
    expect(inputsOf(server, 'retention.cancel')).toEqual([{ deletionId: 1, reason: 'still needed' }]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('follows a rule; certificates and a lot’s data are taken out, by touch', async () => {
    const { page, server, faults } = await bench.open('settings/retention', 'full', { locale, touch: true });
    await page.getByRole('button', { name: `${t('retention.change')} カメラ1` }).tap();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(t('retention.byRight')).tap();
    await dialog.getByLabel(t('retention.byDays')).tap();
    await dialog.getByLabel(t('retention.days')).fill('90');
    await dialog.getByLabel(t('retention.reason'), { exact: true }).fill('policy');
    await dialog.getByRole('button', { name: t('retention.saveRule') }).tap();
    await dialog.waitFor({ state: 'detached' });
    expect(inputsOf(server, 'retention.setRule')).toEqual([
      { cameraId: 1, rule: { keepDays: 90, byRight: true, even: [], originals: false }, reason: 'policy' },
    ]);
    await page.getByText(t('retention.ruleDays', { days: 90 }), { exact: false }).waitFor();
    await page.getByRole('button', { name: t('retention.certificateOpen', { number: 1 }) }).tap();
    const link = page.getByRole('link', { name: t('retention.certificatePage') });
    await link.waitFor();
    expect(await link.getAttribute('href')).toBe(`/export/deletion-1-${locale}.html`);
    await page.getByRole('textbox', { name: t('lots.search'), exact: true }).fill('-b');
    await expect.poll(() => page.getByRole('combobox', { name: t('lots.title') }).inputValue()).toBe('LOT-2026-11-B');
    await page.getByRole('button', { name: t('lots.export'), exact: true }).tap();
    await page.getByText('/data/minarai/exports/LOT-2026-11-B', { exact: false }).waitFor();
    expect(inputsOf(server, 'lots.export')).toEqual([{ lot: 'LOT-2026-11-B', originals: false }]);
    expect(faults).toEqual([]);
    await page.close();
  });
});
