import { mkdirSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportKinds } from '#core/contract/exports.ts';
import { Format } from '#core/report/html/format.ts';
import { measures } from '#core/report/html/management-page.ts';
import { createTranslator } from '#messages/translate.ts';
import { report } from '../report/report-fixture.ts';
import { touchScreen } from './fingers.ts';
import { fixtureExports } from './fixture-report.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

/** Where pictures of the screens go, for looking at; absent: none are taken. */
const shots = process.env['MINARAI_SCREENS'];
async function shoot(page: Page, name: string): Promise<void> {
  if (shots === undefined) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/${name}.png` });
}

describe.each(['ja', 'en'] as const)('exporting the report (%s)', (locale) => {
  const t = createTranslator(locale);

  it('by keyboard: each file is being made, then there under its name', async () => {
    const { page, server, faults } = await bench.open('roi', 'full', { locale });
    const written = Promise.withResolvers<undefined>();
    server.core.slow = { path: 'report.export', until: written.promise };
    const button = page.getByRole('button', { name: t('export.button') });
    await button.focus();
    await page.keyboard.press('Enter');
    for (const kind of exportKinds)
      await expect.poll(() => page.getByTestId(`export-${kind}`).innerText()).toContain(t('export.waiting'));
    expect(await page.getByRole('button', { name: t('export.busy') }).isDisabled()).toBe(true);
    written.resolve(undefined);
    for (const kind of exportKinds) {
      const link = page.getByTestId(`export-${kind}`).getByRole('link');
      await link.waitFor();
      expect(await link.getAttribute('href')).toBe(`/export/report.${kind}`);
      expect((await link.boundingBox())!.height).toBeGreaterThanOrEqual(48);
    }
    expect(inputsOf(server, 'report.export')).toEqual([{ locale }]);
    await shoot(page, `exported-${locale}`);
    // The next key reaches the first file.
    await button.focus();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('/export/report.html');
    expect(faults).toEqual([]);
    await page.close();
  });

  it('by touch: what could not be made says why and what to do, beside what is there; the next try brings all', async () => {
    const { page, server, faults } = await bench.open('roi', 'full', { locale, touch: true });
    const screen = await touchScreen(page);
    const none = { code: 'no_browser', params: {} } as const;
    server.core.exported = fixtureExports({
      ...{ pdf: none, png: none },
      xlsx: { code: 'file_in_use', params: { file: 'report.xlsx' } },
    });
    const button = page.getByRole('button', { name: t('export.button') });
    await screen.tap(button);
    const row = (kind: string) => page.getByTestId(`export-${kind}`);
    await expect.poll(() => row('pdf').innerText()).toContain(t('error.no_browser'));
    expect(await row('xlsx').innerText()).toContain(t('error.file_in_use', { file: 'report.xlsx' }));
    expect(await row('pdf').getByRole('link').count()).toBe(0);
    expect(await row('html').getByRole('link').count()).toBe(1);
    expect(
      await page
        .getByRole('status')
        .filter({ hasText: t('export.lacking', { n: 3 }) })
        .count(),
    ).toBe(1);
    await shoot(page, `export-lacking-${locale}`);
    server.core.exported = fixtureExports();
    await screen.tap(button);
    await row('pdf').getByRole('link').waitFor();
    expect(await row('pdf').innerText()).not.toContain(t('error.no_browser'));
    expect(faults).toEqual([]);
    await page.close();
  });

  it('an export that fails as a whole says so and can be tried again', async () => {
    const { page, server } = await bench.open('roi', 'full', { locale });
    server.core.failNext = 'report.export';
    const button = page.getByRole('button', { name: t('export.button') });
    await button.click();
    await page.getByText(t('error.disk_full')).waitFor();
    expect(await page.getByTestId('export-html').count()).toBe(0);
    await button.click();
    await page.getByTestId('export-html').getByRole('link').waitFor();
    await page.close();
  });

  it('the measures on the screen are those of the page that is signed', async () => {
    const { page } = await bench.open('roi', 'full', { locale });
    const format = new Format(t);
    const shown = page.locator('dl dd.value');
    await shown.first().waitFor();
    const texts = await shown.allInnerTexts();
    expect(texts).toEqual(measures(report, format).map(({ value }) => value));
    await page.close();
  });
});
