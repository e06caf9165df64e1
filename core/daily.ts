import type { Backups } from './backups.ts';
import type { Core } from './core.ts';
import type { Deletions } from './deletions.ts';
import type { Golden } from './golden-check.ts';
import { sampleForAudit } from './review/audit-sampling.ts';

const EVERY_MS = 60_000;

/** What is due by the clock: shifts that end, the morning's check, backups, and pictures whose time is over. */
export function createDaily(
  core: Core,
  golden: Golden,
  backups: Backups,
  deletions: Deletions,
): { readonly look: () => void; readonly close: () => void } {
  const look = (): void => {
    try {
      if (sampleForAudit(core.store.write, core.random, core.now())) core.changed();
      golden.checkWhereDue();
      backups.look();
      deletions.look();
    } catch (thrown) {
      // The next minute tries again; a full disk must not end the app.
      core.log('error', 'daily_failed', { detail: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  };
  const timer = setInterval(look, EVERY_MS);
  timer.unref();
  return { look, close: () => clearInterval(timer) };
}
