import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EnginePort } from '#core/contract/transport.ts';
import { forkDecoder } from '#core/engine-fork.ts';
import type { DecodeReply } from '#core/ingest/decode-protocol.ts';
import { decoders, png, put, site, temporaryFolder, until } from '#test/ingest/fixture.ts';
import { LARGEST_SIDE, largePicture, makeBombs } from './bombs.ts';
import { residentBytes } from './host-process.ts';
import { record } from './record.ts';
import { sized } from './size.ts';

const MB = 1e6;

/** Decoders whose processes can be looked at. */
function watched() {
  const started: EnginePort[] = [];
  const launch = (): EnginePort => {
    const port = forkDecoder();
    started.push(port);
    return port;
  };
  return { started, launch, pid: () => started.at(-1)?.pid ?? 0 };
}

const reasonOf = (reply: DecodeReply): unknown =>
  reply.ok ? 'read' : (reply.error.params['reason'] ?? reply.error.code);

describe('8: bombs', () => {
  test('are refused from the header: at once, without the memory that they ask for', { timeout: 120_000 }, async () => {
    const folder = temporaryFolder();
    const { started, launch, pid } = watched();
    const pool = decoders(launch);
    await pool.examine(await put(folder, 'plain.png', 1));
    const seen: { name: string; why: unknown; ms: number; grewMb: number }[] = [];
    for (const { name, bytes } of await makeBombs()) {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      const before = residentBytes(pid()).peak;
      const startMs = performance.now();
      const why = reasonOf(await pool.examine(path));
      const ms = performance.now() - startMs;
      seen.push({ name, why, ms, grewMb: (residentBytes(pid()).peak - before) / MB });
    }
    const survived = seen.filter(({ why, ms, grewMb }) => why !== 'read' && ms < 200 && grewMb < 100);
    record({
      fault: '8 decompression bombs and lying headers',
      inputs: seen.length,
      survived: survived.length,
      lost: seen.length - survived.length,
      figures: {
        slowestMs: Math.round(Math.max(...seen.map(({ ms }) => ms))),
        mostGrownMb: Math.round(Math.max(...seen.map(({ grewMb }) => grewMb))),
      },
    });
    expect(seen.filter((one) => !survived.includes(one))).toEqual([]);
    expect(started).toHaveLength(1);
    expect(Object.fromEntries(seen.map(({ name, why }) => [name, why]))).toMatchObject({
      'png-30000x30000': 'image_too_large',
      'png-1x60000': 'image_too_large',
      'png-iccp': 'hidden_data',
      'png-ztxt-1000-times': 'hidden_data',
      'jpeg-60000x60000': 'image_too_large',
      'jpeg-9900x9900': 'truncated',
      'tiff-10000-pages': 'too_many_pages',
      'tiff-4-billion-values': 'damaged',
    });
  });

  test('what needs more memory than a decoder may have is one entry; a new decoder reads the others', async () => {
    const { started, launch, pid } = watched();
    const folder = temporaryFolder();
    const first = decoders(launch);
    await first.examine(await put(folder, 'plain.png', 0));
    // Room for pictures as cameras take them, not for the 100 MB of pixels of the one below.
    const limitBytes = residentBytes(pid()).now + 60 * MB;
    first.close();
    const here = site({ pool: decoders(launch, 1, { limitBytes }) });
    for (let n = 1; n <= 4; n++) await put(here.folder, `good${n}.png`, n);
    writeFileSync(join(here.folder, 'good2-large.png'), largePicture(LARGEST_SIDE));
    await here.ingest.addCamera({ name: 'camera', folder: here.folder });
    await until(
      () => [here.images(), here.broken().length],
      ([images, broken]) => images === 4 && broken === 1,
    );
    expect(here.broken()).toMatchObject([
      { fileName: 'good2-large.png', code: 'image_broken', params: '{"reason":"decoder_memory"}' },
    ]);
    // The one before, the one that needed too much, and a fresh one; a further one where the second try came before the rest.
    expect([3, 4]).toContain(started.length);
    record({ fault: '8 more memory than a decoder may have', inputs: 5, survived: 5, lost: 0 });
  });

  test('the largest picture that a header may ask for is read within the limit that the app sets', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'largest.png');
    const side = sized(3000, LARGEST_SIDE);
    writeFileSync(path, largePicture(side));
    const { launch, pid } = watched();
    const reply = await decoders(launch).examine(path);
    expect(reply).toMatchObject({ ok: true, pages: [{ width: side, height: side }] });
    const { peak } = residentBytes(pid());
    record({
      fault: '8 the largest picture allowed',
      inputs: 1,
      survived: 1,
      lost: 0,
      figures: { peakRssMb: Math.round(peak / MB) },
    });
    expect(peak).toBeLessThan(1000 * MB);
  });

  test('somebody who looks does not wait behind all that is being taken in', async () => {
    const folder = temporaryFolder();
    const pool = decoders();
    const paths = await Promise.all(Array.from({ length: 30 }, (_, n) => put(folder, `${n}.png`, n)));
    const known = await pool.examine(paths[0] ?? '');
    const order: string[] = [];
    const waiting = paths.map((path) => pool.examine(path).then(() => order.push('examined')));
    const sha256 = known.ok ? known.sha256 : '';
    const shown = await pool.render({ path: paths[0] ?? '', sha256, page: 0, maxSide: 64 });
    order.push('shown');
    await Promise.all(waiting);
    expect(shown).toMatchObject({ ok: true, mime: 'image/webp' });
    expect(order.indexOf('shown')).toBeLessThan(3);
    writeFileSync(paths[1] ?? '', await png(99));
    expect(await pool.render({ path: paths[1] ?? '', sha256, page: 0, maxSide: 64 })).toEqual({
      ok: false,
      error: { code: 'image_broken', params: { reason: 'changed' } },
    });
  });
});
