import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { forkDecoder } from '#core/engine-fork.ts';
import type { EnginePort } from '#core/contract/transport.ts';
import { decoders, site } from '#test/ingest/fixture.ts';
import { goodAndBad } from './malformed.ts';
import { record } from './record.ts';
import { sized } from './size.ts';

const FILES = sized(60, 300);
const SEED = 7;
/** Of a file that stays broken: the first time and three more after changes. */
const MOST_TRIES = 4;
const ROUNDS = 6;

const knownReasons = new Set([
  'truncated',
  'damaged',
  'empty',
  'animated',
  'too_small',
  'bit_depth',
  'bmp_compression',
]);

test(`7: ${FILES} malformed and odd files among ${FILES} good ones cost an entry each, with its reason`, async () => {
  const files = await goodAndBad(FILES, SEED);
  const started: EnginePort[] = [];
  const launch = (): EnginePort => {
    const port = forkDecoder();
    started.push(port);
    return port;
  };
  const { folder, ingest, store, broken } = site({ pool: decoders(launch, 2), patienceMs: 0 });
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes);
  const startMs = performance.now();
  const cameraId = await ingest.addCamera({ name: 'camera', folder });
  await ingest.rescan(cameraId);
  await ingest.idle();
  const seconds = (performance.now() - startMs) / 1000;

  const pagesOf = new Map(
    store.read
      .all<{ name: string; pages: number }>('SELECT file_name AS name, count(*) AS pages FROM image GROUP BY file_name')
      .map(({ name, pages }) => [name, pages]),
  );
  const reasons = new Map(
    broken().map(({ fileName, code, params }) => [fileName, { code, params: JSON.parse(params) as object }]),
  );
  const wrong = files.filter(({ name, expected, pages = 1 }) => {
    const admitted = pagesOf.get(name) === pages;
    if (admitted === reasons.has(name)) return true;
    return expected !== 'either' && admitted !== (expected === 'admitted');
  });
  const unexplained = [...reasons].filter(([, { code, params }]) => {
    if (code === 'image_type_refused' || code === 'image_too_large') return false;
    return code !== 'image_broken' || !('reason' in params) || !knownReasons.has(String(params.reason));
  });

  // Their writer touches the broken ones again and again.
  for (let round = 1; round <= ROUNDS; round++) {
    for (const name of reasons.keys()) utimesSync(join(folder, name), 1e9 + round, 1e9 + round);
    await ingest.rescan(cameraId);
    await ingest.idle();
  }
  const tries = broken().map((file) => file.tries);

  const undetectable = files.filter(({ name, expected }) => expected === 'either' && pagesOf.has(name)).length;
  record({
    fault: '7 malformed files among good ones',
    inputs: files.length,
    survived: files.length - wrong.length,
    lost: wrong.length,
    figures: {
      refused: reasons.size,
      flippedBitsThatLeaveAPicture: undetectable,
      mostTries: Math.max(...tries),
      decodersStarted: started.length,
      seconds: Number(seconds.toFixed(1)),
    },
  });
  expect(wrong.map(({ name }) => [name, pagesOf.get(name), reasons.get(name)])).toEqual([]);
  expect(unexplained).toEqual([]);
  expect(Math.max(...tries)).toBe(MOST_TRIES);
  expect(tries.every((count) => count <= MOST_TRIES)).toBe(true);
  // None took a decoder with it.
  expect(started.length).toBe(2);
});
