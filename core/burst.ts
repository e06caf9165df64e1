/**
 * Calls `work` once for all asking within `everyMs`, at their end: what looks at everything need not do so for each picture.
 * Work that fails (the disk is full, another process holds the database) is told of and tried again: it is still due.
 */
export function onceABurst(
  work: () => void,
  everyMs: number,
  onFailed: (thrown: unknown) => void,
): { readonly ask: () => void; readonly close: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const ask = (): void => {
    if (closed) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      try {
        work();
      } catch (thrown) {
        onFailed(thrown);
        ask();
      }
    }, everyMs);
  };
  return {
    ask,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
