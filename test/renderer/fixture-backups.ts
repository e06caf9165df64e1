import type { BackupsView } from '#core/contract/backups.ts';

const dayMs = Date.UTC(2026, 10, 23, 1, 42, 7);
const backup = (n: number): BackupsView['backups'][number] => ({
  name: `minarai-${n}.db`,
  atMs: dayMs - n * 3_600_000,
  bytes: 8_400_000 - n * 100_000,
  pictures: 1240 - n * 10,
  labels: 86 - n,
});

/** Backups over data in memory. */
export class FixtureBackups {
  view: BackupsView = {
    backups: [backup(1), backup(2), backup(26)],
    folder: '/data/minarai/backups',
    error: null,
    notice: null,
    next: null,
  };

  make(): BackupsView {
    return (this.view = { ...this.view, backups: [backup(0), ...this.view.backups] });
  }

  restore(name: string): BackupsView {
    const found = this.view.backups.find((one) => one.name === name);
    return (this.view = { ...this.view, next: found ? { backupAtMs: found.atMs } : null });
  }

  change(part: Partial<BackupsView>): BackupsView {
    return (this.view = { ...this.view, ...part });
  }
}
