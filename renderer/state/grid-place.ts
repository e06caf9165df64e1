/** Where a key moves the cursor in a grid of `count` cells in rows of `columns`; null: the key moves nothing. */
export function movedBy(
  key: string,
  at: number,
  { count, columns, rowsSeen }: { readonly count: number; readonly columns: number; readonly rowsSeen: number },
): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: columns,
    ArrowUp: -columns,
    PageDown: columns * Math.max(1, rowsSeen),
    PageUp: -columns * Math.max(1, rowsSeen),
    Home: -at,
    End: count - 1 - at,
  };
  const step = steps[key];
  return step === undefined || count === 0 ? null : Math.max(0, Math.min(count - 1, at + step));
}
