import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import type { DefectBookSheets } from '../defect-book.ts';
import type { ClassId, ImageId } from '../domain/ids.ts';
import { picturesThere } from '../files-there.ts';
import { defectBook } from '../review/defect-book.ts';
import { proposeSamples } from '../review/limit-proposals.ts';
import { listClasses } from '../store/classes.ts';
import { imageViews } from '../store/image-views.ts';
import { addSample, limitSamples, removeSample } from '../store/limit-samples.ts';
import { knownClass, knownImage, noteOf, type Implementer } from './base.ts';

/** The defect book: limit samples of each class, by whom and why, and on paper. */
export function bookCalls(os: Implementer, core: Core, sheets: DefectBookSheets) {
  const { store, person, now } = core;
  const note = noteOf(core);
  const there = (ids: readonly ImageId[]) => picturesThere(core, ids);
  return {
    book: {
      get: os.book.get.handler(() => defectBook(store.read, there)),
      add: os.book.add.handler(({ input }) => {
        const { role, regions } = input;
        const imageId = knownImage(core, input.imageId);
        const classId = knownClass(core, input.classId);
        const atMs = now();
        const sampleId = store.write.transaction(() => {
          note('book.add', { imageId, classId, role, note: input.note });
          const sample = { imageId, classId, role, regions, note: input.note, who: person(), atMs };
          return addSample(store.write, sample);
        });
        core.changed();
        return { sampleId, savedAtMs: atMs };
      }),
      remove: os.book.remove.handler(({ input: { sampleId, reason } }) => {
        store.write.transaction(() => {
          removeSample(store.write, sampleId, { reason, who: person(), atMs: now() });
          note('book.remove', { sampleId, reason });
        });
        core.changed();
        return {};
      }),
      propose: os.book.propose.handler(async ({ input }) => {
        const classId = knownClass(core, input.classId);
        const { isGood = false } = listClasses(store.read).find(({ id }) => id === classId) ?? {};
        const samples = limitSamples(store.read).filter((one) => one.classId === classId);
        const inBook = new Set(samples.map(({ imageId }) => imageId));
        const wants = (id: ImageId): boolean => !inBook.has(id);
        // A few more than are asked for, since the files of some may be gone.
        const proposed = proposeSamples(store.read, { classId, isGood }, input.limit * 2, wants);
        const files = await there(proposed.map(({ imageId }) => imageId));
        const found = proposed.filter(({ imageId }) => files.has(imageId));
        const views = new Map(
          imageViews(
            store.read,
            found.map(({ imageId }) => imageId),
          ).map((view) => [view.id, view]),
        );
        const proposals = found.flatMap(({ imageId, ...rest }) => {
          const image = views.get(imageId);
          return image === undefined ? [] : [{ ...rest, image }];
        });
        const ofRole = (role: string) => proposals.filter((one) => one.role === role).slice(0, input.limit);
        return { proposals: [...ofRole('limit_ng'), ...ofRole('limit_ok'), ...ofRole('typical')] };
      }),
      print: os.book.print.handler(async ({ input: { locale, classId } }) => {
        const book = await defectBook(store.read, there);
        const classes = book.classes.filter(
          (one) => one.samples.length > 0 && (classId === undefined || one.classId === (classId as ClassId)),
        );
        if (classes.length === 0) throw new AppError('book_empty');
        const file = await sheets.write({ ...book, classes }, locale);
        note('book.print', { version: book.version, classes: classes.length });
        return { file };
      }),
    },
  };
}
