import { join } from 'node:path';
import { AppError } from '../contract/errors.ts';
import type { RightsView } from '../contract/rights.ts';
import type { Core } from '../core.ts';
import { lacksOf, mayTeach } from '../domain/data-right.ts';
import { exportsFolder, replaceFile, stamp } from '../exports.ts';
import { rightsCsv } from '../report/rights-csv.ts';
import { knownDataSet, stopLearning } from '../rights.ts';
import { clearers, dataSets, lackWords, rightVersions, sayRight, setClearers } from '../store/data-rights.ts';
import { noteOf, type Implementer } from './base.ts';

/** The register of data rights. */
export function rightCalls(os: Implementer, core: Core) {
  const { store, person, now } = core;
  const note = noteOf(core);
  const mayClear = (): boolean => {
    const names = clearers(store.read);
    const name = person();
    return name !== '' && (names.length === 0 || names.includes(name));
  };
  const view = (): RightsView => ({
    sets: dataSets(store.read, now()).map(({ missing, newest, ...set }) => ({
      ...set,
      missing: [...missing],
      newest: newest && { ...newest },
    })),
    clearers: clearers(store.read),
    mayClear: mayClear(),
  });
  /** Throws `right_needs_name`, `right_not_yours`. */
  const checkClearer = (): void => {
    if (person() === '') throw new AppError('right_needs_name');
    if (!mayClear()) throw new AppError('right_not_yours', { who: clearers(store.read).join(', ') });
  };

  return {
    rights: {
      list: os.rights.list.handler(view),
      history: os.rights.history.handler(({ input }) => ({
        versions: rightVersions(store.read, knownDataSet(core, input.cameraId).cameraId).map((one) => ({ ...one })),
      })),
      say: os.rights.say.handler(({ input: { cameraId, word, said, reason } }) => {
        const set = knownDataSet(core, cameraId);
        // The first word of all needs no reason; what changes it does.
        if (reason === '' && set.newest !== null) throw new AppError('right_needs_reason', { dataSet: set.name });
        if (word === 'cleared') {
          checkClearer();
          const missing = lacksOf(said);
          if (missing.length > 0) throw new AppError('right_incomplete', { dataSet: set.name, ...lackWords(missing) });
        } else if (person() === '') throw new AppError('right_needs_name');
        store.write.transaction(() => {
          const by = { who: person(), atMs: now() };
          sayRight(store.write, set.cameraId, { ...said, word, reason, ...by });
          note('rights.say', { camera: set.cameraId, name: set.name, word, owner: said.owner, reason });
        });
        if (mayTeach(set.state) && !mayTeach(knownDataSet(core, cameraId).state)) stopLearning(core);
        core.changed();
        return view();
      }),
      setClearers: os.rights.setClearers.handler(({ input: { names } }) => {
        if (clearers(store.read).length > 0) checkClearer();
        store.write.transaction(() => {
          setClearers(store.write, names, { who: person(), atMs: now() });
          note('rights.set_clearers', { names: names.join(', ') });
        });
        core.changed();
        return view();
      }),
      export: os.rights.export.handler(async () => {
        note('rights.export', {});
        const file = `rights-${stamp(now())}.csv`;
        const rows = dataSets(store.read, now()).map((set) => ({
          set,
          versions: rightVersions(store.read, set.cameraId),
        }));
        await replaceFile(join(exportsFolder(core), file), rightsCsv(rows));
        return { file };
      }),
    },
  };
}
