import type { Locator } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTranslator } from '#messages/translate.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

describe.each([
  ['ja', 'keys'],
  ['en', 'touch'],
] as const)('models between lines at the window (%s, %s)', (locale, by) => {
  const t = createTranslator(locale);
  const touch = by === 'touch';
  const press = (control: Locator, key = 'Enter') => (touch ? control.tap() : control.press(key));

  it('a model leaves once the customer agrees: its way is shown, is stopped, comes through and is handed over', async () => {
    const { page, server, faults } = await bench.open('teach/models', 'full', { locale, touch });
    const { exchange } = server.core;
    const leave = page.getByRole('button', { name: t('exchange.export', { model: 1 }) });
    const agreed = page.getByRole('checkbox', { name: t('exchange.agreed', { customers: '東海モーター' }) });
    await agreed.waitFor();
    expect(await leave.isDisabled()).toBe(true);
    await press(agreed, 'Space');
    await press(leave);
    const way = page.getByRole('group', { name: t('job.export_model') });
    await way.waitFor();
    expect(await leave.isDisabled()).toBe(true);
    exchange.come('export_model', 0.4, 'comparing');
    await way.getByText(t('phase.comparing')).waitFor();
    await way.getByText(/40\s?%/).waitFor();
    await press(page.getByRole('button', { name: t('exchange.cancel', { job: 'export_model' }) }));
    await way.waitFor({ state: 'detached' });
    const { id: stopped } = server.core.state.jobs[0] ?? {};
    expect(inputsOf(server, 'jobs.cancel')).toEqual([{ jobId: stopped }]);

    // Agreed to one export, not to the next.
    expect(await agreed.isChecked()).toBe(false);
    await press(agreed, 'Space');
    await press(leave);
    await way.waitFor();
    exchange.finish('export_model');
    const file = page.getByRole('link', { name: 'model-1-4.minarai-model' });
    expect(await file.getAttribute('href')).toBe('/export/model-1-4.minarai-model');
    const card = page.locator('section section').filter({ has: file });
    const counted = { missed: 2, defects: 40, stopped: 3, good: 120 };
    await card.getByText(t('exchange.figures', counted)).waitFor();
    await card.getByText(t('exchange.dataOf', { name: 'カメラ1 上面', n: 1312 })).waitFor();
    expect(inputsOf(server, 'exchange.export')).toEqual([
      { modelId: 1, agreed: true },
      { modelId: 1, agreed: true },
    ]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('an export whose answers differ says so and leaves nothing new', async () => {
    const { page, server, faults } = await bench.open('teach/models', 'full', { locale, touch });
    const error = { code: 'export_differs', params: { imageId: 4, difference: 0.02 } } as const;
    server.core.exchange.start('export_model');
    server.core.exchange.fail('export_model', error);
    await page
      .getByRole('alert')
      .filter({ hasText: t('error.export_differs', error.params) })
      .waitFor();
    expect(await page.locator('a[href^="/export/"]').count()).toBe(1);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('a model of another line is taken in by its path; what cannot be is said, and the path stays to be mended', async () => {
    const { page, server, faults } = await bench.open('learn', 'full', { locale, touch });
    const path = page.getByLabel(t('exchange.file'));
    const take = page.getByRole('button', { name: t('exchange.import'), exact: true });
    await path.waitFor();
    expect(await take.isDisabled()).toBe(true);
    const broken = '/mnt/usb/half.minarai-model';
    await path.fill(broken);
    await (touch ? take.tap() : path.press('Enter'));
    await page.getByText(t('error.model_file_broken', { path: broken, reason: 'zip' })).waitFor();
    expect(await path.inputValue()).toBe(broken);

    await path.fill('/mnt/usb/line5.minarai-model');
    await (touch ? take.tap() : path.press('Enter'));
    const way = page.getByRole('group', { name: t('job.import_model') });
    await way.waitFor();
    await expect.poll(() => path.inputValue()).toBe('');
    const unlike = { theirs: 3, ours: 1 };
    server.core.exchange.fail('import_model', { code: 'model_file_unlike', params: unlike });
    await page
      .getByRole('alert')
      .filter({ hasText: t('error.model_file_unlike', unlike) })
      .waitFor();
    expect(inputsOf(server, 'exchange.import')).toEqual([{ path: broken }, { path: '/mnt/usb/line5.minarai-model' }]);

    const use = page.getByRole('button', { name: t('exchange.use') });
    const startFrom = page.getByRole('button', { name: t('exchange.startFrom') });
    await press(startFrom);
    await expect.poll(() => startFrom.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: t('startFrom.other'), pressed: true }).waitFor();
    await press(use);
    await page.getByText(t('exchange.used'), { exact: true }).waitFor();
    expect(inputsOf(server, 'exchange.use')).toEqual([{ checkpointId: 9 }]);
    expect(faults).toEqual([]);
    await page.close();
  });
});
