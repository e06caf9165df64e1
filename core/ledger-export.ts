import { join } from 'node:path';
import { createTranslator } from '#messages/translate.ts';
import type { Locale } from './contract/views.ts';
import type { Core } from './core.ts';
import type { ImageId } from './domain/ids.ts';
import { exportsFolder, replaceFile, stamp } from './exports.ts';
import { ledgerCsv, ledgerHtml } from './report/ledger-sheet.ts';
import { addAudit } from './store/audit.ts';
import { imageLedger } from './store/ledger.ts';
import { partRows } from './store/passed-pictures.ts';

/** Writes everything that happened to a picture as a table and as a page to print. */
export async function exportLedger(
  { store, person, now, dataDir }: Core,
  imageId: ImageId,
  locale: Locale,
): Promise<{ csv: string; html: string }> {
  const atMs = now();
  const [part] = partRows(store.read, [imageId]);
  const sheet = {
    ...{ fileName: part?.fileName ?? '', lot: part?.lot ?? '', serial: part?.serial ?? '', createdAtMs: atMs },
    lines: imageLedger(store.read, imageId),
  };
  const name = `ledger-${imageId}-${stamp(atMs)}`;
  const folder = exportsFolder({ dataDir });
  await replaceFile(join(folder, `${name}.csv`), ledgerCsv(sheet));
  await replaceFile(join(folder, `${name}.html`), ledgerHtml(sheet, createTranslator(locale)));
  addAudit(store.write, { who: person(), what: 'review.exportLedger', params: { imageId }, atMs });
  return { csv: `${name}.csv`, html: `${name}.html` };
}
