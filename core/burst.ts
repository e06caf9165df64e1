/**
 * Calls `work` at once, and for all asking within `everyMs` after that once more when they are over: what looks at everything need
 * not do so for each picture.
 */
export function onceABurst(work: () => void, everyMs: number): { readonly ask: () => void; readonly close: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  let closed = false;
  const ask = (): void => {
    if (closed) return;
    if (timer !== undefined) {
      again = true;
      return;
    }
    timer = setTimeout(() => {
      timer = undefined;
      if (again) ask();
    }, everyMs);
    timer.unref();
    again = false;
    work();
  };
  return {
    ask,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
