import type { Core } from './core.ts';
import type { Golden } from './golden-check.ts';
import { sampleForAudit } from './review/audit-sampling.ts';

const EVERY_MS = 60_000;

/** What is due by the clock: shifts that end, and the morning's check. */
export function createDaily(core: Core, golden: Golden): { readonly look: () => void; readonly close: () => void } {
  const look = (): void => {
    try {
      if (sampleForAudit(core.store.write, core.random, core.now())) core.changed();
      golden.checkWhereDue();
    } catch (thrown) {
      // The next minute tries again; a full disk must not end the app.
      core.log('error', 'daily_failed', { detail: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  };
  const timer = setInterval(look, EVERY_MS);
  timer.unref();
  return { look, close: () => clearInterval(timer) };
}
