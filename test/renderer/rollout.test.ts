import type { Locator } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LineSection } from '#core/contract/line-file.ts';
import { createTranslator } from '#messages/translate.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

describe.each([
  ['ja', 'keys'],
  ['en', 'touch'],
] as const)('from line to line at the window (%s, %s)', (locale, by) => {
  const t = createTranslator(locale);
  const touch = by === 'touch';
  const press = (control: Locator, key = 'Enter') => (touch ? control.tap() : control.press(key));

  it('this line is copied without what is unticked, once the customer agrees', async () => {
    const { page, server, faults } = await bench.open('settings/line', 'full', { locale, touch });
    const write = page.getByRole('button', { name: t('rollout.copy.button') });
    const section = (name: LineSection) =>
      page.getByRole('checkbox', {
        exact: true,
        name:
          name === 'classes'
            ? t('rollout.counted', { section: t('rollout.section.classes'), n: 3 })
            : t(`rollout.section.${name}`),
      });
    await section('classes').waitFor();
    expect(await section('costs').isChecked()).toBe(false);
    await page.getByText(t('rollout.copy.kept', { n: 2 })).waitFor();
    await press(section('work'), 'Space');
    const agreed = page.getByRole('checkbox', { name: t('rollout.copy.agreed', { customers: '東海モーター' }) });
    expect(await write.isDisabled()).toBe(true);
    await press(agreed, 'Space');
    await press(write);
    const file = page.getByRole('link', { name: 'line-20261123-104207.minarai-line' });
    await file.waitFor();
    expect(await file.getAttribute('href')).toBe('/export/line-20261123-104207.minarai-line');
    // Agreed to one copy, not to the next.
    await expect.poll(() => agreed.isChecked()).toBe(false);
    const [input] = inputsOf(server, 'rollout.write') as { sections: string[]; agreed: boolean }[];
    expect(input?.agreed).toBe(true);
    expect(input?.sections.toSorted()).toEqual(['aims', 'cameras', 'classes', 'encoder', 'samples', 'shifts']);
    // Nobody is asked where neither pictures nor what was learnt leave.
    await press(section('samples'), 'Space');
    await press(section('encoder'), 'Space');
    await agreed.waitFor({ state: 'detached' });
    expect(await write.isDisabled()).toBe(false);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('a file is looked at, a camera chosen, a section left out, and the rest taken over', async () => {
    const { page, server, faults } = await bench.open('settings/line', 'full', { locale, touch });
    const path = page.getByLabel(t('rollout.take.file'));
    const look = page.getByRole('button', { name: t('rollout.take.look') });
    await path.waitFor();
    const broken = '/mnt/usb/half.minarai-line';
    await path.fill(broken);
    await press(look);
    await page.getByText(t('error.line_file_broken', { path: broken, reason: 'format' })).waitFor();
    expect(await path.inputValue()).toBe(broken);

    await path.fill('/mnt/usb/line5.minarai-line');
    await press(look);
    const dialog = page.getByRole('dialog', { name: t('rollout.take.dialog') });
    await dialog.getByText(t('rollout.why.no_camera')).waitFor();
    await dialog.getByText(t('rollout.counts', { fresh: 1, differs: 1, same: 0, blocked: 0 })).waitFor();
    const camera = dialog.getByLabel(t('rollout.take.camera', { name: 'カメラ5 裏面' }));
    await camera.selectOption({ index: 1 });
    await dialog.getByText(t('rollout.kind.area', { name: 'カメラ5 裏面' })).waitFor();
    const costs = dialog.getByRole('checkbox', { name: t('rollout.section.costs'), exact: true });
    expect(await costs.isChecked()).toBe(false);
    const aims = dialog.getByRole('checkbox', { name: t('rollout.section.aims'), exact: true });
    await press(aims, 'Space');
    await press(dialog.getByRole('button', { name: t('rollout.take.button', { n: 4 }) }));
    await dialog.waitFor({ state: 'detached' });
    await page.getByText(t('rollout.take.done', { n: 4 })).waitFor();
    const [taken] = inputsOf(server, 'rollout.take') as { path: string; sections: string[]; sha256: string }[];
    expect(taken).toMatchObject({
      ...{ path: '/mnt/usb/line5.minarai-line', sha256: 'f'.repeat(64) },
      sections: ['classes', 'samples', 'cameras', 'work'],
      cameras: [{ name: 'カメラ5 裏面', cameraId: 1 }],
    });
    await expect.poll(() => path.inputValue()).toBe('');
    expect(faults).toEqual([]);
    await page.close();
  });

  it('whether the other line’s encoder pays is said in words, and measured again, paused and stopped', async () => {
    const { page, server, faults } = await bench.open('learn', 'full', { locale, touch });
    const card = page.locator('section').filter({ has: page.getByRole('heading', { name: t('transfer.title') }) });
    const words = { labels: 20, figure: t('figure.auroc'), ours: '0.91', draws: 6 };
    await card
      .getByText(t('transfer.says.better', { ...words, theirs: '0.84', than: 'random', low: '+0.04', high: '+0.09' }))
      .waitFor();
    await card
      .getByText(t('transfer.says.unclear', { ...words, theirs: '0.93', than: 'own', low: '−0.05', high: '+0.01' }))
      .waitFor();
    await card.getByText(t('transfer.few', { least: 10 })).waitFor();
    await press(card.getByRole('button', { name: t('transfer.again') }));
    const way = card.getByRole('group', { name: t('job.evaluate') });
    await way.waitFor();
    server.core.exchange.come('evaluate', 0.4, 'features_pretrained');
    await way.getByText(t('phase.features_pretrained')).waitFor();
    await press(card.getByRole('button', { name: t('training.pause') }));
    await expect.poll(() => inputsOf(server, 'learn.pause').length).toBe(1);
    await press(card.getByRole('button', { name: t('training.cancel') }));
    await way.waitFor({ state: 'detached' });
    expect(inputsOf(server, 'rollout.measure')).toEqual([{ checkpointId: 9 }]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('limit samples of another line lie beside this line’s own and can be taken out', async () => {
    const { page, server, faults } = await bench.open('teach/book/2', 'full', { locale, touch });
    const [id, classId, line] = [3, 2, '第5ライン'];
    const size = { width: 200, height: 200, regions: [{ x: 0.1, y: 0.1, width: 0.2, height: 0.2 }] };
    server.core.book.borrowed = [
      { id, classId, role: 'limit_ng', note: '0.5 mm', who: '佐藤', atMs: 1_764_000_000_000, line, ...size },
    ];
    await page.reload();
    const own = page.getByRole('figure').filter({ hasText: t('book.borrowedFrom', { line }) });
    await own.getByRole('img', { name: `${t('role.limit_ng')} 0.5 mm` }).waitFor();
    await press(own.getByRole('button', { name: t('book.remove') }));
    await own.getByLabel(t('book.removeWhy')).fill('ours');
    await press(own.getByRole('button', { name: t('book.remove') }));
    await expect.poll(() => inputsOf(server, 'rollout.removeSample')).toEqual([{ sampleId: id, reason: 'ours' }]);
    expect(faults).toEqual([]);
    await page.close();
  });
});
