import type { Words } from './words.svelte.ts';

/** What marks are for, as people call it; null where they are the common ones. */
export function marksName(
  words: Words,
  { camera, kind }: { camera: string | null; kind: string | null },
): string | null {
  if (camera !== null && kind !== null) return words.t('marks.pair', { camera, kind });
  return camera ?? kind;
}
