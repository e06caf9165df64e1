import { join } from 'node:path';
import { createTranslator } from '#messages/translate.ts';
import type { HandoverView } from './contract/sheets.ts';
import type { AppState, Locale } from './contract/views.ts';
import type { Core } from './core.ts';
import { shiftAt, shiftInstance } from './domain/shifts.ts';
import { exportsFolder, replaceFile, stamp } from './exports.ts';
import { renderHandover } from './report/html/handover.ts';
import { auditState } from './store/audit-shifts.ts';
import { cameraCounts, listCameras, listLines } from './store/cameras.ts';
import { stateCounts } from './store/counts.ts';
import { shiftCounts } from './store/handover.ts';
import { shiftCalendar } from './store/naming.ts';

/** A card is written some minutes before or after the end of a shift: it is about the one that was under way so long ago. */
const JUST_ENDED_MS = 30 * 60_000;

/** What the next shift must know, as it stands now. */
export function handoverOf(core: Core, state: Pick<AppState, 'golden' | 'warnings'>): HandoverView {
  const { store, now, ingest } = core;
  const atMs = now();
  const { toReview, held, quarantined } = stateCounts(store.read);
  const watched = new Map(ingest.state().map((camera) => [camera.id, camera.state]));
  return {
    atMs,
    lines: listLines(store.read).map(({ id, name }) => {
      const calendar = shiftCalendar(store.read, id);
      const about = atMs - JUST_ENDED_MS;
      const shift = shiftAt(calendar, about);
      const { startMs, endMs } = shiftInstance(calendar, shift, about);
      const audit = auditState(store.read, id, about);
      const toMs = Math.min(endMs, atMs);
      return {
        ...{ line: name, shift: shift ?? '', fromMs: startMs, toMs },
        ...shiftCounts(store.read, id, startMs, toMs),
        audit: { drawn: audit.shift?.drawn ?? 0, done: audit.shift?.done ?? 0, overdue: audit.overdue },
      };
    }),
    ...{ toReview, held, quarantined, golden: state.golden, warnings: state.warnings },
    cameras: listCameras(store.read).map(({ id, name, paused }) => {
      const { light, reasons } = cameraCounts(store.read, id);
      return { name, state: paused ? 'paused' : (watched.get(id) ?? 'scanning'), light, reasons: [...reasons] };
    }),
  };
}

/** Writes the card beside the reports and returns its file's name. */
export async function writeHandover(core: Core, view: HandoverView, notes: string, locale: Locale): Promise<string> {
  const file = `handover-${stamp(core.now())}.html`;
  const page = renderHandover({ ...view, notes, person: core.person() }, createTranslator(locale));
  await replaceFile(join(exportsFolder(core), file), page);
  return file;
}
