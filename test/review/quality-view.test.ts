import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createQualityCards } from '#core/quality-card.ts';
import { Random } from '#core/domain/random.ts';
import type { DecodedImage } from '#core/imaging/decode.ts';
import { findRepeats } from '#core/review/repeats.ts';
import { qualityView } from '#core/review/quality-view.ts';
import { addEmbeddings } from '#core/store/embeddings.ts';
import { activeCheckpoint } from '#core/store/checkpoints.ts';
import { beginBaseline, listRepeats } from '#core/store/quality.ts';
import { decoders, site, until } from '#test/ingest/fixture.ts';
import { blurred, greyImage, lit } from '#test/imaging/spoil.ts';
import { camera, model, pictures, temporaryStore } from '#test/store/fixture.ts';

const SIDE = 72;

function part(random: Random): DecodedImage {
  const pixels = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => {
    const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
    const grey = x > 10 && x < 60 && y > 14 && y < 56 && Math.hypot(x - 30, y - 34) > 8 ? 150 : 60;
    return Math.min(255, Math.max(0, grey + 8 * random.normal()));
  });
  return greyImage(SIDE, SIDE, pixels);
}

const write = (folder: string, name: string, { width, height, data }: DecodedImage): Promise<unknown> =>
  sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .withMetadata({ exif: { IFD0: { Copyright: 'secret of the line' } } })
    .toFile(join(folder, name));

describe('a camera’s picture quality', () => {
  it('goes from files to the page and to the printed card', { timeout: 60_000 }, async () => {
    const { folder, store, ingest, images, dataDir } = site();
    const random = new Random(4);
    const cards = createQualityCards({
      ...{ store, dataDir, decoders: decoders(), log: () => undefined },
      now: () => Date.UTC(2026, 10, 23, 1),
    });
    const name = '<img src=x onerror="alert(1)">';
    const cameraId = await ingest.addCamera({ name, folder });
    for (let at = 0; at < 12; at++) await write(folder, `a${at}.png`, part(random));
    await until(images, (count) => count === 12);
    expect(qualityView(store.read, cameraId)).toMatchObject({
      baseline: { version: 1, needed: 8, of: 200 },
      ...{ measures: [], normalPicture: null },
    });
    await expect(cards.write(cameraId, 'ja')).rejects.toMatchObject({
      code: 'quality_not_learnt',
      params: { missing: 8 },
    });
    for (let at = 0; at < 12; at++) await write(folder, `b${at}.png`, part(random));
    await until(images, (count) => count === 24);
    await write(folder, 'soft.png', blurred(part(random), 3));
    await until(images, (count) => count === 25);
    await write(folder, 'dark.png', lit(part(random), 0.4));
    await until(images, (count) => count === 26);
    const view = qualityView(store.read, cameraId);
    const light = (measure: string) => view.measures.find((one) => one.measure === measure);
    expect(light('sharpness')).toMatchObject({ off: 1, worst: [25] });
    expect(light('sharpness')?.light).not.toBe('ok');
    expect(light('exposure')).toMatchObject({ off: 1, judged: 26, worst: [26] });
    expect(light('framing')).toMatchObject({ light: 'ok', off: 0 });
    expect(light('size')).toMatchObject({ light: 'ok', now: null });
    expect(light('exposure')?.now).toBeCloseTo(1, 1);
    expect(light('exposure')?.steps).toHaveLength(26);
    expect(view.normalPicture).toBeLessThan(25);
    const file = await cards.write(cameraId, 'ja');
    expect(file).toMatch(/^photo-card-1-\d{8}-\d{6}\.html$/);
    const page = readFileSync(join(dataDir, 'exports', file), 'utf8');
    expect(page).not.toContain(name);
    expect(page).not.toContain('secret of the line');
    expect(page).not.toContain(folder);
    expect(page).not.toMatch(/undefined|NaN|Infinity|\[object|<script/);
    expect(page.match(/src="data:image\/webp;base64,/g)).toHaveLength(3);
    expect(page).toContain('撮影標準カード');
    expect(readFileSync(join(dataDir, 'exports', await cards.write(cameraId, 'en')), 'utf8')).toContain(
      'Photo-taking standard',
    );
    // A picture that nobody can read any more costs its place on the card, not the card.
    for (const id of ['a', 'b'])
      for (let at = 0; at < 12; at++) await writeFile(join(folder, `${id}${at}.png`), 'gone');
    const without = readFileSync(join(dataDir, 'exports', await cards.write(cameraId, 'en')), 'utf8');
    expect(without).toContain('no longer there');
    beginBaseline(store.write, { cameraId, reason: 'lamp', who: 'sato', atMs: 9 });
    expect(qualityView(store.read, cameraId)).toMatchObject({
      baseline: { version: 2, reason: 'lamp', who: 'sato', pictures: 0, needed: 20 },
      ...{ pictures: [], measures: [] },
    });
  });

  it('says nothing before the first picture', () => {
    const store = temporaryStore();
    expect(qualityView(store.read, camera(store.write))).toMatchObject({ baseline: null, pictures: [] });
  });
});

describe('near-duplicates by what the encoder sees', () => {
  function embedded(vectors: readonly Float32Array[]) {
    const store = temporaryStore();
    const cameraId = camera(store.write);
    beginBaseline(store.write, { cameraId, reason: '', who: '', atMs: 1 });
    const ids = pictures(store.write, cameraId, vectors.length);
    model(store.write);
    const checkpoint = activeCheckpoint(store.read)!;
    addEmbeddings(
      store.write,
      checkpoint.id,
      ids.map((imageId, at) => ({
        ...{ imageId, map: [0, 0] as const, cluster: 0, unusual: 0 },
        vector: vectors[at] ?? new Float32Array(8),
      })),
    );
    findRepeats(store, cameraId);
    return { store, cameraId, ids };
  }
  const random = new Random(3);
  const drawn = (count: number) =>
    Array.from({ length: count }, () => Float32Array.from({ length: 8 }, () => random.normal()));

  it('are found where different parts lie apart, and nothing else is', () => {
    const vectors = drawn(40);
    const again = (vectors[30] ?? new Float32Array(8)).map((value) => 2 * value + 0.001);
    const { store, cameraId, ids } = embedded([...vectors, again]);
    expect(listRepeats(store.read, cameraId, 0)).toEqual([
      { imageId: ids[40], ofImageId: ids[30], foundBy: 'embedding' },
    ]);
    expect(qualityView(store.read, cameraId).repeats.by).toBe('embedding');
    findRepeats(store, cameraId);
    expect(listRepeats(store.read, cameraId, 0)).toHaveLength(1);
  });

  it('are not told where all parts look the same to it', () => {
    const one = drawn(1)[0] ?? new Float32Array(8);
    const { store, cameraId } = embedded(
      Array.from({ length: 40 }, () => one.map((value) => value + 0.001 * random.normal())),
    );
    expect(listRepeats(store.read, cameraId, 0)).toEqual([]);
    expect(qualityView(store.read, cameraId).repeats.by).toBeNull();
  });
});
