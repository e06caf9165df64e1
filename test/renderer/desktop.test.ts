import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTranslator } from '#messages/translate.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => (bench = await openWorkbench()), 120_000);
afterAll(() => bench.close());

const engineFacts = (backend: 'tensorflow-gpu' | 'tensorflow-cpu', reason: string) => ({
  ...{ backend, reason, tensorflow: '2.21.0', devices: ['CPU'], threads: 2, bf16: false, pid: 1 },
});

for (const locale of ['ja', 'en'] as const) {
  const t = createTranslator(locale);

  it(`${locale}: the first start in a browser, by keys: this computer, sample line`, async () => {
    const { page, server, faults } = await bench.open('today', 'empty', { locale });
    const press = async (name: string): Promise<void> => {
      await page.getByRole('button', { name }).focus();
      await page.keyboard.press('Enter');
    };
    await page.getByText(t('first.steps', { n: 1, of: 2 })).waitFor();
    server.core.change({
      engine: { state: 'ready', error: null, facts: engineFacts('tensorflow-cpu', 'backend.gpu_not_set_up') },
    });
    await page.getByText(t('first.computer.cpu')).waitFor();
    await page.getByText(t('backend.gpu_not_set_up')).waitFor();
    // Of what the doctor found, what a person can do something about.
    await page.getByText(t('hint.add_gpu')).waitFor();
    expect(await page.getByText(t('hint.install_electron')).count()).toBe(0);
    server.core.change({
      engine: { state: 'ready', error: null, facts: engineFacts('tensorflow-gpu', 'backend.gpu_found') },
    });
    await page.getByText(t('first.computer.gpu')).waitFor();
    server.core.change({
      engine: { state: 'failed', facts: null, error: { code: 'tensorflow_missing', params: {} } },
    });
    await page.getByText(t('first.computer.none')).waitFor();
    await press(t('first.next'));
    // A reload goes on where one was.
    await page.reload();
    await page.getByText(t('first.steps', { n: 2, of: 2 })).waitFor();
    await page.getByRole('button', { name: t('first.sample') }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => inputsOf(server, 'sample.start').length).toBe(1);
    expect(faults).toEqual([]);
  });

  it(`${locale}: the first start by touch goes back and forth, and leads to one’s own camera`, async () => {
    const { page } = await bench.open('today', 'empty', { locale, touch: true });
    await page.getByRole('button', { name: t('first.next') }).tap();
    await page.getByRole('button', { name: t('first.back') }).tap();
    await page.getByText(t('first.steps', { n: 1, of: 2 })).waitFor();
    await page.getByRole('button', { name: t('first.next') }).tap();
    await page.getByText(t('first.steps', { n: 2, of: 2 })).waitFor();
    await page.getByRole('link', { name: t('first.own') }).tap();
    await page.getByLabel(t('camera.folder')).waitFor();
    // The system's dialog is Electron's.
    expect(await page.getByRole('button', { name: t('camera.pick') }).count()).toBe(0);
  });

  it(`${locale}: notices are set by keys in a window of its own, with quiet hours over midnight`, async () => {
    const { page, server, faults } = await bench.open('settings', 'full', { locale });
    expect(await page.getByText(t('notices.title')).count()).toBe(0);
    server.core.change({ shell: 'electron' });
    await page.getByLabel(t('notices.flagged')).focus();
    await page.keyboard.press('Space');
    await page.getByLabel(t('notices.quiet')).focus();
    await page.keyboard.press('Space');
    await page.getByLabel(t('notices.from'), { exact: true }).fill('21:30');
    const wanted = { flagged: false, training: true, quiet: true, quietFrom: '21:30', quietTo: '06:00' };
    await expect.poll(() => server.core.desktop.notices).toEqual(wanted);
    await page.getByLabel(t('notices.from'), { exact: true }).fill('');
    await page.getByLabel(t('notices.to'), { exact: true }).focus();
    expect(await page.getByLabel(t('notices.from'), { exact: true }).inputValue()).toBe('21:30');
    expect(server.core.desktop.notices).toEqual(wanted);
    expect(faults).toEqual([]);
  });

  it(`${locale}: notices by touch; what cannot be stored is shown as it was`, async () => {
    const { page, server } = await bench.open('settings', 'full', { locale, touch: true });
    server.core.change({ shell: 'electron' });
    await page.getByLabel(t('notices.training')).tap();
    await expect.poll(() => server.core.desktop.notices.training).toBe(false);
    server.core.failNext = 'desktop.setNotices';
    await page.getByLabel(t('notices.flagged')).tap();
    await page.getByText(t('error.disk_full', { path: '' })).waitFor();
    await expect.poll(() => page.getByLabel(t('notices.flagged')).isChecked()).toBe(true);
  });

  it(`${locale}: a camera’s folder is chosen with the system’s dialog, and one that is closed changes nothing`, async () => {
    const { page, server } = await bench.open('cameras', 'empty', { locale, touch: true });
    server.core.change({ shell: 'electron' });
    const folder = page.getByLabel(t('camera.folder'));
    await folder.fill('/typed');
    const pick = page.getByRole('button', { name: t('camera.pick') });
    await pick.tap();
    await expect.poll(() => inputsOf(server, 'desktop.pickFolder').length).toBe(1);
    expect(await folder.inputValue()).toBe('/typed');
    server.core.desktop.picked = '/data/line-1';
    await pick.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => folder.inputValue()).toBe('/data/line-1');
  });
}
