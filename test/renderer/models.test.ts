import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

describe('a training that failed in its midst', () => {
  it('says why, before all else, and goes on from what it had learnt', async () => {
    const { page, server, faults } = await bench.open('learn', 'learning', { locale: 'en' });
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    server.core.change({
      jobs: server.core.state.jobs.map((job) => ({
        ...job,
        state: 'failed' as const,
        error: { code: 'worker_lost' as const, params: { what: 'mean', reason: 'worker 1' } },
      })),
    });
    const card = page.locator('main section').first();
    await card.getByText('A worker was lost', { exact: false }).waitFor();
    await card.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => inputsOf(server, 'learn.resume')).toEqual([{ jobId: 1 }]);
    expect(faults).toEqual([]);
    await page.close();
  });
});

describe('a teaching that is under way', () => {
  it('shows how far it is and how long it may take, and can be ended; no second one can be begun meanwhile', async () => {
    const { page, server, faults } = await bench.open('teach/result');
    const begin = page.getByRole('button', { name: '新しいラベルで仕上げ直す' });
    await begin.waitFor();
    const running = { state: 'running', progress: 0.4, phase: 'features_random' } as const;
    server.core.change({
      jobs: server.core.state.jobs.map((job) =>
        job.kind === 'teach' ? { ...job, ...running, leftLowSeconds: 30, leftHighSeconds: 80 } : job,
      ),
    });
    const job = page.getByRole('group', { name: '仕上げ学習' });
    await job.getByText('40%').waitFor();
    await job.getByText('残り 30 秒', { exact: false }).waitFor();
    expect(await begin.count()).toBe(0);
    expect(await page.getByRole('button', { name: '一時停止' }).count()).toBe(0);
    await page.getByRole('button', { name: '中止' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => inputsOf(server, 'jobs.cancel')).toEqual([{ jobId: 2 }]);
    await begin.waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });
});

describe('a candidate beside the model in use', () => {
  it('is laid beside it in words, changes nothing before a reason is given, and is taken by keyboard', async () => {
    const { page, server, faults } = await bench.open('teach/models');
    await page.getByRole('heading', { name: '候補：モデル 3' }).waitFor();
    await page.getByText('どちらが良いか、まだいえません').waitFor();
    await page.getByText('あと 9 枚、判定済みの不良が必要です').waitFor();
    await page.getByText('弱い根拠です', { exact: false }).waitFor();
    await page.getByText('直近 200 枚のうち、判定が変わるのは 3 枚').waitFor();
    const use = page.getByRole('button', { name: 'モデル 3 を使う' });
    expect(await use.isDisabled()).toBe(true);
    await page.getByLabel('理由', { exact: false }).first().focus();
    await page.keyboard.type('比べて良かった');
    expect(inputsOf(server, 'models.use')).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByText('これからはモデル 3 が判定します', { exact: false }).waitFor();
    expect(inputsOf(server, 'models.use')).toEqual([{ modelId: 3, reason: '比べて良かった' }]);
    await page.locator('tr.inUse').getByText('使用中').waitFor();
    // One press goes back, with the marks of that time.
    const back = page.getByRole('button', { name: 'モデル 2 に戻す' });
    await back.focus();
    await page.keyboard.press('Enter');
    await page.getByText('これからはモデル 2 が判定します', { exact: false }).waitFor();
    expect(inputsOf(server, 'models.use')).toMatchObject([{}, { modelId: 2 }]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('is set aside by touch with one of the frequent reasons, in English', async () => {
    const { page, server, faults } = await bench.open('teach/models', 'full', { locale: 'en', touch: true });
    await page.getByRole('heading', { name: 'Candidate: model 3' }).waitFor();
    await page.getByText('cannot be told yet', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'To try it' }).tap();
    await page.getByRole('button', { name: 'Set it aside' }).tap();
    await expect.poll(() => inputsOf(server, 'models.setAside')).toEqual([{ modelId: 3, reason: 'To try it' }]);
    await page.getByText('Teaching again would help').waitFor();
    await page.getByText('6 corrections wait', { exact: false }).waitFor();
    await page.getByText('has learnt from your 12 corrections', { exact: false }).waitFor();
    await page.getByRole('checkbox', { name: 'Teach a candidate by itself', exact: false }).tap();
    await expect.poll(() => inputsOf(server, 'app.set')).toEqual([{ autoTeach: true }]);
    await page.getByRole('button', { name: 'Fine-tune with the new labels' }).tap();
    await expect.poll(() => inputsOf(server, 'teach.start')).toHaveLength(1);
    expect(faults).toEqual([]);
    await page.close();
  });
});

describe('pictures that only measure', () => {
  it.each([
    [
      'ja',
      '画像を選ぶ…',
      '60 枚は測定専用',
      'モデルを公平に比べるため',
      'この画像を測定専用にする',
      '固定テストで比べました',
      '固定テストをやめる…',
    ],
    [
      'en',
      'Choose pictures…',
      '60 of your 180 labels will only measure',
      'To compare models fairly',
      'Freeze these pictures',
      'Compared on the fixed test',
      'End the fixed test…',
    ],
  ] as const)(
    'say what they cost and prove before they are frozen, and end only with a reason (%s)',
    async (locale, choose, cost, why, freeze, basis, end) => {
      const { page, server, faults } = await bench.open('teach/models', 'full', { locale, touch: locale === 'ja' });
      const press = (name: string) => {
        const button = page.getByRole('button', { name, exact: true });
        return locale === 'ja' ? button.tap() : button.click();
      };
      await press(choose);
      await page.getByText(cost, { exact: false }).waitFor();
      expect(await page.getByRole('button', { name: freeze }).isDisabled()).toBe(true);
      await press(why);
      await press(freeze);
      await page.getByText(basis, { exact: false }).waitFor();
      expect(inputsOf(server, 'models.freeze')).toEqual([{ parts: 3, reason: why }]);
      await press(end);
      expect(inputsOf(server, 'models.unfreeze')).toEqual([]);
      expect(faults).toEqual([]);
      await page.close();
    },
  );
});

describe('the time to a verdict', () => {
  it.each([
    [
      'ja',
      '直近 100 枚：中央値 0.6 秒、95 %は 1.1 秒以内。 タクト 3.0 秒に間に合っています。',
      'タクト 1.0 秒に間に合っていません',
    ],
    [
      'en',
      'Last 100 pictures: median 0.6 s, 95 % within 1.1 s. That holds the takt of 3.0 s.',
      'does not hold the takt of 1.0 s',
    ],
  ] as const)(
    'stands beside the takt on Today, with a warning where it does not hold (%s)',
    async (locale, holds, late) => {
      const { page, faults } = await bench.open('today', 'full', { locale });
      await page.getByText(holds, { exact: false }).waitFor();
      await page.getByRole('alert').getByText(late, { exact: false }).waitFor();
      expect(faults).toEqual([]);
      await page.close();
    },
  );

  it('says where no model judges, and the takt is entered with the camera', async () => {
    const without = await bench.open('today', 'learning');
    await without.page.getByText('モデルをまだ教えていないため、画像は判定されません').waitFor();
    await without.page.close();
    const { page, server } = await bench.open('cameras/2/overview');
    const takt = page.getByLabel('タクト', { exact: false });
    await takt.fill('2.5');
    await takt.press('Enter');
    await expect.poll(() => inputsOf(server, 'models.setTakt')).toEqual([{ cameraId: 2, seconds: 2.5 }]);
    await page.getByText('タクト 2.5 秒に間に合っています').waitFor();
    await takt.fill('');
    await takt.press('Enter');
    await expect.poll(() => inputsOf(server, 'models.setTakt').at(-1)).toEqual({ cameraId: 2, seconds: null });
    await page.close();
  });
});

it('a correction is said to go into the next teaching', async () => {
  const { page, server } = await bench.open('review', 'full', { locale: 'en' });
  server.core.change({ teaching: { ...server.core.state.teaching, corrections: 7 } });
  await page.getByText('7 corrections go into the next teaching').waitFor();
  await page.close();
});

it('a picture that is flagged just now is the next one, without disturbing the one on show', async () => {
  const { page, server, faults } = await bench.open('review');
  const shown = page.locator('.stage img, img[src^="/picture/"]').first();
  const onShow = await shown.getAttribute('src');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => shown.getAttribute('src')).not.toBe(onShow);
  const before = await shown.getAttribute('src');
  // One that the machine had passed so far.
  const fresh =
    Array.from({ length: 300 }, (_, at) => at + 200).find((id) => server.core.image(id).verdict === 'ok') ?? 0;
  // Asked before: it may be there at once.
  const loaded = page.waitForResponse((response) => response.url().endsWith(`/picture/${fresh}`));
  server.core.flag(fresh);
  await expect.poll(() => inputsOf(server, 'review.next').length).toBeGreaterThan(1);
  await loaded;
  expect(await shown.getAttribute('src')).toBe(before);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => shown.getAttribute('src')).toBe(`/picture/${fresh}`);
  expect(faults).toEqual([]);
  await page.close();
});
