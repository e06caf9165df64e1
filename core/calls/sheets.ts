import type { AppState } from '../contract/views.ts';
import type { Core } from '../core.ts';
import type { Golden } from '../golden-check.ts';
import { writeHandout } from '../handout.ts';
import { handoverOf, writeHandover } from '../handover.ts';
import { noteOf, type Implementer } from './base.ts';

/** Sheets for the line: the shift-handover card and the operator's handout. */
export function sheetCalls(os: Implementer, core: Core, golden: Golden, warnings: () => AppState['warnings']) {
  const note = noteOf(core);
  const view = () => handoverOf(core, { golden: golden.state(), warnings: warnings() });
  return {
    sheets: {
      handover: os.sheets.handover.handler(view),
      printHandover: os.sheets.printHandover.handler(async ({ input: { locale, notes } }) => {
        const file = await writeHandover(core, view(), notes, locale);
        note('sheets.print', { sheet: 'handover', notes: notes.length });
        return { file };
      }),
      printHandout: os.sheets.printHandout.handler(async ({ input: { locale, keys } }) => {
        const file = await writeHandout(core, keys, locale);
        note('sheets.print', { sheet: 'handout' });
        return { file };
      }),
    },
  };
}
