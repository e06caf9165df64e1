/** A terminal signals every process of a command at once, and a parent may pass the same Ctrl-C on. */
const SAME_KEYSTROKE_MS = 500;

/**
 * Calls `stop` on the first Ctrl-C (or the system's request to end); a second one ends the process at once.
 *
 * @param now for tests
 */
export function onStopSignal(stop: () => Promise<void>, now: () => number = Date.now): void {
  let firstAtMs: number | undefined;
  const heard = (): void => {
    if (firstAtMs === undefined) {
      firstAtMs = now();
      // A failure while closing becomes an unhandled rejection, which the entry point reports.
      void stop();
    } else if (now() - firstAtMs > SAME_KEYSTROKE_MS) {
      process.exit(130);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, heard);
}
