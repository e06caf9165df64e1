import type { Backups } from '../backups.ts';
import type { BackupsView } from '../contract/backups.ts';
import type { Core } from '../core.ts';
import { backupsFolder } from '../store/backups.ts';
import { databaseNotice, forgetNotice } from '../store/database-notice.ts';
import { cancelNext, waitingNext } from '../store/take-place.ts';
import { noteOf, type Implementer } from './base.ts';

/** Backups of the database. */
export function backupCalls(os: Implementer, core: Core, backups: Backups) {
  const { store, person, dataDir } = core;
  const note = noteOf(core);
  const view = (): BackupsView => {
    const error = backups.error();
    const next = waitingNext(dataDir);
    return {
      backups: backups
        .list()
        .map(({ name, atMs, bytes, pictures, labels }) => ({ name, atMs, bytes, pictures, labels })),
      folder: backupsFolder(dataDir),
      error: error && { code: error.code, params: { ...error.params } },
      notice: databaseNotice(store.read),
      next: next && { backupAtMs: next.backupAtMs },
    };
  };
  return {
    backups: {
      get: os.backups.get.handler(view),
      make: os.backups.make.handler(async () => {
        const { name } = await backups.make();
        note('backup.make', { name });
        return view();
      }),
      restore: os.backups.restore.handler(({ input: { name } }) => {
        note('backup.restore', { name });
        backups.restore(name, person());
        core.changed();
        return view();
      }),
      keep: os.backups.keep.handler(() => {
        cancelNext(dataDir);
        note('backup.keep', {});
        core.changed();
        return view();
      }),
      read: os.backups.read.handler(() => {
        forgetNotice(store.write);
        core.changed();
        return view();
      }),
    },
  };
}
