import type { Page } from '@playwright/test';
import type { FixtureServer } from './fixture-server.ts';
import type { WorldName } from './worlds.ts';

/** A window with its core behind it. */
export interface Shown {
  readonly page: Page;
  readonly server: FixtureServer;
}

/** One screen, or one state of it: an address in a world, and what is done there. */
export interface Screen {
  readonly name: string;
  readonly world: WorldName;
  /** The address after `#/`. */
  readonly place: string;
  /** There once its data has come. */
  readonly shows: string;
  /** Brings a state about, for example opens a dialog. */
  readonly act?: (shown: Shown) => Promise<unknown>;
  /** Takes back what `act` did to the core. */
  readonly undo?: (shown: Shown) => void;
}

const card = 'main section';
/** Every address with what is there once its data has come. */
const places = {
  today: card,
  'today/figures': '.figures table',
  'today/sheets': card,
  'today/pictures/which=all': 'main img',
  cameras: card,
  'cameras/1': card,
  'cameras/1/watching': 'main input',
  'cameras/1/names': 'main input',
  'cameras/1/quality': 'main svg',
  'cameras/1/drift': 'main svg',
  'cameras/1/region': 'main svg',
  learn: 'main canvas',
  teach: '.stage img',
  'teach/groups': 'main img',
  'teach/groups/cluster/1': 'main img',
  'teach/doubts': 'main img',
  'teach/result': 'main svg',
  'teach/models': card,
  'teach/book/4': card,
  'teach/agreement': card,
  review: '.stage img',
  'review/audit': '.stage img',
  'review/missed': 'main img',
  'review/missed/range': 'main img',
  'review/missed/none': 'main input',
  'review/missed/list': card,
  'review/golden': 'main .button',
  threshold: '[role=slider]',
  'threshold/draft/0.3/0.7': '[role=slider]',
  roi: 'main table',
  'roi/plan': card,
  settings: 'main table',
  'settings/outputs': card,
  'settings/rights': card,
  'settings/retention': card,
  'settings/line': card,
  practice: '.courses section',
  help: '[data-testid=guide-text] p',
} as const;
type Place = keyof typeof places;
const pages = ['today', 'cameras', 'learn', 'teach', 'review', 'threshold', 'roi', 'settings'] as const;

const named = (place: string): string => place.replaceAll(/\W+/g, '-');
const at = (world: WorldName, place: Place): Screen => ({
  ...{ name: world === 'full' ? named(place) : `${named(place)}-${world}`, world, place, shows: places[place] },
});
/** Whatever a page shows of a line that has not come that far. */
const young = (world: 'empty' | 'learning') => pages.map((place) => ({ ...at(world, place), shows: 'h1' }));

/** Goes to a screen as a person who follows a link does, and waits until its data has come. */
export async function visit({ page, server }: Shown, screen: Screen): Promise<void> {
  const from = screen.place.startsWith('practice') ? 'help' : 'practice';
  // By way of another page, so that nothing is left of the screen before; within the document, which need not be loaded again.
  await page.evaluate(
    async ([between, to]) => {
      const go = (place: string) =>
        new Promise<void>((resolve) => {
          if (location.hash === `#/${place}`) return resolve();
          addEventListener('hashchange', () => setTimeout(resolve), { once: true });
          location.hash = `#/${place}`;
        });
      await go(between);
      await go(to);
    },
    [from, screen.place] as const,
  );
  await page.locator(screen.shows).first().waitFor();
  await screen.act?.({ page, server });
}

/** Leaves a screen as it was found. */
export async function leave({ page, server }: Shown, screen: Screen): Promise<void> {
  screen.undo?.({ page, server });
  if (screen.act) await page.reload();
}

/** Nobody is signed in: the names lie over the page. */
const locked = (world: WorldName): Screen => ({
  ...at(world, 'today'),
  name: world === 'full' ? 'door' : `door-${world}`,
  act: async ({ page, server }) => {
    server.core.people.lock();
    await page.locator('dialog[open] .tile').first().waitFor();
  },
  undo: ({ server }) => server.core.people.back(),
});
const door = locked('full');

/** A dialog of the output that has no trouble: behind its Nth button, there once it shows something. */
const outputDialog = (name: string, button: number, shows: string): Screen => ({
  ...at('full', 'settings/outputs'),
  name,
  act: async ({ page }) => {
    await page.locator('.outputs li').first().locator('.button').nth(button).click();
    await page.locator(shows).first().waitFor();
  },
});

/** A page whose data has not come. */
function waiting(place: Place, path: string): Screen {
  let answer: () => void;
  return {
    ...at('full', place),
    name: `${named(place)}-waiting`,
    act: async ({ page, server }) => {
      server.core.slow = { path, until: new Promise<void>((resolve) => (answer = resolve)) };
      await page.reload();
      await page.locator('main .waiting').first().waitFor();
    },
    undo: ({ server }) => {
      server.core.slow = null;
      answer();
    },
  };
}

