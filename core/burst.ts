/** Calls `work` once for all asking within `everyMs`, at their end: what looks at everything need not do so for each picture. */
export function onceABurst(
  work: () => void,
  everyMs: number,
): { readonly ask: () => void; readonly close: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  return {
    ask() {
      if (closed) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        work();
      }, everyMs);
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
