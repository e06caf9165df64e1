import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import type { ImageRow, ScoreRow, TeachEvent } from '#core/contract/engine.ts';
import type { UsedArea } from '#core/domain/inspection-area.ts';
import { Random } from '#core/domain/random.ts';
import { decodeImage } from '#core/imaging/decode.ts';
import { inspectedPixels } from '#core/imaging/inspected.ts';
import { ignoredCells, IGNORED_CELL_PX, writeRawPicture } from '#core/imaging/raw-picture.ts';
import { drawCountedWindow } from '#engine/counted-window.ts';
import { explain } from '#engine/learn/explain.ts';
import { releaseModel } from '#engine/learn/resident-model.ts';
import { score } from '#engine/learn/score.ts';
import { teach } from '#engine/learn/teach.ts';
import { pretrain } from '#engine/pretrain.ts';
import { makeSite, SIDE, writeRows } from './site.ts';

const folder = mkdtempSync(join(tmpdir(), 'minarai-ignored-'));
const never = new AbortController().signal;
/** The left quarter of every picture is not inspected. */
const area: UsedArea = {
  key: 'left',
  area: {
    region: null,
    ignore: [
      {
        kind: 'polygon',
        points: [
          [0, 0],
          [0.25, 0],
          [0.25, 1],
          [0, 1],
        ],
      },
    ],
  },
};
const RIGHT = { ...{ width: SIDE, height: SIDE }, from: SIDE / 4 };

let files = 0;
async function decoded(row: ImageRow): Promise<ImageRow> {
  const pixels = join(folder, `${files++}.px`);
  await writeRawPicture(pixels, await inspectedPixels(await decodeImage(row.path, { channels: 1 }), area, 512));
  return { ...row, pixels };
}

/** A plate with grain of its own at the left, where nothing counts, and perhaps a pit somewhere. */
async function plate(name: string, left: (x: number, y: number) => number, pitX?: number): Promise<ImageRow> {
  const random = new Random(5);
  const data = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => {
    const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
    const grain = 130 + 14 * Math.sin(y / 2.2) + 5 * random.normal();
    const pit = pitX === undefined ? 0 : 90 * Math.exp(-((x - pitX) ** 2 + (y - 30) ** 2) / 18);
    return Math.max(0, Math.min(255, Math.round((x < RIGHT.from ? left(x, y) : grain) - pit)));
  });
  const path = join(folder, `${name}.png`);
  await sharp(data, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(path);
  return decoded({ id: 1000 + files, path, page: 0 });
}

let taught: Extract<TeachEvent, { kind: 'done' }>;

beforeAll(async () => {
  const site = await makeSite(folder, 72, 3);
  const rows = await Promise.all(site.rows.map(decoded));
  const imagesFile = writeRows(join(folder, 'images.ndjson'), rows);
  const config = v.parse(PretrainConfig, {
    ...{ steps: 30, batch: 16, damagedBatch: 16, tilePx: 32, width: 8, channels: 1, precision: 'f32' },
    augment: { cropMinPx: 24, cropMaxPx: 40 },
  });
  let checkpoint = '';
  const input = { imagesFile, runDir: join(folder, 'run'), config, resume: false };
  for await (const event of pretrain(input, never, { pauseAsked: false }))
    if (event.kind === 'done') checkpoint = event.file;
  const good = rows.filter(({ isDefect }) => !isDefect);
  const files = { checkpoint, imagesFile: writeRows(join(folder, 'good.ndjson'), good), outDir: join(folder, 'model') };
  const teaching = { ...files, classes: ['good', 'pit'], goodClass: 0, mode: 'auto' as const, seed: 1 };
  for await (const event of teach(teaching, never)) if (event.kind === 'done') taught = event;
}, 240_000);

afterAll(async () => {
  await releaseModel();
  rmSync(folder, { recursive: true });
});

async function scores(rows: readonly ImageRow[]): Promise<ScoreRow[]> {
  const found: ScoreRow[] = [];
  const imagesFile = writeRows(join(folder, 'score.ndjson'), rows);
  for await (const event of score({ model: taught.model.file, imagesFile }, never))
    if (event.kind === 'scored') found.push(...event.rows);
  return rows.map(({ id }) => found.find((row) => row.id === id) as ScoreRow);
}

async function heat(image: ImageRow): Promise<{ left: number; right: number }> {
  const { file } = await explain({ model: taught.model.file, image, outFile: join(folder, `${image.id}.png`) });
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  const most = { left: 0, right: 0 };
  data.forEach((value, at) => {
    if (at % info.channels !== 0) return;
    const side = Math.floor(at / info.channels) % info.width < RIGHT.from ? 'left' : 'right';
    most[side] = Math.max(most[side], value);
  });
  return most;
}

describe('what is not inspected', () => {
  test('changes neither score nor heat, and shows none; what is inspected does', async () => {
    const calm = await plate('calm', () => 128);
    const wild = await plate('wild', (x, y) => (x * y * 7) % 256);
    const pitLeft = await plate('pit-left', () => 128, 6);
    const pitRight = await plate('pit-right', () => 128, 44);
    const [a, b, c, d] = await scores([calm, wild, pitLeft, pitRight]);
    expect(b?.anomaly).toBeCloseTo(a?.anomaly ?? NaN, 5);
    expect(c?.anomaly).toBeCloseTo(a?.anomaly ?? NaN, 1);
    expect(b?.score).toBeCloseTo(a?.score ?? NaN, 5);
    expect(d?.anomaly).toBeGreaterThan((a?.anomaly ?? NaN) + 1);
    expect(await heat(wild)).toEqual(await heat(calm));
    expect((await heat(pitLeft)).left).toBe(0);
    const marked = await heat(pitRight);
    expect(marked.left).toBe(0);
    expect(marked.right).toBeGreaterThan(100);
  });

  test('is what few training tiles show', () => {
    const size = { width: 200, height: 120 };
    const { columns, rows } = ignoredCells(size);
    // The left two thirds.
    const ignored = Uint8Array.from({ length: columns * rows }, (_, cell) =>
      (cell % columns) * IGNORED_CELL_PX < 132 ? 1 : 0,
    );
    const { augment } = v.parse(PretrainConfig, { augment: { cropMinPx: 30, cropMaxPx: 40 } });
    const random = new Random(4);
    const middles = Array.from({ length: 500 }, () => drawCountedWindow(size, ignored, augment, random).x);
    // A window's middle lies where half of it counts.
    expect(middles.filter((x) => x < 128).length).toBeLessThan(25);
  });
});
