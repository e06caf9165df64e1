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
  ['en', 'keys'],
  ['ja', 'touch'],
] as const)('outputs at the window (%s, %s)', (locale, by) => {
  const t = createTranslator(locale);
  const touch = by === 'touch';
  const press = (control: Locator) => (touch ? control.tap() : control.press('Enter'));

  it('a person adds a webhook, sees what is sent, tries it and saves it', async () => {
    const { page, server, faults } = await bench.open('settings/outputs', 'full', { locale, touch });
    await press(page.getByRole('button', { name: t('outputs.add') }));
    const dialog = page.getByRole('dialog', { name: t('outputs.add') });
    await dialog.getByLabel(t('outputs.name'), { exact: true }).fill('MES 2');
    await dialog.getByLabel(t('outputs.kind')).selectOption('webhook');
    await dialog.getByLabel(t('outputs.url')).fill('https://mes2.plant.example/in');
    await dialog
      .getByRole('region', { name: t('outputs.preview') })
      .getByText('host: mes2.plant.example')
      .waitFor();
    await press(dialog.getByRole('button', { name: t('outputs.keyMake') }));
    server.core.outputs.testFails = true;
    await press(dialog.getByRole('button', { name: t('outputs.test') }));
    await dialog.getByRole('status').getByText('CERT_HAS_EXPIRED').waitFor();
    await press(dialog.getByRole('button', { name: t('outputs.save') }));
    await page.getByText(t('outputs.state.new')).waitFor();
    expect(inputsOf(server, 'outputs.add')).toMatchObject([
      { plan: { name: 'MES 2' }, target: { kind: 'webhook' }, secrets: { key: expect.stringMatching(/^whsec_/) } },
    ]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('a person adds an MQTT broker: topics are checked as they are typed, and shown as they are sent', async () => {
    const { page, server, faults } = await bench.open('settings/outputs', 'full', { locale, touch });
    await press(page.getByRole('button', { name: t('outputs.add') }));
    const dialog = page.getByRole('dialog', { name: t('outputs.add') });
    await dialog.getByLabel(t('outputs.name'), { exact: true }).fill('Broker');
    await dialog.getByLabel(t('outputs.kind')).selectOption('mqtt');
    await dialog.getByLabel(t('outputs.mqtt.host')).fill('broker.plant.example');
    await dialog.getByLabel(t('outputs.field.username')).fill('line2');
    await dialog.getByLabel(t('outputs.field.password'), { exact: true }).fill('secret');
    const topic = dialog.getByLabel(t('outputs.mqtt.topic.verdict'));
    await topic.fill('plant/#');
    await dialog.getByText(t('outputs.topic.wildcard')).waitFor();
    await expect.poll(() => dialog.getByRole('button', { name: t('outputs.save') }).isDisabled()).toBe(true);
    await topic.fill('plant/{camera}/{verdict}');
    await dialog
      .getByRole('region', { name: t('outputs.preview') })
      .getByText('plant/C1/ng')
      .waitFor();
    await press(dialog.getByRole('button', { name: t('outputs.save') }));
    await page.getByText(t('outputs.state.new')).waitFor();
    expect(inputsOf(server, 'outputs.add')).toMatchObject([
      {
        target: {
          kind: 'mqtt',
          settings: { port: 8883, tls: true, clientId: expect.stringMatching(/^minarai[0-9a-f]{12}$/) },
        },
        secrets: { password: 'secret' },
      },
    ]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('a person opens an OPC UA server, which is for nobody without a password', async () => {
    const { page, server, faults } = await bench.open('settings/outputs', 'full', { locale, touch });
    await press(page.getByRole('button', { name: t('outputs.add') }));
    const dialog = page.getByRole('dialog', { name: t('outputs.add') });
    await dialog.getByLabel(t('outputs.name'), { exact: true }).fill('SCADA');
    await dialog.getByLabel(t('outputs.kind')).selectOption('opcua');
    await dialog.getByLabel(t('outputs.field.username')).fill('scada');
    await dialog.getByLabel(t('outputs.field.password'), { exact: true }).fill('correct horse');
    await dialog
      .getByRole('region', { name: t('outputs.preview') })
      .getByText('ns=1;s=L1/C1/Verdict = "ok"')
      .waitFor();
    await press(dialog.getByRole('button', { name: t('outputs.save') }));
    await page.getByText(t('outputs.state.new')).waitFor();
    expect(inputsOf(server, 'outputs.add')).toMatchObject([
      {
        target: { kind: 'opcua', settings: { address: '127.0.0.1', port: 4840, open: false } },
        secrets: { password: 'correct horse' },
      },
    ]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('a receiver that is away is told of with what to do; a person tries again, pauses and reads the log', async () => {
    const { page, server, faults } = await bench.open('settings/outputs', 'full', { locale, touch });
    const mes = page
      .getByRole('list', { name: t('outputs.title') })
      .getByRole('listitem')
      .filter({ hasText: 'MES' });
    await mes.getByText(t('outputfail.unreachable')).waitFor();
    await press(mes.getByRole('button', { name: t('outputs.log') }));
    const log = page.getByRole('dialog', { name: t('outputs.logOf', { name: 'MES' }) });
    await log.getByText(`${t('verdict.reject')} part-2.png`).waitFor();
    await press(log.getByRole('button', { name: t('toast.close') }));
    // A closing dialog gives the focus back: the next key would go there.
    await log.waitFor({ state: 'hidden' });
    await press(mes.getByRole('button', { name: t('outputs.leaveFirst') }));
    const asked = page.getByRole('dialog', { name: t('outputs.leaveFirst') });
    await asked.getByText('MES', { exact: true }).waitFor();
    await press(asked.getByRole('button', { name: t('outputs.yes') }));
    await asked.waitFor({ state: 'hidden' });
    await expect.poll(() => inputsOf(server, 'outputs.discard')).toEqual([{ outputId: 2, which: 'first' }]);
    await press(mes.getByRole('button', { name: t('outputs.tryNow') }));
    await expect.poll(() => server.core.outputs.states[1]?.waiting).toBe(0);
    await press(mes.getByRole('button', { name: t('outputs.pause') }));
    await mes.getByText(t('outputs.state.paused', { waiting: 0 })).waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });
});
