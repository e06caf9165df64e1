import { describe, expect, it, onTestFinished } from 'vitest';
import { createApp } from '#core/app.ts';
import type { LabelSource } from '#core/store/labels.ts';
import { neededInputs } from '#core/domain/roi-missing.ts';
import type { ReportData } from '#core/report/report-data.ts';
import { addLabel } from '#core/store/labels.ts';
import { openStore } from '#core/store/open.ts';
import { currentPilot, inputChanges, setPilotInputs, startPilot } from '#core/store/pilots.ts';
import { addScores } from '#core/store/scores.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { camera, classes, model, pictures, scoreRow, temporaryFolder, temporaryStore } from '#test/store/fixture.ts';
import { signedIn } from '#test/fakes/signed-in.ts';

const hour = 3_600_000;
/** A Monday morning by the clock on the wall, whichever that is here. */
const monday = new Date(2026, 10, 23, 9).getTime();

/** An app over a line with 12 judged defects and 30 judged good parts, marks applied, and reviews in two day shifts and a night. */
async function line() {
  const dataDir = temporaryFolder();
  const store = openStore(dataDir);
  const ids = pictures(store.write, camera(store.write), 42);
  const { good, bad } = classes(store.write);
  const modelId = model(store.write);
  addScores(
    store.write,
    modelId,
    ids.map((id, at) => scoreRow(id, at < 12 ? 0.9 : 0.1)),
    'held_out',
    5,
  );
  applyThreshold(store.write, { modelId, review: 0.5, reject: 0.8, reason: '', who: 'w', atMs: 6 });
  ids.forEach((imageId, at) => {
    const source: LabelSource = at < 9 ? 'review' : 'teach';
    const atMs = monday + [0, 24, 36][at % 3]! * hour + at * 60_000;
    const times = at < 9 ? { durationMs: 20_000, keystrokes: 1, clicks: 0 } : { durationMs: 3000 };
    addLabel(store.write, { imageId, classId: at < 12 ? bad : good, source, who: '', atMs, ...times });
  });
  store.close();
  const app = await createApp({
    ...{ dataDir, shell: 'browser', version: '0', defaultLocale: 'ja', launchEngine: () => scriptedEngine({}).port },
    ...{ inspectMachine: () => Promise.resolve([]), log: () => undefined },
  });
  onTestFinished(() => app.close());
  const client = await signedIn(app);
  const report = async () => (await client.report.get()).report as ReportData;
  return { client, report };
}

const entered = (value: number, low?: number, high?: number) => ({
  ...{ value, kind: 'entered' as const },
  ...(low === undefined ? {} : { low }),
  ...(high === undefined ? {} : { high }),
});