const states: readonly Screen[] = [
  waiting('threshold', 'threshold.data'),
  waiting('roi', 'report.get'),
  waiting('roi/plan', 'plan.get'),
  waiting('teach', 'teach.next'),
  waiting('review/missed', 'finds.passed'),
  waiting('settings/rights', 'rights.list'),
  waiting('cameras/1/region', 'area.get'),
  door,
  {
    ...door,
    name: 'door-pin',
    act: async (shown) => {
      await door.act?.(shown);
      await shown.page.locator('dialog[open] .tile').first().click();
      await shown.page.locator('dialog[open] .keys').waitFor();
    },
  },
  {
    ...door,
    name: 'door-first',
    act: async ({ page, server }) => {
      server.core.people.change({ first: true, signedIn: null });
      await page.locator('dialog[open] input').first().waitFor();
    },
  },
  {
    ...at('full', 'practice'),
    name: 'practice-task',
    act: async ({ page }) => {
      await page.locator('.courses .button.large').first().click();
      await page.locator('.task canvas, .task img').first().waitFor();
    },
  },
  {
    ...at('full', 'settings/rights'),
    name: 'right-form',
    act: async ({ page }) => {
      await page.locator('main section li .button').first().click();
      await page.locator('dialog[open]').waitFor();
    },
  },
  {
    ...at('full', 'settings/outputs'),
    name: 'output-add',
    act: async ({ page }) => {
      await page.locator('main section .button.primary').click();
      await page.locator('dialog[open] select').selectOption('csv');
      await page.locator('dialog[open] .columns').waitFor();
    },
  },
  outputDialog('output-change', 1, 'dialog[open] pre'),
  outputDialog('output-log', 2, 'dialog[open] .entry'),
  outputDialog('output-remove', 3, 'dialog[open] .button'),
  {
    ...at('full', 'roi'),
    name: 'report-sign',
    act: async ({ page, server }) => {
      server.core.guide.exported = true;
      await page.reload();
      await page.getByTestId('sign').click();
    },
    undo: ({ server }) => void (server.core.guide.exported = false),
  },
  {
    ...at('full', 'cameras/1/drift'),
    name: 'camera-drifted',
    act: async ({ page, server }) => {
      server.core.drift.darken('カメラ1 上面');
      await page.locator('main input[type=radio]').first().waitFor();
    },
    undo: ({ server }) => server.core.drift.clear({ through: 2, how: 'false_alarm', reason: '確認ずみ' }),
  },
  {
    ...at('full', 'teach/models'),
    name: 'model-leaving',
    act: async ({ page, server }) => {
      server.core.exchange.start('export_model');
      server.core.exchange.come('export_model', 0.4, 'comparing');
      await page.locator('.job progress').waitFor();
    },
    undo: ({ server }) => server.core.exchange.finish('export_model'),
  },
  {
    ...at('full', 'teach/models'),
    name: 'robustness-unmeasured',
    act: async ({ page, server }) => {
      server.core.robustness.clear();
      await page.reload();
      await page.getByTestId('robustness-offer').waitFor();
    },
    undo: ({ server }) => server.core.robustness.measure(),
  },
  {
    ...at('full', 'teach/models'),
    name: 'robustness-table',
    act: async ({ page }) => {
      await page.getByTestId('robustness-steps').locator('summary').click();
      await page.getByTestId('robustness-steps').locator('table').waitFor();
    },
  },
  {
    ...at('full', 'learn'),
    name: 'model-refused',
    act: async ({ page, server }) => {
      server.core.exchange.start('import_model');
      server.core.exchange.fail('import_model', { code: 'model_file_unlike', params: { theirs: 3, ours: 1 } });
      await page.getByRole('alert').waitFor();
    },
    undo: ({ server }) => server.core.exchange.finish('import_model'),
  },
  {
    ...at('full', 'settings/line'),
    name: 'line-preview',
    act: async ({ page }) => {
      await page.locator('input[type=text]').fill('/mnt/usb/line5.minarai-line');
      await page.locator('form.row .button').click();
      await page.locator('dialog[open] li').first().waitFor();
    },
  },
  { ...at('full', 'teach'), name: 'key-help', act: ({ page }) => page.keyboard.press('Shift+?') },
  { ...at('full', 'teach'), name: 'teach-limits', act: ({ page }) => page.keyboard.press('l') },
  {
    ...at('full', 'cameras'),
    name: 'camera-add',
    act: ({ page }) => page.locator('main > header .button.primary').click(),
  },
  {
    ...at('worked', 'teach/book/4'),
    name: 'class-edit',
    act: ({ page }) => page.locator('main section .spread .button:has(svg)').first().click(),
  },
  {
    ...at('full', 'today'),
    name: 'failure-told',
    act: async ({ page, server }) => {
      server.core.failNext = 'people.speak';
      await page.locator('header button:has([lang])').click();
      await page.locator('.toast').waitFor();
    },
  },
  {
    ...at('full', 'today'),
    name: 'link-lost',
    act: async ({ page, server }) => {
      server.cut();
      await page.locator('.banner').waitFor();
    },
    undo: ({ server }) => server.mend(),
  },
];

const deeper: readonly Screen[] = [
  {
    ...at('worked', 'teach/agreement'),
    place: 'teach/agreement/1/result',
    name: 'agreement-result',
    shows: 'main table',
  },
  { ...at('worked', 'teach/agreement'), place: 'teach/agreement/2/a', name: 'agreement-blind', shows: '.stage img' },
  { ...at('worked', 'teach/groups'), place: 'teach/groups/check/1', name: 'group-check', shows: 'main img' },
  { ...at('worked', 'review/missed'), place: 'review/missed/1', name: 'find', shows: 'main img' },
];

const inWorld = (world: WorldName, some: readonly Place[]) => some.map((place) => at(world, place));

export const screens: readonly Screen[] = [
  ...inWorld('full', Object.keys(places) as Place[]),
  ...states,
  ...young('empty'),
  ...young('learning'),
  ...inWorld('worked', [
    'today',
    'teach/groups',
    'teach/models',
    'teach/book/4',
    'teach/agreement',
    'review/missed/list',
    'review/golden',
    'roi',
    'roi/plan',
  ]),
  ...deeper,
  ...inWorld('broken', ['today', 'cameras', 'cameras/1', 'learn', 'teach/result', 'settings']),
  ...inWorld('long', Object.keys(places) as Place[]),
  locked('long'),
];
