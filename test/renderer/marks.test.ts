import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Locator, Page } from '@playwright/test';
import type { Locale } from '#core/contract/views.ts';
import { entryFor, forAll } from '#core/domain/marks-for.ts';
import { ThresholdTable } from '#core/domain/threshold.ts';
import { createTranslator } from '#messages/translate.ts';
import type { FixtureServer } from './fixture-server.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

/** Where pictures of the screens go, for looking at; absent: none are taken. */
const shots = process.env['MINARAI_SCREENS'];
async function shoot(page: Page, name: string, at?: Locator): Promise<void> {
  if (shots === undefined) return;
  await at?.scrollIntoViewIfNeeded();
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/${name}.png` });
}

const [camera2, crack] = [2, 4];
const ofCamera = { cameraId: camera2, classId: null };

const words = (locale: Locale) => {
  const t = createTranslator(locale);
  return {
    camera: t('marks.camera'),
    kind: t('marks.kind'),
    reason: t('apply.reason'),
    followReason: t('marks.follow.reason'),
    giveUp: t('marks.follow'),
    back: t('history.back'),
    show: t('marks.each.show'),

    review: t('mark.review'),
    fewEscapes: t('preset.fewEscapes'),
    apply: t('apply.button', { review: '', reject: '' }).slice(0, 4),
  };
};

const rateOf = (page: Page, name: Rate, column: number) =>
  page.getByTestId(`whatif-${name}`).locator('td').nth(column).textContent();

type Rate = 'escape' | 'flaggedGood';

/** What the labelled pictures of some place say at a review mark, counted here from the pictures themselves. */
function counted({ core }: FixtureServer, rate: Rate, belongs: (id: number) => boolean, review: number): string {
  const ids = Array.from({ length: 160 }, (_, at) => at + 1).filter(belongs);
  const table = new ThresholdTable({
    scores: ids.map((id) => core.image(id).score ?? 0),
    labels: ids.map((id) => (core.pictures.isDefect(id) ? 1 : 0)),
  });
  const { numerator, denominator } = table.rates({ review, reject: 1 })[rate];
  return createTranslator(core.state.settings.locale)('count.of', { have: numerator, need: denominator });
}

describe.each(['ja', 'en'] as const)('marks of a camera or a kind (%s)', (locale) => {
  const t = words(locale);

  it('are chosen, set, gone back from and given up by keyboard alone; each number counts the chosen pictures', async () => {
    const { page, server, faults } = await bench.open('threshold', 'full', { locale });
    const isCamera2 = (id: number): boolean => server.core.image(id).cameraId === camera2;
    const camera = page.getByRole('combobox', { name: t.camera });
    await camera.focus();
    await page.keyboard.press('End');
    await expect.poll(() => camera.inputValue()).toBe('2');
    await expect.poll(() => rateOf(page, 'flaggedGood', 0)).toContain(counted(server, 'flaggedGood', isCamera2, 0.4));

    const review = page.getByRole('slider', { name: t.review });
    await review.focus();
    await page.keyboard.press('PageDown');
    await page.keyboard.press('PageDown');
    expect(counted(server, 'flaggedGood', isCamera2, 0.3)).not.toBe(counted(server, 'flaggedGood', isCamera2, 0.4));
    await expect.poll(() => rateOf(page, 'flaggedGood', 1)).toContain(counted(server, 'flaggedGood', isCamera2, 0.3));
    await page.getByLabel(t.reason).focus();
    await page.keyboard.type('lamp is weaker');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => inputsOf(server, 'threshold.apply'))
      .toEqual([{ review: 0.3, reject: 0.68, reason: 'lamp is weaker', for: ofCamera, modelId: 1 }]);
    await page.getByTestId('marks-2-0').waitFor();
    await expect
      .poll(() => page.getByTestId('marks-2-0').textContent())
      .toContain(counted(server, 'escape', isCamera2, 0.3));
    await expect
      .poll(() => page.getByTestId('marks-0-0').textContent())
      .toContain(counted(server, 'escape', (id) => !isCamera2(id), 0.4));
    expect(server.core.marks.marksOf(18)).toMatchObject({ review: 0.3 });
    await shoot(page, `${locale}-camera`);

    // Another place, then back by the history.
    await page.getByTestId('marks-0-0').getByRole('button').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => camera.inputValue()).toBe('0');
    await review.focus();
    await page.keyboard.press('ArrowRight');
    await page.getByLabel(t.reason).focus();
    await page.keyboard.type('fewer stops');
    await page.keyboard.press('Enter');
    await page.getByTestId('history-3').waitFor();
    await page.getByTestId('history-1').getByRole('button', { name: t.back }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => review.getAttribute('aria-valuenow')).toBe('0.4');
    const reason = page.getByLabel(t.reason);
    await expect.poll(() => reason.inputValue()).not.toBe('');
    expect(await reason.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.press('End');
    await page.keyboard.type(' (lamp)');
    await page.keyboard.press('Enter');
    await page.getByTestId('history-4').waitFor();
    await shoot(page, `${locale}-back`, page.getByTestId('history-1'));
    const last = inputsOf(server, 'threshold.apply').at(-1) as { reason: string };
    expect(last).toMatchObject({ review: 0.4, reject: 0.68, for: forAll, modelId: 1 });
    expect(last.reason).toMatch(/ \(lamp\)$/);

    await camera.focus();
    await page.keyboard.press('End');
    await expect.poll(() => camera.inputValue()).toBe('2');
    await page.getByRole('button', { name: t.giveUp }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    const changes = server.core.marks.flips(null, ofCamera).length;
    await dialog.getByText(String(changes), { exact: false }).waitFor();
    await dialog.getByLabel(t.followReason).focus();
    await page.keyboard.type('lamp mended');
    await shoot(page, `${locale}-give-up`);
    await page.keyboard.press('Enter');
    await expect
      .poll(() => inputsOf(server, 'marks.follow'))
      .toEqual([{ for: ofCamera, modelId: 1, reason: 'lamp mended' }]);
    await dialog.waitFor({ state: 'detached' });
    await page.getByTestId('marks-together').waitFor({ state: 'detached' });
    await page.getByTestId('history-5').getByText('lamp mended').waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  it('are set for a kind by touch, with how few pictures were judged and how well the model knows it', async () => {
    const { page, server, faults } = await bench.open('threshold', 'full', { locale, touch: true });
    const kind = page.getByRole('combobox', { name: t.kind });
    await kind.tap();
    await kind.selectOption(String(crack));
    const isCrack = (id: number): boolean => server.core.marks.kindOf(id) === crack;
    await expect.poll(() => rateOf(page, 'escape', 0)).toContain(counted(server, 'escape', isCrack, 0.4));
    const review = page.getByRole('slider', { name: t.review });
    await page.getByRole('button', { name: t.fewEscapes }).tap();
    await expect.poll(() => review.getAttribute('aria-valuenow')).not.toBe('0.4');
    const mark = Number(await review.getAttribute('aria-valuenow'));
    await page.getByLabel(t.reason).fill('cracks must not pass');
    await page.locator('form button.primary').tap();
    await expect
      .poll(() => inputsOf(server, 'threshold.apply'))
      .toMatchObject([{ for: { cameraId: null, classId: crack }, reason: 'cracks must not pass' }]);
    expect((inputsOf(server, 'threshold.apply')[0] as { review: number }).review).toBeCloseTo(mark, 3);
    await page.getByTestId('marks-0-4').waitFor();
    await shoot(page, `${locale}-kind`);
    const cracks = await page.getByTestId('marks-0-4').textContent();
    expect(cracks).toContain(counted(server, 'escape', isCrack, mark));
    // Every picture is judged by exactly one pair of marks.
    const judged = Array.from({ length: 160 }, (_, at) => at + 1).map((id) =>
      entryFor(server.core.marks.inForce, { cameraId: 1, classId: server.core.marks.kindOf(id) }),
    );
    expect(judged).not.toContain(null);

    await page.getByRole('button', { name: t.giveUp }).tap();
    await page.getByRole('dialog').getByLabel(t.followReason).fill('enough');
    await page.getByRole('dialog').getByRole('button', { name: t.giveUp }).tap();
    await expect.poll(() => inputsOf(server, 'marks.follow')).toHaveLength(1);
    await page.getByTestId('marks-together').waitFor({ state: 'detached' });
    for (const button of await page.locator('main :is(button, select):visible').all())
      expect((await button.boundingBox())?.height, await button.innerText()).toBeGreaterThanOrEqual(44);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('of another model are shown, but not to be put in force again', async () => {
    const { page, server } = await bench.open('today', 'full', { locale });
    server.core.marks.set({ review: 0.2, reject: 0.3 }, forAll, 'older model', 9);
    await page.goto(`${server.url}/#/threshold`);
    const row = page.getByTestId('history-2');
    await row.getByText(createTranslator(locale)('history.otherModel')).waitFor();
    expect(await row.getByRole('button').count()).toBe(0);
    await page.close();
  });

  it('are refused in words where they belong to another model by now; what was entered stays', async () => {
    const { page, server } = await bench.open('threshold', 'full', { locale });
    await page.getByRole('slider', { name: t.review }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByLabel(t.reason).fill('why');
    server.core.judging.refusal = { code: 'marks_other_model', params: {} };
    server.core.failNext = 'threshold.apply';
    await page.keyboard.press('Enter');
    await page.getByText(createTranslator(locale)('error.marks_other_model')).waitFor();
    expect(await page.getByLabel(t.reason).inputValue()).toBe('why');
    expect(await page.getByRole('slider', { name: t.review }).getAttribute('aria-valuenow')).toBe('0.41');
    await page.close();
  });
});