describe('inputs of the return', () => {
  it('are assumed until somebody enters them, with a range of their own, and assumed again when cleared', async () => {
    const { client } = await line();
    expect((await client.roi.get()).inputs['hardwareYen']).toEqual({ value: 300_000, kind: 'assumed' });
    await client.roi.set({ inputs: { hardwareYen: entered(420_000, 400_000, 600_000) } });
    expect((await client.roi.get()).inputs['hardwareYen']).toEqual(entered(420_000, 400_000, 600_000));
    await client.roi.clear({ name: 'hardwareYen' });
    expect((await client.roi.get()).inputs['hardwareYen']).toEqual({ value: 300_000, kind: 'assumed' });
  });

  it.each([
    ['negative', { costPerEscapeYen: entered(-1) }],
    ['too_large', { costPerEscapeYen: entered(1e300) }],
    ['too_large', { escapeBefore: entered(1.5) }],
    ['too_small', { years: entered(0) }],
    ['range', { wageYenPerHour: entered(3000, 3100, 3200) }],
  ])('are refused as %s, and nothing of the call is stored', async (fault, bad) => {
    const { client } = await line();
    const before = await client.roi.get();
    await expect(client.roi.set({ inputs: { partsPerMonth: entered(1), ...bad } })).rejects.toMatchObject({
      data: { code: 'input_refused', params: { fault } },
    });
    expect(await client.roi.get()).toEqual(before);
    expect((await client.roi.history()).changes).toEqual([]);
  });

  it('that were counted cannot be typed over, cleared or claimed', async () => {
    const { client } = await line();
    const { inputs, measured } = await client.roi.get();
    expect(measured).toEqual(expect.arrayContaining(['escapeAfter', 'overkillAfter', 'reviewedShare']));
    expect(inputs['escapeAfter']).toMatchObject({ value: 0, kind: 'measured', low: 0 });
    const refused = { data: { code: 'bad_input' } };
    await expect(client.roi.set({ inputs: { escapeAfter: entered(0.1) } })).rejects.toMatchObject(refused);
    await expect(client.roi.clear({ name: 'escapeAfter' })).rejects.toMatchObject(refused);
    await expect(client.roi.clear({ name: '__proto__' })).rejects.toMatchObject(refused);
    const claimed = { hardwareYen: { value: 1, kind: 'measured' as const } };
    await expect(client.roi.set({ inputs: claimed })).rejects.toMatchObject(refused);
  });

  it('remember who said what when, from and to; the report tells a change of what was entered, not the first word', async () => {
    const { client, report } = await line();
    await client.roi.set({ inputs: { wageYenPerHour: entered(2600) } });
    expect((await report()).inputChanges).toEqual([]);
    await client.roi.set({ inputs: { wageYenPerHour: entered(2600) } });
    await client.roi.set({ inputs: { wageYenPerHour: entered(2800) } });
    const { changes } = await client.roi.history();
    expect(changes).toMatchObject([
      { name: 'wageYenPerHour', from: entered(2600), to: entered(2800), who: '佐藤' },
      { name: 'wageYenPerHour', from: null, to: entered(2600), who: '佐藤' },
    ]);
    expect((await report()).inputChanges).toMatchObject([{ name: 'wageYenPerHour', from: 2600, to: 2800 }]);
  });

  it('promise a payback only when every needed one was entered or counted', async () => {
    const { client, report } = await line();
    const typed = neededInputs.filter((name) => !['escapeAfter', 'overkillAfter', 'reviewedShare'].includes(name));
    const { inputs } = await client.roi.get();
    for (const name of typed.slice(1)) await client.roi.set({ inputs: { [name]: entered(inputs[name]!.value) } });
    expect((await report()).roi?.inputs.partsPerMonth.kind).toBe('assumed');
    await client.roi.set({ inputs: { [typed[0]!]: entered(inputs[typed[0]!]!.value) } });
    const kinds = neededInputs.map((name) => report().then(({ roi }) => roi?.inputs[name].kind));
    expect(await Promise.all(kinds)).not.toContain('assumed');
  });
});

