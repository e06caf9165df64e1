import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import { forkDecoder } from '#core/engine-fork.ts';
import type { ImageId } from '#core/domain/ids.ts';
import type { EnginePort } from '#core/contract/transport.ts';
import { createDecodePool, type DecodeLimits, type DecodePool } from '#core/ingest/decode-pool.ts';
import { createIngest, type Ingest, type IngestOptions } from '#core/ingest/ingest.ts';
import { openStore, type Store } from '#core/store/open.ts';
import { isFull } from '#test/faults/size.ts';

export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ingest-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A grey PNG that differs for each `n` up to 65,535. */
export function png(n: number, side = 32): Promise<Buffer> {
  const data = Uint8Array.from(
    { length: side * side },
    (_, at) => (at * 7 + n * 31 + (at % side) * n + (at === 0 ? n >> 8 : 0)) % 256,
  );
  return sharp(data, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}

export async function put(folder: string, name: string, n: number): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, await png(n));
  return path;
}

/** Waits until something holds, and fails with what was seen last when it never does. */
export async function until<T>(
  read: () => T,
  holds: (value: T) => boolean,
  limitMs = isFull ? 120_000 : 15_000,
): Promise<T> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const value = read();
    if (holds(value)) return value;
    if (performance.now() > endMs) throw new Error(`still ${JSON.stringify(value)}`);
    await delay(10);
  }
}

export interface Site {
  readonly store: Store;
  readonly dataDir: string;
  readonly folder: string;
  readonly ingest: Ingest;
  readonly admitted: ImageId[];
  readonly images: () => number;
  readonly broken: () => { fileName: string; code: string; params: string; tries: number }[];
}

/** Quick, so that tests are; the proportions are those of the real thing. */
export const quick = { settleMs: 60, patienceMs: 700, reconcileMs: 60_000 };

/** Real decode workers, ended with the test. */
export function decoders(launch: () => EnginePort = forkDecoder, size = 1, limits?: DecodeLimits): DecodePool {
  const pool = createDecodePool(size, launch, limits);
  onTestFinished(() => pool.close());
  return pool;
}

export function site(options: Partial<IngestOptions> = {}): Site {
  const dataDir = options.dataDir ?? temporaryFolder();
  const store = options.store ?? openStore(dataDir);
  const admitted: ImageId[] = [];
  const ingest = createIngest({
    ...quick,
    store,
    dataDir,
    onChange: (ids) => admitted.push(...ids),
    log: () => undefined,
    pool: options.pool ?? decoders(),
    ...options,
  });
  onTestFinished(async () => {
    await ingest.close();
    if (options.store === undefined) store.close();
  });
  return {
    store,
    dataDir,
    folder: temporaryFolder(),
    ingest,
    admitted,
    images: () => store.read.value<number>('SELECT count(*) FROM image') ?? 0,
    broken: () =>
      store.read.all(
        `SELECT file_name AS fileName, code, params, tries FROM quarantine WHERE resolved_at_ms IS NULL ORDER BY file_name`,
      ),
  };
}
