import { join } from 'node:path';
import type { Core } from '../core.ts';
import { exportsFolder, replaceFile, stamp } from '../exports.ts';
import { auditTrailCsv } from '../report/trail-sheet.ts';
import { auditChain, auditEnd, listAudit, verifyAudit } from '../store/audit.ts';
import { noteOf, type Implementer } from './base.ts';

/** Who did what. */
export function historyCalls(os: Implementer, core: Core) {
  const { store, now } = core;
  const note = noteOf(core);
  return {
    history: {
      state: os.history.state.handler(() => ({ ...auditEnd(store.read), brokenAt: verifyAudit(store.read) })),
      list: os.history.list.handler(({ input: { beforeId, limit } }) => ({
        rows: listAudit(store.read, limit, beforeId).map((row) => ({ ...row, params: { ...row.params } })),
        total: auditEnd(store.read).entries,
      })),
      export: os.history.export.handler(async () => {
        // That it was taken out is in it.
        note('history.export', {});
        const file = `history-${stamp(now())}.csv`;
        await replaceFile(join(exportsFolder(core), file), auditTrailCsv(auditChain(store.read)));
        return { file };
      }),
    },
  };
}
