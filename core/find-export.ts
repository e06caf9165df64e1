import { join } from 'node:path';
import { createTranslator } from '#messages/translate.ts';
import type { Locale } from './contract/views.ts';
import type { Core } from './core.ts';
import type { ImageId } from './domain/ids.ts';
import { exportsFolder, replaceFile, stamp } from './exports.ts';
import { containmentCsv, containmentHtml, type ContainedPart } from './report/containment.ts';
import { listClasses } from './store/classes.ts';
import { answersOf, noteExport, type FindRow } from './store/finds.ts';
import { partRows } from './store/passed-pictures.ts';

/**
 * Writes the parts that may have a find's defect as a table and as a page to print: the find's own, those that a person confirmed or
 * put on hold, and those that look like it and wait.
 */
export async function exportContainment(
  core: Core,
  find: FindRow,
  open: readonly ImageId[],
  locale: Locale,
): Promise<{ pictures: number; csv: string; html: string }> {
  const { store, person, now, dataDir } = core;
  const answers = answersOf(store.read, find.id).filter(({ says }) => says !== 'is_not');
  const states = new Map<ImageId, ContainedPart['state']>([
    ...open.map((id) => [id, 'open'] as const),
    ...answers.map(({ imageId, says }) => [imageId, says === 'is' ? 'is' : 'hold'] as const),
    ...(find.imageId === null ? [] : [[find.imageId, 'found'] as const]),
  ]);
  const rows = new Map(partRows(store.read, [...states.keys()]).map((row) => [row.imageId, row]));
  const order = ['found', 'is', 'hold', 'open'] as const;
  const parts = order.flatMap((state) =>
    [...states].flatMap(([id, own]) => {
      const row = rows.get(id);
      return own !== state || row === undefined ? [] : [{ state, ...row }];
    }),
  );
  const atMs = now();
  const sheet = {
    kind: listClasses(store.read).find(({ id }) => id === find.classId)?.name ?? '',
    ...{ foundAtMs: find.foundAtMs, who: person(), createdAtMs: atMs, parts },
  };
  const name = `contain-${find.id}-${stamp(atMs)}`;
  const folder = exportsFolder({ dataDir });
  await replaceFile(join(folder, `${name}.csv`), containmentCsv(sheet));
  await replaceFile(join(folder, `${name}.html`), containmentHtml(sheet, createTranslator(locale)));
  const file = `${name}.csv`;
  noteExport(store.write, { findId: find.id, imageIds: [...states.keys()], file, who: person(), atMs });
  return { pictures: parts.length, csv: file, html: `${name}.html` };
}
