import { join } from 'node:path';
import { createTranslator } from '#messages/translate.ts';
import type { DefectBook, SampleView } from './contract/book.ts';
import { toErrorData } from './contract/errors.ts';
import type { Locale } from './contract/views.ts';
import type { Core } from './core.ts';
import type { ImageId } from './domain/ids.ts';
import { exportsFolder, replaceFile, stamp } from './exports.ts';
import { renderDefectBook, type PrintedPicture } from './report/html/defect-book.ts';
import { renderKnown } from './render-known.ts';
import { listLines } from './store/cameras.ts';
import { listClasses } from './store/classes.ts';
import { pictureFile } from './store/images.ts';

/** Pixels of what is shown on paper, about 200 a printed inch; and the most that a whole picture is rendered with. */
const SHOWN_PX = 640;
const MOST_PX = 2048;

/** The defect book on paper. */
export interface DefectBookSheets {
  /** Writes the book beside the reports and returns its file's name. */
  readonly write: (book: DefectBook, locale: Locale) => Promise<string>;
}

type Printing = Pick<Core, 'store' | 'decoders' | 'dataDir' | 'log' | 'now' | 'person'>;

/** Encoded anew and embedded, so that the sheets need nothing else; without bytes where the file is gone. */
export async function printedPicture(
  core: Pick<Printing, 'store' | 'decoders' | 'log'>,
  { id, width, height }: SampleView['image'],
  crop: SampleView['crop'],
  regions: SampleView['regions'],
): Promise<PrintedPicture> {
  const file = pictureFile(core.store.read, id as ImageId);
  const shown = { width, height, crop, regions };
  if (file?.path == null) return { ...shown, data: null };
  const px = Math.min(
    MOST_PX,
    Math.ceil((SHOWN_PX * Math.max(width, height)) / (crop?.side ?? Math.max(width, height))),
  );
  try {
    const { bytes, mime } = await renderKnown(core, { ...file, path: file.path }, px);
    return { ...shown, data: `data:${mime};base64,${Buffer.from(bytes).toString('base64')}` };
  } catch (thrown) {
    core.log('warn', 'book_without_picture', { imageId: id, ...toErrorData(thrown) });
    return { ...shown, data: null };
  }
}

export function createDefectBookSheets(core: Printing): DefectBookSheets {
  const { store, now, person } = core;

  const sample = async ({ role, note, who, atMs, image, crop, regions, beside }: SampleView) => ({
    ...{ role, note, who, atMs },
    picture: await printedPicture(core, image, crop, regions),
    beside: beside === null ? null : await printedPicture(core, beside.image, beside.crop, []),
  });

  return {
    async write(book, locale) {
      const classes = new Map<number, { name: string; isGood: boolean }>(
        listClasses(store.read).map((entry) => [entry.id, entry]),
      );
      const createdAtMs = now();
      const pages = [];
      for (const { classId, description, samples } of book.classes) {
        const { name = '', isGood = false } = classes.get(classId) ?? {};
        pages.push({ name, isGood, description, samples: await Promise.all(samples.map(sample)) });
      }
      const html = renderDefectBook(
        {
          lines: listLines(store.read).map((line) => line.name),
          person: person(),
          createdAtMs,
          version: book.version,
          changedAtMs: book.changedAtMs ?? createdAtMs,
          pages,
        },
        createTranslator(locale),
      );
      const file = `defect-book-${stamp(createdAtMs)}.html`;
      await replaceFile(join(exportsFolder(core), file), html);
      return file;
    },
  };
}
