import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BrushStroke, DefectRegion, Region } from '#core/contract/engine.ts';
import type { Locale } from '#core/contract/views.ts';
import { createTranslator } from '#messages/translate.ts';
import { type Finger, touchScreen } from './fingers.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const languages: readonly Locale[] = ['ja', 'en'];

interface Sent {
  readonly imageId: number;
  readonly classId: number | null;
  readonly regions: DefectRegion[];
  readonly keystrokes: number;
  readonly clicks: number;
  readonly durationMs: number;
}

async function desk(locale: Locale = 'ja', touch = false, address = 'teach') {
  const opened = await bench.open(address, 'full', { locale, touch });
  const { page, server } = opened;
  const picture = page.locator('.stage img.picture');
  await picture.waitFor();
  const shown = async (): Promise<number> =>
    Number(/\/picture\/(\d+)/.exec((await picture.getAttribute('src')) ?? '')?.[1]);
  const sent = (): Sent[] => inputsOf(server, 'teach.label') as Sent[];
  return { ...opened, picture, shown, sent, t: createTranslator(locale) };
}

const zoomOf = async (page: Page): Promise<number> =>
  Number(((await page.getByTestId('zoom').textContent()) ?? '').replace(/\D/g, ''));

/** Where the layers lie in the stage, pixels. */
const layers = async (page: Page) =>
  (await page.locator('.layers').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };

