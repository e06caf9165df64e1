import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { quantile } from '#core/domain/conformal.ts';
import { temporaryFolder } from '#test/ingest/fixture.ts';
import { childrenOf, residentBytes, startHostProcess, systemWatches, type Calls } from './host-process.ts';
import { writeManyPictures } from './many-pictures.ts';
import { record } from './record.ts';
import { isFull, sized } from './size.ts';

const FILES = sized(1_000, 100_000);
const MB = 1e6;

/** What a person's window asks for again and again while pictures come in. */
const questions: readonly ((calls: Calls) => Promise<unknown>)[] = [
  async (calls) => {
    for await (const state of await calls.app.watch()) return state;
    return null;
  },
  (calls) => calls.images.list({}),
  (calls) => calls.images.list({ filter: 'unlabelled', limit: 50 }),
  (calls) => calls.images.list({ filter: 'poor_quality' }),
  (calls) => calls.cameras.quarantine({}),
  (calls) => calls.teach.next({}),
  (calls) => calls.review.next({ queue: 'flagged' }),
  (calls) => calls.threshold.data(),
];

async function countsOf(calls: Calls) {
  for await (const { counts, cameras } of await calls.app.watch()) return { ...counts, camera: cameras[0] };
  throw new Error('the state ended');
}

test(
  `12: ${FILES} files are found once, in bounded memory, while the window is answered`,
  { timeout: isFull ? 1_500_000 : 60_000 },
  async () => {
    const folder = temporaryFolder();
    const dataDir = join(temporaryFolder(), 'data');
    writeManyPictures(join(folder, 'lot'), FILES);
    const first = await startHostProcess(dataDir);
    const took: number[] = [];
    let peakBytes = 0;
    const startMs = performance.now();
    await first.calls.cameras.add({ name: 'camera', folder });
    let counts = await countsOf(first.calls);
    for (let n = 0; counts.images < FILES; n++) {
      const askedMs = performance.now();
      await questions[n % questions.length]?.(first.calls);
      took.push(performance.now() - askedMs);
      peakBytes = Math.max(peakBytes, residentBytes(first.pid).now);
      if (n % questions.length === 0) counts = await countsOf(first.calls);
      await delay(20);
    }
    const seconds = (performance.now() - startMs) / 1000;
    const ids = new Set<number>();
    for (let beforeId: number | undefined; ids.size < FILES;) {
      const { rows } = await first.calls.images.list({ limit: 500, ...(beforeId !== undefined && { beforeId }) });
      if (rows.length === 0) break;
      rows.forEach(({ id }) => ids.add(id));
      beforeId = rows.at(-1)?.id;
    }
    const watches = systemWatches(first.pid);
    await first.stop();

    const second = await startHostProcess(dataDir);
    const againMs = performance.now();
    await second.calls.cameras.rescan({ cameraId: 1 });
    const secondScanSeconds = (performance.now() - againMs) / 1000;
    const after = await countsOf(second.calls);
    const decoders = childrenOf(second.pid).filter((command) => command.includes('decode-worker'));
    const p95Ms = quantile(took, 0.95);
    record({
      fault: '12 first scan of many files',
      inputs: FILES,
      survived: ids.size,
      lost: FILES - ids.size,
      figures: {
        seconds: Math.round(seconds),
        filesPerSecond: Math.round(FILES / seconds),
        peakRssMb: Math.round(peakBytes / MB),
        calls: took.length,
        callP95Ms: Math.round(p95Ms),
        callWorstMs: Math.round(Math.max(...took)),
        systemWatches: watches,
        secondScanSeconds: Number(secondScanSeconds.toFixed(2)),
      },
    });
    expect(ids.size).toBe(FILES);
    expect([after.images, after.quarantined, after.camera?.duplicates, after.camera?.waiting]).toEqual([
      FILES,
      0,
      0,
      0,
    ]);
    expect(peakBytes).toBeLessThan(500 * MB);
    expect(p95Ms).toBeLessThan(200);
    // A watch for each file would exhaust what the system has to give: folders only.
    expect(watches).toBeLessThan(20);
    expect(secondScanSeconds).toBeLessThan(15);
    // Nothing was opened, let alone hashed, again.
    expect(decoders).toEqual([]);
  },
);
