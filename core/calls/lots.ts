import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Core } from '../core.ts';
import { exportsFolder, stamp } from '../exports.ts';
import { exportLot, lotFolderName } from '../lot-export.ts';
import { listLots } from '../store/lots.ts';
import { noteOf, type Implementer } from './base.ts';

/** Lots that are listed at once. */
const LISTED = 200;

/** All data of a lot. */
export function lotCalls(os: Implementer, core: Core, version: string) {
  const { store, now } = core;
  const note = noteOf(core);
  // What a kill left half written.
  if (existsSync(exportsFolder(core)))
    for (const name of readdirSync(exportsFolder(core)))
      if (name.startsWith('lot-') && name.endsWith('.part'))
        rmSync(join(exportsFolder(core), name), { recursive: true, force: true });
  return {
    lots: {
      list: os.lots.list.handler(({ input }) => ({ lots: listLots(store.read, input.text, LISTED) })),
      export: os.lots.export.handler(async ({ input }) => {
        const name = join(exportsFolder(core), `${lotFolderName(input.lot)}-${stamp(now())}`);
        // Twice within a second.
        let folder = name;
        for (let n = 2; existsSync(folder); n++) folder = `${name}-${n}`;
        mkdirSync(exportsFolder(core), { recursive: true });
        const written = await exportLot(core, input, folder, version);
        note('lots.export', { lot: input.lot, originals: input.originals, pictures: written.pictures });
        return { folder, ...written };
      }),
    },
  };
}