it('that were being moved are left when another model judges', async () => {
  const { page, server } = await bench.open('threshold', 'full');
  const review = page.getByRole('slider', { name: words('ja').review });
  const kind = page.getByRole('combobox', { name: words('ja').kind });
  await kind.selectOption(String(crack));
  await review.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => review.getAttribute('aria-valuenow')).toBe('0.41');
  server.core.marks.modelId = 7;
  server.core.marks.set({ review: 0.25, reject: 0.75 }, forAll, 'first marks', 7);
  server.core.change({ model: { ...server.core.state.model!, id: 7 }, marksThrough: 2 });
  await expect.poll(() => review.getAttribute('aria-valuenow')).toBe('0.25');
  expect(await kind.inputValue()).toBe('0');
  await page.close();
});

it('are no choice where there is nothing to choose', async () => {
  const { page, server } = await bench.open('today', 'full');
  server.core.marks.kindIds = [2];
  server.core.change({ cameras: server.core.state.cameras.slice(0, 1) });
  await page.goto(`${server.url}/#/threshold`);
  await page.getByRole('slider').first().waitFor();
  expect(await page.locator('main select').count()).toBe(0);
  expect(await page.getByTestId('marks-together').count()).toBe(0);
  await page.close();
});

it('proposed for a find come with what they are for', async () => {
  const { page } = await bench.open(`threshold/draft/0.31/0.68/2/0`);
  await expect.poll(() => page.getByRole('combobox', { name: words('ja').camera }).inputValue()).toBe('2');
  await expect
    .poll(() => page.getByRole('slider', { name: words('ja').review }).getAttribute('aria-valuenow'))
    .toBe('0.31');
  await page.close();
});