describe.each(languages)('labelling in %s', (locale) => {
  it('by keyboard alone: judges, takes back, puts back, looks closer, brighter, and sees the next picture whole', async () => {
    const { page, server, faults, picture, shown, sent, t } = await desk(locale);
    const first = await shown();
    await page.keyboard.press('Equal');
    await page.keyboard.press('Equal');
    const near = await zoomOf(page);
    const before = await layers(page);
    await page.keyboard.press('Shift+ArrowRight');
    expect((await layers(page)).x).toBeLessThan(before.x);
    await page.keyboard.press('Minus');
    expect(await zoomOf(page)).toBeLessThan(near);
    await page.keyboard.press('Period');
    await page.keyboard.press('KeyC');
    await page.keyboard.press('Digit2');
    await expect.poll(shown).not.toBe(first);
    await expect.poll(() => page.getByTestId('zoom').count()).toBe(0);
    await expect.poll(() => picture.evaluate((image) => getComputedStyle(image).filter)).toMatch(/brightness\(1\.18/);
    await page.getByTestId('tone').waitFor();
    await page.keyboard.press('Digit0');
    await expect.poll(() => picture.evaluate((image) => getComputedStyle(image).filter)).toBe('none');

    await page.keyboard.press('Backspace');
    await expect.poll(shown).toBe(first);
    expect(server.core.image(first).classId).toBeNull();
    await page.keyboard.press('KeyY');
    await expect.poll(shown).not.toBe(first);
    expect(server.core.image(first).classId).toBe(2);
    await page.keyboard.press('KeyY');
    await page.getByText(t('teach.nothingToRedo')).waitFor();
    expect(sent()).toMatchObject([{ imageId: first, classId: 2, keystrokes: 7, clicks: 0 }]);

    await page.keyboard.press('KeyZ');
    const actual = await page.getByTestId('zoom').textContent();
    expect(actual).toBe(t('stage.percent', { percent: 100 }));
    await page.keyboard.press('KeyZ');
    await expect.poll(() => page.getByTestId('zoom').count()).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('by touch: large targets, a painted defect with an erased end, two fingers look closer, a held finger shows the heat', async () => {
    const { page, faults, shown, sent, t } = await desk(locale, true);
    const first = await shown();
    for (const button of await page.locator('button.class').all())
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(88);
    for (const button of await page.locator('.bar button, .move button, .tools button').all()) {
      const box = await button.boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(48);
    }
    const fingers = await touchScreen(page);
    const stage = await page.locator('.stage').boundingBox();
    if (!stage) throw new Error('no stage');
    const [x, y] = [stage.x + stage.width / 2, stage.y + stage.height / 2];

    const take = async (name: string) => {
      const tool = page.getByRole('button', { name }).first();
      await fingers.tap(tool);
      await expect.poll(() => tool.getAttribute('aria-pressed')).toBe('true');
    };
    await take(t('tool.brush'));
    await fingers.drag([x - 60, y], [x, y], [x + 60, y + 20]);
    await expect.poll(() => page.getByTestId('painted').count()).toBe(1);
    await take(t('tool.erase'));
    await fingers.drag([x + 60, y + 20], [x + 55, y + 18]);
    await expect.poll(() => page.getByTestId('painted').count()).toBe(1);
    await expect.poll(() => page.getByTestId('erased').count()).toBe(1);

    const from: [Finger, Finger] = [
      [x - 30, y],
      [x + 30, y],
    ];
    await fingers.pinch(from, [
      [x - 90, y],
      [x + 90, y],
    ]);
    const { width } = await layers(page);
    expect(width / stage.width).toBeCloseTo(3, 1);
    // What two fingers began is no stroke.
    expect(await page.getByTestId('erased').count()).toBe(1);

    await expect.poll(() => page.getByRole('button', { name: t('tool.heat') }).isEnabled()).toBe(true);
    const heat = await page.getByRole('button', { name: t('tool.heat') }).boundingBox();
    const held = await fingers.press((heat?.x ?? 0) + 20, (heat?.y ?? 0) + 20);
    await page.locator('.stage img.heat').waitFor();
    await held.lift();
    await page.locator('.stage img.heat').waitFor({ state: 'detached' });

    // A glove rests on the button: longer than what a browser makes a click of.
    const target = await page.locator('button.class').nth(1).boundingBox();
    const slow = await fingers.press((target?.x ?? 0) + 40, (target?.y ?? 0) + 40);
    await page.waitForFunction(
      (since) => performance.now() - since > 700,
      await page.evaluate(() => performance.now()),
    );
    await slow.lift();
    await expect.poll(sent).toHaveLength(1);
    const [judged] = sent();
    expect(judged).toMatchObject({ imageId: first, classId: 2, keystrokes: 0 });
    expect(judged?.clicks).toBeGreaterThanOrEqual(5);
    expect(judged?.regions.map((mark) => 'erase' in mark)).toEqual([false, true]);
    const [painted] = (judged?.regions ?? []) as BrushStroke[];
    expect(painted?.points.length).toBeGreaterThan(2);

    await fingers.tap(page.getByRole('button', { name: t('teach.undo') }));
    await expect.poll(shown).toBe(first);
    await fingers.tap(page.getByRole('button', { name: t('teach.redo') }));
    await expect.poll(shown).not.toBe(first);
    // Each press acted once, the browser's own clicks of them did not.
    expect(sent()).toHaveLength(1);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('tells that somebody else judged the same picture, and goes back to their word by one press', async () => {
    const { page, server, shown, t } = await desk(locale);
    const first = await shown();
    const theirs = server.core.judging.say(first, 4, '田中', Date.UTC(2026, 10, 23, 1, 40));
    await page.keyboard.press('Digit1');
    const notice = page.getByRole('alert', { name: t('between.title') });
    await notice.waitFor();
    expect(await notice.textContent()).toContain('田中');
    expect(server.core.image(first).classId).toBe(1);
    await notice.getByRole('button', { name: t('between.take', { theirs: '割れ' }) }).click();
    await notice.waitFor({ state: 'detached' });
    expect(server.core.image(first)).toMatchObject({ classId: 4, labelId: theirs.labelId });
    await page.close();
  });

  it('brings a picture back with its marks when its kind was retired, and says so', async () => {
    const { page, server, shown, sent, t } = await desk(locale);
    const first = await shown();
    const box = await page.locator('.stage').boundingBox();
    if (!box) throw new Error('no stage');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 50, box.y + box.height / 2 + 40, { steps: 3 });
    await page.mouse.up();
    server.core.judging.refusal = { code: 'class_retired', params: {} };
    server.core.failNext = 'teach.label';
    await page.keyboard.press('Digit5');
    await page.getByText(t('error.class_retired')).waitFor();
    await expect.poll(shown).toBe(first);
    expect(await page.locator('.regions .line').count()).toBe(1);
    await page.keyboard.press('Digit2');
    await expect.poll(sent).toHaveLength(2);
    expect(sent()[1]).toMatchObject({ imageId: first, classId: 2, regions: sent()[0]?.regions });
    await page.close();
  });

  it('keeps judgements while the connection is lost, and sends them in order, each once', async () => {
    const { page, server, shown, sent, t } = await desk(locale);
    const first = await shown();
    server.cut();
    await page.getByText(t('link.lost')).first().waitFor();
    for (const key of ['Digit1', 'Digit2', 'Digit3', 'Digit2']) await page.keyboard.press(key);
    await page.getByText(t('stage.unsent', { n: 4 })).waitFor();
    // What has not left is taken back at once.
    await page.keyboard.press('Backspace');
    await page.getByText(t('stage.unsent', { n: 3 })).waitFor();
    expect(sent()).toEqual([]);
    // They are kept and told of on every page.
    await page.getByRole('link', { name: t('nav.roi') }).click();
    await page.getByText(t('stage.unsent', { n: 3 })).waitFor();
    server.mend();
    // The window connects again by itself.
    await page.getByTestId('unsent').waitFor({ state: 'detached' });
    await expect.poll(() => sent().length).toBe(3);
    expect(sent().map(({ classId }) => classId)).toEqual([1, 2, null]);
    expect(sent()[0]?.imageId).toBe(first);
    await page.close();
  });

  it('says that a file is gone and still takes the judgement; says what to do when nothing is left', async () => {
    const { page, server, shown, sent, t } = await desk(locale);
    const first = await shown();
    for (let id = 1; id <= server.core.pictures.count; id++) server.core.judging.missing.add(id);
    await page.reload();
    await page.getByText(t('stage.missing')).waitFor();
    await page.keyboard.press('Digit1');
    await expect.poll(sent).toMatchObject([{ imageId: first, classId: 1 }]);

    server.core.judging.nothingLeft = true;
    const { labelled } = server.core.state.counts;
    await page.reload();
    await page.getByText(t('teach.empty.done', { n: labelled })).waitFor();
    server.core.change({ model: null });
    await page.getByText(t('teach.empty.noModel', { n: labelled })).waitFor();
    await page.getByRole('button', { name: t('teach.start') }).click();
    await expect.poll(() => inputsOf(server, 'teach.start')).toHaveLength(1);
    server.core.change({ checkpoint: null });
    await page.goto(`${server.url}/#/teach`);
    await page.getByText(t('teach.empty.noCheckpoint', { n: labelled })).waitFor();
    await page.close();
  });

  it('shows what a label takes, and suggests a break after twenty minutes, once', async () => {
    const { page, t } = await desk(locale);
    await expect
      .poll(() => page.getByTestId('effort').textContent())
      .toContain(t('teach.effort', { seconds: '1.8', keys: 1, clicks: 0, n: 124 }));
    await page.clock.install();
    const notice = page.getByText(t('teach.break'));
    for (let minutes = 0; minutes < 20; minutes += 2) {
      await page.keyboard.press('Digit1');
      await page.clock.fastForward('02:00');
    }
    expect(await notice.count()).toBe(0);
    await page.keyboard.press('Digit1');
    await notice.waitFor();
    await page
      .locator('.looking')
      .getByRole('button', { name: t('teach.breakDone'), exact: true })
      .click();
    await notice.waitFor({ state: 'detached' });
    await page.clock.fastForward('02:00');
    await page.keyboard.press('Digit1');
    expect(await notice.count()).toBe(0);
    await page.close();
  });
});

describe('looking closer', () => {
  it('keeps what lies under the wheel where it is, and takes a box where it was drawn', async () => {
    const { page, sent } = await desk();
    const stage = await page.locator('.stage').boundingBox();
    if (!stage) throw new Error('no stage');
    const [x, y] = [stage.x + stage.width * 0.45, stage.y + stage.height * 0.4];
    const shareAt = async () => {
      const box = await layers(page);
      return [(x - box.x) / box.width, (y - box.y) / box.height];
    };
    const before = await shareAt();
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, -600);
    await expect.poll(async () => (await layers(page)).width / stage.width).toBeGreaterThan(2);
    const after = await shareAt();
    after.forEach((share, axis) => expect(share).toBeCloseTo(before[axis] ?? 0, 2));

    const { width: wide, height: high, x: left, y: top } = await layers(page);
    await page.mouse.down();
    await page.mouse.move(x + 90, y + 60, { steps: 3 });
    await page.mouse.up();
    await page.keyboard.press('Digit2');
    await expect.poll(sent).toHaveLength(1);
    const [region] = (sent()[0]?.regions ?? []) as Region[];
    const scale = Math.min(wide / 256, high / 220);
    expect(region?.x).toBeCloseTo((x - left - (wide - 256 * scale) / 2) / scale / 256, 2);
    expect(region?.y).toBeCloseTo((y - top - (high - 220 * scale) / 2) / scale / 220, 2);
    expect(region?.width).toBeCloseTo(90 / scale / 256, 2);
    await page.close();
  });

  it('a drag moves the picture with the tool for it, and in review; marks are taken back one by one', async () => {
    const { page, sent } = await desk();
    const stage = await page.locator('.stage').boundingBox();
    if (!stage) throw new Error('no stage');
    const [x, y] = [stage.x + stage.width / 2, stage.y + stage.height / 2];
    const drag = async (by: number) => {
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + by, y + by / 2, { steps: 3 });
      await page.mouse.up();
    };
    await page.keyboard.press('KeyP');
    await drag(40);
    await drag(80);
    await expect.poll(() => page.getByTestId('painted').count()).toBe(2);
    await page.keyboard.press('Backspace');
    await expect.poll(() => page.getByTestId('painted').count()).toBe(1);
    await page.keyboard.press('KeyY');
    await expect.poll(() => page.getByTestId('painted').count()).toBe(2);
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Equal');
    await page.keyboard.press('KeyM');
    const before = await layers(page);
    await drag(30);
    expect((await layers(page)).x - before.x).toBeCloseTo(30, 0);
    await page.keyboard.press('Digit2');
    await expect.poll(sent).toHaveLength(1);
    expect(sent()[0]?.regions).toHaveLength(1);
    await page.close();

    const review = await bench.open('review');
    await review.page.locator('.stage img.heat').waitFor();
    await review.page.keyboard.press('Equal');
    const [heat, picture] = await Promise.all([
      review.page.locator('.stage img.heat').boundingBox(),
      review.page.locator('.stage img.picture').boundingBox(),
    ]);
    expect(heat).toEqual(picture);
    await review.page.close();
  });
});
