import { join } from 'node:path';
import { createTranslator } from '#messages/translate.ts';
import type { SampleView } from './contract/book.ts';
import type { Locale } from './contract/views.ts';
import type { Core } from './core.ts';
import { printedPicture } from './defect-book.ts';
import { exportsFolder, replaceFile, stamp } from './exports.ts';
import { picturesThere } from './files-there.ts';
import { renderHandout } from './report/html/handout.ts';
import { defectBook } from './review/defect-book.ts';
import { listLines } from './store/cameras.ts';
import { listClasses } from './store/classes.ts';

/** The operator's handout: this pilot's classes with a limit sample on either side, the window's keys, what to do when. */
export async function writeHandout(
  core: Core,
  keys: Readonly<Record<string, string>>,
  locale: Locale,
): Promise<string> {
  const { store, now } = core;
  const book = await defectBook(store.read, (ids) => picturesThere(core, ids));
  const pages = new Map(book.classes.map((one) => [one.classId, one]));
  const print = (sample: SampleView | undefined) =>
    sample === undefined ? Promise.resolve(null) : printedPicture(core, sample.image, sample.crop, sample.regions);
  const classes = [];
  for (const { id, name, isGood, key } of listClasses(store.read)) {
    const { description = '', samples = [] } = pages.get(id) ?? {};
    const first = (...roles: readonly string[]) => samples.find(({ role }) => roles.includes(role));
    const bad = first('limit_ng', 'typical');
    const ok = first('limit_ok');
    // Without a limit that is still good, the same place of an ordinary good part.
    const beside = bad?.beside;
    const good =
      ok !== undefined ? await print(ok) : beside ? await printedPicture(core, beside.image, beside.crop, []) : null;
    classes.push({
      name,
      isGood,
      key: key === null ? '' : (keys[`class${key}`] ?? key),
      description,
      good,
      bad: await print(bad),
    });
  }
  const file = `handout-${stamp(now())}.html`;
  const page = renderHandout(
    { lines: listLines(store.read).map(({ name }) => name), createdAtMs: now(), classes, keys },
    createTranslator(locale),
  );
  await replaceFile(join(exportsFolder(core), file), page);
  return file;
}
