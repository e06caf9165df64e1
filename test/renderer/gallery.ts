import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { writeSampleSet } from '#core/sample/sample-line.ts';
import { buildPages } from '#native/setup/pages.mjs';
import type { FixturePictures } from './fixture-pictures.ts';
import { leave, type Screen, screens, visit } from './screens.ts';
import { openWorkbench } from './window.ts';
import { worlds } from './worlds.ts';

/*
 * `npm run gallery`: every screen in both languages, both brightnesses and two sizes of screen, with pictures of the sample line.
 * With `--docs` only the few small ones that docs/gallery.md shows are made anew.
 */

const sizes = { '1366x768': { width: 1366, height: 768 }, '3840x2160': { width: 3840, height: 2160 } } as const;
type Size = keyof typeof sizes;
/** Those in the guide: each page once a brightness and language, and two on a large screen. */
const inDocs = {
  '1366x768': [
    'today',
    'today-figures',
    'cameras',
    'cameras-1-quality',
    'camera-drifted',
    'learn',
    'teach',
    'teach-result',
    'teach-models',
    'review',
    'review-golden-worked',
    'threshold',
    'roi',
    'roi-plan-worked',
    'settings',
    'settings-outputs',
    'line-preview',
    'today-empty',
    'today-broken',
  ],
  '3840x2160': ['today', 'threshold', 'camera-drifted'],
} satisfies Readonly<Record<Size, readonly string[]>>;
const docsLooks = ['ja-light', 'en-dark'];
const docsWidth = { '1366x768': 1024, '3840x2160': 1440 };

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join('test-results', 'gallery') },
    only: { type: 'string', default: '' },
    docs: { type: 'boolean', default: false },
  },
});
const docs = join(import.meta.dirname, '../../docs/images/gallery');

/** The sample line's own pictures, which anybody may show. */
async function samplePictures(folder: string): Promise<FixturePictures> {
  const parts = await writeSampleSet(folder, 400, 7, 0.2);
  const of = (id: number) => parts[id % parts.length] ?? { fileName: '', isDefect: false };
  return {
    count: 600,
    isDefect: (id) => of(id).isDefect,
    fileName: (id) => of(id).fileName,
    bytes: async (id, size) =>
      sharp(await readFile(join(folder, of(id).fileName)))
        .resize(size, size, { fit: 'inside', withoutEnlargement: true })
        .webp()
        .toBuffer(),
  };
}

const folder = await mkdtemp(join(tmpdir(), 'minarai-gallery-'));
await buildPages(process.execPath);
const bench = await openWorkbench();
let made = 0;
try {
  await mkdir(values.out, { recursive: true });
  await mkdir(docs, { recursive: true });
  for (const [world, { stage, prepare }] of Object.entries(worlds)) {
    const mine = screens.filter((one) => one.world === world && one.name.includes(values.only));
    if (mine.length === 0) continue;
    const pictures = await samplePictures(join(folder, world));
    for (const [size, viewport] of Object.entries(sizes)) {
      const shown = await bench.open('today', stage, { viewport, pictures });
      prepare?.(shown.server.core);
      for (const locale of ['ja', 'en'] as const) {
        for (const theme of ['light', 'dark'] as const) {
          const { core } = shown.server;
          core.change({ settings: { ...core.state.settings, locale } });
          await shown.page.evaluate((one) => localStorage.setItem('minarai.theme', one), theme);
          await shown.page.reload();
          for (const screen of mine) await shoot(screen, size as Size, `${locale}-${theme}`, shown);
        }
      }
      await shown.page.context().close();
    }
    console.log(`${world}: ${mine.length} screens`);
  }
} finally {
  await bench.close();
  await rm(folder, { recursive: true, force: true });
}
console.log(`${made} pictures in ${values.out}`);

/** Whether every picture that is in the window has come. */
function picturesThere(): boolean {
  return [...document.images].every((image) => {
    const { top, bottom } = image.getBoundingClientRect();
    return bottom < 0 || top > innerHeight || (image.complete && image.naturalWidth > 0);
  });
}

async function shoot(screen: Screen, size: Size, look: string, shown: Parameters<typeof visit>[0]): Promise<void> {
  if (values.docs && !(docsLooks.includes(look) && (inDocs[size] as readonly string[]).includes(screen.name))) return;
  await visit(shown, screen);
  await shown.page.waitForLoadState('networkidle');
  // A thumbnail that does not come is no reason for a gallery without its screen.
  await shown.page.waitForFunction(picturesThere, undefined, { timeout: 5000 }).catch(() => undefined);
  const name = `${screen.name}-${look}-${size}`;
  const picture = await shown.page.screenshot({ path: join(values.out, `${name}.png`) });
  made++;
  if (values.docs)
    await sharp(picture)
      .resize(docsWidth[size])
      .webp({ quality: 72 })
      .toFile(join(docs, `${name}.webp`));
  await leave(shown, screen);
}