describe('the currency', () => {
  it('relabels what was typed in it already, and brings starting values into its order of magnitude', async () => {
    const { client, report } = await line();
    await client.roi.set({ inputs: { wageYenPerHour: entered(18.5), partsPerMonth: entered(9000) } });
    await client.roi.setCurrency({ currency: 'USD', rate: null });
    const { inputs, currency } = await client.roi.get();
    expect(currency).toBe('USD');
    expect(inputs['wageYenPerHour']).toEqual(entered(18.5));
    expect(inputs['partsPerMonth']).toEqual(entered(9000));
    expect(inputs['hardwareYen']).toEqual({ value: 2000, kind: 'assumed' });
    expect(await report()).toMatchObject({
      currency: 'USD',
      currencyChanges: [{ was: 'JPY', currency: 'USD', rate: null, who: '佐藤' }],
    });
  });

  it('converts money and its range by the typed rate, nothing else, and keeps the rate with who and when', async () => {
    const { client, report } = await line();
    await client.roi.set({ inputs: { wageYenPerHour: entered(3000, 2700, 3300), inspectSeconds: entered(4) } });
    await client.roi.clear({ name: 'setUpYen' });
    await client.roi.setCurrency({ currency: 'EUR', rate: 0.0061 });
    const { inputs } = await client.roi.get();
    expect(inputs['wageYenPerHour']).toEqual(entered(18.3, 16.47, 20.13));
    expect(inputs['inspectSeconds']).toEqual(entered(4));
    expect(inputs['setUpYen']).toEqual({ value: 630, kind: 'assumed' });
    const { currencies, changes } = await client.roi.history();
    expect(currencies).toMatchObject([{ was: 'JPY', currency: 'EUR', rate: 0.0061, who: '佐藤' }]);
    expect(changes[0]).toMatchObject({ to: entered(18.3, 16.47, 20.13) });
    // The conversion is told as what it is, a raise before it in the money of its day.
    await client.roi.set({ inputs: { wageYenPerHour: entered(19) } });
    expect((await report()).inputChanges).toMatchObject([
      { name: 'wageYenPerHour', from: 18.3, to: 19, currency: 'EUR' },
    ]);
    await client.roi.clear({ name: 'wageYenPerHour' });
    expect((await client.roi.get()).inputs['wageYenPerHour']).toEqual({ value: 16, kind: 'assumed' });
  });

  it('stays as it was where a converted amount would be beyond its limit', async () => {
    const { client } = await line();
    await client.roi.set({ inputs: { hardwareYen: entered(9e12), wageYenPerHour: entered(3000) } });
    await expect(client.roi.setCurrency({ currency: 'VND', rate: 170 })).rejects.toMatchObject({
      data: { code: 'input_refused', params: { fault: 'too_large', name: 'hardwareYen' } },
    });
    const { inputs, currency } = await client.roi.get();
    expect(currency).toBe('JPY');
    expect(inputs['wageYenPerHour']).toEqual(entered(3000));
  });

  it.each([0, -1, 1e9])('takes no rate of %d', async (rate) => {
    const { client } = await line();
    await expect(client.roi.setCurrency({ currency: 'EUR', rate })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect((await client.roi.get()).currency).toBe('JPY');
  });
});

describe('the five measures', () => {
  it('are counted from what people did: time, shifts, intervals', async () => {
    const { report } = await line();
    const { classifier, effort } = await report();
    // 9 reviews of 20 s in two day shifts and a night.
    expect(effort).toMatchObject({ reviewSeconds: 180, reviewShifts: 3, secondsPerLabel: 3, timedLabels: 33 });
    expect(effort.interruptions).toBe(0);
    // Exact intervals of 12 of 12 and 30 of 30 at 97.5 %: scipy.stats.beta.ppf(.0125, 12, 1), (.0125, 30, 1).
    expect(classifier?.balancedAccuracy).toBe(1);
    expect(classifier?.balancedRange?.low).toBeCloseTo((0.0125 ** (1 / 12) + 0.0125 ** (1 / 30)) / 2, 9);
    expect(classifier?.balancedRange?.high).toBe(1);
  });
});

describe('the table of inputs', () => {
  it('is append-only, ranges and currencies included', () => {
    const { write } = temporaryStore();
    const pilot = startPilot(write, { name: 'p', atMs: 1 });
    setPilotInputs(write, pilot, { hardwareYen: entered(5, 4, 6) }, 'a', 2);
    write.run("INSERT INTO currency_change (pilot_id, was, currency, who, at_ms) VALUES (1, 'JPY', 'EUR', 'a', 3)");
    expect(currentPilot(write)?.id).toBe(pilot);
    expect(() => write.run('UPDATE cost SET low = 1')).toThrow('append-only');
    expect(() => write.run('DELETE FROM cost')).toThrow('append-only');
    expect(() => write.run("UPDATE currency_change SET currency = 'USD'")).toThrow('append-only');
    expect(() => write.run('DELETE FROM currency_change')).toThrow('append-only');
    expect(inputChanges(write, pilot)).toMatchObject([{ from: null, to: entered(5, 4, 6), who: 'a', atMs: 2 }]);
  });
});
