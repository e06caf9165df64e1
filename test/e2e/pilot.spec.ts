import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { Download, Locator, Page } from '@playwright/test';
import { createTranslator } from '#messages/translate.ts';
import { launch, startAddress } from '../host/launch.ts';
import type { Launched } from '../host/launch.ts';
import { shoot, testPictures } from './pictures.ts';
import { readSheet } from './xlsx.ts';

/*
 * A pilot as a supervisor runs it: the real window, host, core, TensorFlow and pictures; only the time budgets are small.
 */

const t = createTranslator('ja');
const PAGES = ['today', 'cameras', 'learn', 'teach', 'review', 'threshold', 'roi', 'settings'] as const;
/** What a screen shows once its data has come. */
const FILLED: Readonly<Record<(typeof PAGES)[number], string>> = {
  today: 'main img',
  cameras: 'main img',
  learn: 'main canvas',
  teach: '.stage img',
  review: '.stage img',
  threshold: '[role=slider]',
  roi: '[data-testid=count-images]',
  settings: 'main table',
};
/** Tabs that the walk through the pages passes by. */
const PLACES = [
  ...['groups', 'doubts', 'result', 'models', 'book', 'agreement'].map((tab) => `teach/${tab}`),
  ...['audit', 'missed', 'golden'].map((tab) => `review/${tab}`),
];
const SHOTS = join('test-results', 'screens');
const GOOD = 60;
const DEFECTS = 24;
const LABELS = 20;
/** Training, embedding and scoring on two busy cores. */
const JOB_MS = 150_000;

let dir: string;
let host: Launched;

test.beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'minarai-e2e-'));
  host = launch('host/main.ts', ['--no-sample', '--lang', 'ja'], { MINARAI_DATA: join(dir, 'data') });
});
test.afterAll(async () => {
  host.child.kill('SIGTERM');
  await host.exit;
  await rm(dir, { recursive: true, force: true });
});

/** A step that tells how long it took. */
async function step(title: string, body: () => Promise<void>): Promise<void> {
  const began = performance.now();
  await test.step(title, body);
  console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${title}`);
}

async function go(page: Page, name: (typeof PAGES)[number]): Promise<void> {
  await page
    .getByRole('link', { name: t(`nav.${name}`) })
    .first()
    .click();
  await expect(page.getByRole('heading', { level: 1, name: t(`nav.${name}`) })).toBeVisible();
}

function applyButton(page: Page): Locator {
  const name = new RegExp(t('apply.button', { review: '', reject: '' }).split('（')[0] ?? '');
  return page.getByRole('button', { name }).last();
}

/** Moves the mark of review to one end of the scale and applies it. */
async function moveMark(page: Page, key: 'Home' | 'End', reason: string): Promise<void> {
  await go(page, 'threshold');
  await page.getByRole('slider', { name: t('mark.review') }).focus();
  await page.keyboard.press(key);
  await page.getByLabel(t('apply.reason')).fill(reason);
  await applyButton(page).click();
  await expect(page.getByText(reason)).toBeVisible();
}

/** A tab by its address, as a link or the back button would open it. */
async function open(page: Page, place: string): Promise<void> {
  await page.evaluate((hash) => void (location.hash = hash), `#/${place}`);
  await expect(page.locator('main .segments button[aria-pressed=true]').first()).toBeVisible();
}

/** The number in a text such as "1,234 枚". */
async function numberIn(locator: Locator): Promise<number> {
  return Number(((await locator.textContent()) ?? '').replaceAll(',', '').match(/-?\d+(\.\d+)?/)?.[0]);
}

/** The file name of the picture on the stage. */
async function pictureName(page: Page): Promise<string> {
  const label = (await page.locator('.stage').getAttribute('aria-label')) ?? '';
  return /p\d{3}\.\w+/.exec(label)?.[0] ?? label;
}

test.use({ viewport: { width: 1366, height: 768 } });

