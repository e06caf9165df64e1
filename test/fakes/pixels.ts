import type { Box } from '#core/domain/inspection-area.ts';
import type { Pixels } from '#core/jobs/job.ts';
import type { PictureRow } from '#core/store/images.ts';

/** Decoded pictures that are all there at once, for tests of jobs whose engine follows a script and opens no picture. */
export function allReady(): Pixels {
  return {
    ensure: async (rows, { onProgress, signal }) => {
      signal.throwIfAborted();
      onProgress?.(rows.length, rows.length);
      const inspected = async (row: PictureRow): Promise<Box | null> => row.area?.area.region ?? null;
      return { rows, file: (row) => `${row.sha256}.px`, inspected, failed: [], left: 0, release: () => undefined };
    },
    chooseChannels: async () => 1,
    lost: () => undefined,
  };
}