test('from a camera folder to the exported report', async ({ page }) => {
  // Some 2 minutes on two free cores; the limit is for busy ones.
  test.setTimeout(540_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${message.text()} ${message.location().url}`);
  });
  const { what, pictures } = await testPictures(GOOD, DEFECTS);
  test.info().annotations.push({ type: 'pictures', description: what });
  console.log(`e2e with ${what}`);
  const isDefect = new Map(pictures.map((picture) => [picture.name, picture.isDefect]));
  const folder = join(dir, 'camera');

  await step('the start address opens the window and is gone from the address bar', async () => {
    const [address] = await host.says(startAddress);
    await page.goto(address);
    await expect(page.getByRole('heading', { level: 1, name: t('door.first') })).toBeVisible();
    await page.getByLabel(t('door.yourName')).fill('佐藤');
    await page.getByLabel(t('door.newPin', { fewest: 4, most: 12 })).fill('482915');
    await page.getByLabel(t('door.again')).fill('482915');
    await page.getByRole('button', { name: t('door.begin') }).click();
    await expect(page).toHaveURL(/^http:\/\/127\.0\.0\.1:\d+\/(#.*)?$/);
    await expect(page.getByRole('heading', { name: t('first.computer') })).toBeVisible();
    await page.getByRole('button', { name: t('first.next') }).click();
  });

  await step('pictures in a watched folder are admitted, also those that come later', async () => {
    const early = pictures.filter((_, n) => n % 2 === 0);
    await shoot(folder, early);
    await page.getByRole('link', { name: t('first.own') }).click();
    await page.getByLabel(t('camera.folder')).fill(join(dir, 'nowhere'));
    await page.getByRole('button', { name: t('camera.watch') }).click();
    await expect(page.getByText(t('error.folder_missing', { path: join(dir, 'nowhere') }))).toBeVisible();
    await page.getByLabel(t('camera.folder')).fill(folder);
    await page.getByRole('button', { name: t('camera.watch') }).click();
    const images = page
      .locator('dl div', { hasText: t('camera.images') })
      .locator('dd')
      .first();
    await expect(images).toHaveText(String(early.length), { timeout: 60_000 });
    await shoot(
      folder,
      pictures.filter((_, n) => n % 2 === 1),
    );
    await expect(images).toHaveText(String(pictures.length), { timeout: 60_000 });
  });

  await step('learning is refused until the right to the pictures is cleared', async () => {
    await go(page, 'learn');
    await page.getByRole('button', { name: t('learn.start') }).click();
    await page
      .locator('.toasts')
      .getByRole('link', { name: t('rights.open') })
      .click();
    await page.getByRole('button', { name: t('rights.edit') }).click();
    await page.getByLabel(t('rights.owner')).fill('第2工場');
    await page.getByLabel(t('rights.purpose')).fill('パイロット');
    for (const question of ['rights.people', 'rights.customerParts'] as const)
      await page
        .getByRole('group', { name: t(question) })
        .getByRole('button', { name: t('rights.answer.no'), exact: true })
        .click();
    await page
      .getByRole('group', { name: t('rights.basis') })
      .getByRole('button', { name: t('rights.basis.own') })
      .click();
    await page.getByLabel(t('rights.basisDay')).fill('2026-01-01');
    await page.getByLabel(t('rights.keepUntil')).fill('2999-12-31');
    await page.getByRole('button', { name: t('rights.clear') }).click();
    await expect(page.getByText(t('rights.state.cleared'))).toBeVisible();
  });

  await step('an encoder is pretrained without labels', async () => {
    await go(page, 'learn');
    await page.getByRole('spinbutton', { name: t('learn.budget') }).fill('0.1');
    await page.getByRole('spinbutton', { name: t('learn.budget') }).blur();
    await page.getByRole('button', { name: t('learn.start') }).click();
    const done = page.getByRole('heading', { name: `${t('job.pretrain')} · ${t('jobstate.done')}` });
    await expect(done).toBeVisible({ timeout: JOB_MS });
    await expect(page.getByText(t('error.engine_crashed'))).toHaveCount(0);
  });

  await step(`${LABELS} pictures are labelled by keyboard, one of them undone and given again`, async () => {
    await go(page, 'teach');
    const given = { good: 0, defect: 0 };
    for (let n = 0; n < LABELS; n++) {
      await expect(page.locator('.stage')).toBeVisible();
      const name = await pictureName(page);
      const defect = isDefect.get(name);
      expect(defect, `${name} is one of ours`).toBeDefined();
      await page.keyboard.press(defect ? '2' : '1');
      await expect.poll(() => pictureName(page)).not.toBe(name);
      if (n === 3) {
        await page.keyboard.press('Backspace');
        await expect.poll(() => pictureName(page)).toBe(name);
        await page.keyboard.press(defect ? '2' : '1');
        await expect.poll(() => pictureName(page)).not.toBe(name);
      }
      given[defect ? 'defect' : 'good']++;
    }
    await expect(page.getByTestId('saved')).toBeVisible();
    await expect(page.locator('.gate strong').first()).toContainText(new RegExp(`(^|\\D)${given.good}(\\D|$)`));
    await expect(page.locator('.gate strong').nth(1)).toContainText(new RegExp(`(^|\\D)${given.defect}(\\D|$)`));
    expect(given.defect).toBeGreaterThan(0);
  });

  await step('the classifier is fine-tuned and every picture scored', async () => {
    await page.getByRole('button', { name: t('teach.start') }).click();
    await expect(
      page
        .getByText(t('mode.finetuned'))
        .or(page.getByText(t('mode.frozen')))
        .first(),
    ).toBeVisible({
      timeout: JOB_MS,
    });
    await go(page, 'threshold');
    await expect(page.getByRole('slider', { name: t('mark.review') })).toBeVisible({ timeout: JOB_MS });
    const rows = page.locator('.row-count');
    await expect(async () => {
      const counted = await Promise.all((await rows.all()).map(numberIn));
      expect(counted.reduce((sum, n) => sum + n, 0)).toBe(pictures.length);
    }).toPass({ timeout: JOB_MS });
  });

  await step('dragging a mark changes the counts at once, and applying it is kept with its reason', async () => {
    const draft = page.getByTestId('whatif-flaggedGood').locator('td').nth(1);
    const mark = page.getByRole('slider', { name: t('mark.review') });
    const before = { text: await draft.innerText(), value: Number(await mark.getAttribute('aria-valuenow')) };
    const line = await mark.locator('line').boundingBox();
    if (!line) throw new Error('the mark is not on the screen');
    await page.mouse.move(line.x + line.width / 2, line.y + 60);
    await page.mouse.down();
    await page.mouse.move(line.x - 400, line.y + 60, { steps: 8 });
    await page.mouse.up();
    expect(Number(await mark.getAttribute('aria-valuenow'))).toBeLessThan(before.value);
    await expect.poll(() => draft.innerText()).not.toBe(before.text);
    await mark.focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.getByLabel(t('apply.reason')).fill('検査で見逃しがあった');
    const moved = Number(await mark.getAttribute('aria-valuenow'));
    await applyButton(page).click();
    await expect(page.getByText('検査で見逃しがあった')).toBeVisible();
    await page.reload();
    await expect(page.getByRole('slider', { name: t('mark.review') })).toHaveAttribute('aria-valuenow', String(moved));
  });

  await step('flagged pictures are reviewed', async () => {
    await go(page, 'review');
    const tab = page.getByRole('button', { name: t('review.view.flagged') });
    const waiting = await numberIn(tab);
    expect(waiting).toBeGreaterThan(0);
    const judge = Math.min(3, waiting);
    for (let n = 0; n < judge; n++) {
      await expect(page.locator('.stage')).toBeVisible();
      const name = await pictureName(page);
      await page.keyboard.press(isDefect.get(name) ? '2' : '1');
      await expect.poll(() => numberIn(tab)).toBe(waiting - n - 1);
    }
  });

  await step('exported numbers equal those on the screen', async () => {
    await go(page, 'threshold');
    const applied = async (name: string): Promise<string> =>
      (await page.getByTestId(`whatif-${name}`).locator('td').first().innerText()).replace(/\s+/g, ' ');
    await expect(page.getByTestId('whatif-overkill').locator('td').first()).toContainText('%');
    const rates = {
      escape: await applied('escape'),
      overkill: await applied('overkill'),
      flagged_good: await applied('flaggedGood'),
    };

    await go(page, 'roi');
    const cost = page.locator('#roi-costPerEscapeYen');
    await cost.fill('12345');
    await cost.blur();
    const payback = page.getByTestId('report.roi.payback-expected');
    await expect(payback).toBeVisible();
    await page.getByRole('button', { name: t('export.button') }).click();
    const link = (extension: string): Locator => page.getByRole('link', { name: new RegExp(`\\.${extension}$`) });
    await expect(link('xlsx')).toBeVisible({ timeout: 30_000 });
    const html = await download(page, link('html'));
    const xlsx = await download(page, link('xlsx'));
    // The browser that shows this window also prints.
    expect((await download(page, link('pdf'))).subarray(0, 5).toString()).toBe('%PDF-');
    expect((await download(page, link('png'))).subarray(1, 4).toString()).toBe('PNG');

    const metrics = new Map(readSheet(xlsx, 2).map(([name, ...values]) => [name, values]));
    const report = html.toString('utf8');
    const counts = await page.locator('[data-testid^="count-"]').all();
    expect(counts.length).toBeGreaterThan(5);
    for (const count of counts) {
      const name = (await count.getAttribute('data-testid'))?.slice('count-'.length) ?? '';
      const label = t(`report.count.${name}` as 'report.count.images');
      const shown = await numberIn(count);
      expect([name, metrics.get(label)?.[0]]).toEqual([name, shown]);
      expect(report).toMatch(new RegExp(`<td>${label}</td>\\s*<td>${(await count.innerText()).trim()}</td>`));
    }
    for (const [name, shown] of Object.entries(rates)) {
      const [value, , , part, whole] = metrics.get(t(`report.rate.${name}` as 'report.rate.escape')) ?? [];
      if (typeof value !== 'number') {
        expect(shown).toBe(t('rate.unknown'));
        continue;
      }
      expect(shown).toContain(`${(value * 100).toFixed(1)}%`);
      expect(shown).toContain(t('count.of', { have: Number(part), need: Number(whole) }));
    }
    expect(report).toContain(await payback.innerText());
    const roi = readSheet(xlsx, 5).flat();
    expect(roi).toContain(12_345);
  });

  await step('a group is labelled after its pictures were looked at', async () => {
    await open(page, 'teach/groups');
    const labelled = page.locator('.notice', { hasText: new RegExp(t('groups.done', { n: 7 }).replace('7', '\\d+')) });
    await page
      .getByRole('button', { name: new RegExp(t('groups.look', { n: 7 }).replace('7', '\\d+')) })
      .first()
      .click();
    const classes = page.getByRole('group', { name: t('groups.what') });
    await classes.getByRole('button', { name: t('class.good') }).click();
    const answers = page.getByRole('group', { name: t('groups.strip') }).locator('button');
    await expect(answers.first()).toBeVisible();
    for (let left = await answers.count(); left > 0; left--) {
      await page.keyboard.press(isDefect.get(await pictureName(page)) ? '2' : '1');
      await expect(page.getByRole('group', { name: t('groups.strip') }).locator('.right, .wrong')).toHaveCount(
        (await answers.count()) - left + 1,
      );
    }
    await page.locator('.ways .button').first().click();
    await expect(labelled).toBeVisible();
  });

  await step(
    'the corrections become a candidate, which judges once it is taken; the former one comes back',
    async () => {
      await open(page, 'teach/result');
      await page.getByRole('button', { name: t('teach.startAgain') }).click();
      await open(page, 'teach/models');
      await expect(page.getByRole('heading', { name: t('models.candidate.title', { model: 2 }) })).toBeVisible({
        timeout: JOB_MS,
      });
      await page.getByRole('button', { name: t('models.reason.corrections') }).click();
      await page.getByRole('button', { name: t('models.use', { model: 2 }), exact: true }).click();
      const back = page.getByRole('button', { name: t('models.back', { model: 1 }) });
      await back.click({ timeout: JOB_MS });
      await expect(page.getByRole('button', { name: t('models.back', { model: 2 }) })).toBeVisible();
    },
  );

  await step('a defect found further down is entered, and what passed and looks like it is shown', async () => {
    // The mark was drawn so far down that nothing passed.
    await moveMark(page, 'End', '止めすぎ');
    await open(page, 'review/missed');
    await page.locator('main button.thumb').first().click();
    await page
      .getByRole('group', { name: t('missed.what') })
      .getByRole('button')
      .first()
      .click();
    const question = page.getByRole('heading', { name: t('alike.question', { name: t('class.defect') }) });
    await expect(question).toBeVisible();
    const first = await pictureName(page);
    await page.keyboard.press('1');
    await expect.poll(() => pictureName(page)).not.toBe(first);
    await moveMark(page, 'Home', '全部見る');
  });

  await step('every screen in both languages', async () => {
    for (const locale of ['ja', 'en'] as const) {
      const words = createTranslator(locale);
      const heading = page.getByRole('link', { name: words('nav.roi') });
      if ((await heading.count()) === 0)
        await page.getByTitle(createTranslator(locale === 'ja' ? 'en' : 'ja')('header.language.hint')).click();
      for (const name of PAGES) {
        await page
          .getByRole('link', { name: words(`nav.${name}`) })
          .first()
          .click();
        await expect(page.getByRole('heading', { level: 1, name: words(`nav.${name}`) })).toBeVisible();
        await expect(page.locator(FILLED[name]).first()).toBeVisible({ timeout: 60_000 });
        await page.waitForFunction(() => Array.from(document.images).every((image) => image.complete));
        await page.screenshot({ path: join(SHOTS, `${name}-${locale}.png`) });
      }
      for (const place of PLACES) {
        await open(page, place);
        await page.waitForFunction(() => Array.from(document.images).every((image) => image.complete));
        await page.screenshot({ path: join(SHOTS, `${place.replaceAll('/', '-')}-${locale}.png`) });
      }
    }
  });

  if (problems.length > 0) console.log(await complaints(join(dir, 'data')));
  expect(problems).toEqual([]);
});

/** What the host's log says of what went wrong. */
async function complaints(dataDir: string): Promise<string> {
  const log = await readFile(join(dataDir, 'logs', 'minarai.ndjson'), 'utf8');
  return log
    .split('\n')
    .filter((line) => /"level":"(warn|error)"/.test(line))
    .join('\n');
}

/** The link asks for a tab, which Chromium closes as soon as it turns out to be a download: both are listened to. */
async function download(page: Page, link: Locator): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Download>();
  page.context().once('page', (tab) => tab.once('download', resolve));
  page.once('download', resolve);
  await link.click();
  return readFile(await (await promise).path());
}
