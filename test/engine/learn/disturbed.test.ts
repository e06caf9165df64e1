import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as v from 'valibot';
import { DisturbedEvent, PretrainConfig, type DisturbedRow, type ImageRow } from '#core/contract/engine.ts';
import { startEngine, type Engine } from '#core/engine-client.ts';
import { forkEngine } from '#core/engine-fork.ts';
import { conditionName, type Disturbance } from '#core/domain/disturbance.ts';
import { Random } from '#core/domain/random.ts';
import { conditionFigures, disturbancesSay, type Grade } from '#core/domain/robustness.ts';
import { writeRows } from './site.ts';

/*
 * A model that is fragile by its making: the only thing by which defects differ is a grain so fine that a little blur takes it away. The
 * engine runs in a process of its own, as it does behind the app.
 */

const folder = mkdtempSync(join(tmpdir(), 'minarai-disturbed-'));
const SIDE = 64;
let engine: Engine;
let model: string;
let measuring: ImageRow[];

/** Brushed plates; every third part has a spot of checkered grain, as light as what is around it. */
async function plates(count: number): Promise<ImageRow[]> {
  mkdirSync(join(folder, 'pictures'));
  const random = new Random(11);
  const rows: ImageRow[] = [];
  for (let id = 0; id < count; id++) {
    const isDefect = id % 3 === 2;
    const [left, top] = [8 + random.below(28), 8 + random.below(28)];
    const data = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => {
      const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
      const inside = isDefect && x >= left && x < left + 20 && y >= top && y < top + 20;
      const grain = inside ? ((x + y) % 2 === 0 ? 55 : -55) : 0;
      return Math.min(255, Math.max(0, Math.round(125 + 8 * Math.sin(y / 5) + grain + 2 * random.normal())));
    });
    const path = join(folder, 'pictures', `${id}.png`);
    const image = sharp(data, { raw: { width: SIDE, height: SIDE, channels: 1 } });
    await image.toColourspace('b-w').png().toFile(path);
    rows.push({ id, path, page: 0, group: `part${id}`, classIndex: isDefect ? 1 : 0, isDefect });
  }
  return rows;
}

async function look(disturbance: Disturbance | null, seed = 1): Promise<DisturbedRow[]> {
  const name = disturbance === null ? 'clean' : conditionName(disturbance).replaceAll(':', '-');
  const imagesFile = writeRows(join(folder, `${name}.ndjson`), measuring);
  const rows: DisturbedRow[] = [];
  for await (const event of await engine.calls.disturbed({ model, imagesFile, disturbance, seed })) {
    v.parse(DisturbedEvent, event);
    if (event.kind === 'done') rows.push(...event.rows);
  }
  return rows.toSorted((a, b) => a.id - b.id);
}

beforeAll(async () => {
  const rows = await plates(84);
  const teaching = rows.slice(0, 48);
  measuring = rows.slice(48);
  engine = startEngine(() => forkEngine(() => undefined));
  const config = v.parse(PretrainConfig, {
    steps: 8,
    batch: 16,
    damagedBatch: 16,
    width: 8,
    seed: 2,
    precision: 'f32',
  });
  const imagesFile = writeRows(join(folder, 'teaching.ndjson'), teaching);
  let checkpoint = '';
  for await (const event of await engine.calls.pretrain({ imagesFile, runDir: join(folder, 'run'), config }))
    if (event.kind === 'done') checkpoint = event.file;
  const input = { checkpoint, imagesFile, classes: ['good', 'grain'], goodClass: 0, outDir: join(folder, 'model') };
  for await (const event of await engine.calls.teach({ ...input, mode: 'frozen', seed: 3 }))
    if (event.kind === 'done') model = event.model.file;
}, 240_000);

afterAll(async () => {
  await engine.stop();
  rmSync(folder, { recursive: true });
});

it('is told fragile to blur and to nothing that leaves the grain, by the real engine', async () => {
  const clean = await look(null);
  expect(clean).toHaveLength(measuring.length);
  const isDefect = new Map(measuring.map((row) => [row.id, row.isDefect === true]));
  const of = (defect: boolean) => clean.filter(({ id }) => isDefect.get(id) === defect).map(({ score }) => score);
  const review = (Math.min(...of(true)) + Math.max(...of(false))) / 2;
  expect(Math.min(...of(true))).toBeGreaterThan(Math.max(...of(false)));
  const figures = (rows: readonly DisturbedRow[]) =>
    conditionFigures(
      rows.map(({ id, score }) => ({ isDefect: isDefect.get(id) === true, score, review, keptOut: false })),
    );
  const grades: Grade[] = [];
  const tried: Disturbance[] = [
    { kind: 'blur', amount: 0.5 },
    { kind: 'blur', amount: 2 },
    { kind: 'darker', amount: 0.1 },
    { kind: 'brighter', amount: 0.1 },
  ];
  for (const one of tried) grades.push({ ...one, ...figures(await look(one)) });
  const said = disturbancesSay(figures(clean), grades);
  expect(said.find(({ kind }) => kind === 'blur')).toMatchObject({
    says: 'misses',
    harmful: { missed: { numerator: 12 } },
  });
  expect(said.find(({ kind }) => kind === 'darker')).toMatchObject({ says: 'steady', safe: 0.1 });
  expect(said.find(({ kind }) => kind === 'brighter')).toMatchObject({ says: 'steady', safe: 0.1 });
}, 120_000);

it('says what the picture check measures of the change, and repeats under a seed', async () => {
  const blurred = await look({ kind: 'blur', amount: 2 });
  const grained = blurred.filter(({ id }) => id % 3 === 2);
  for (const { before, after } of grained) expect(after.sharpness).toBeLessThan(before.sharpness);
  const noisy = await look({ kind: 'noise', amount: 0.1 });
  expect(await look({ kind: 'noise', amount: 0.1 })).toEqual(noisy);
  expect(await look({ kind: 'noise', amount: 0.1 }, 2)).not.toEqual(noisy);
  const darker = await look({ kind: 'darker', amount: 0.4 });
  for (const { before, after } of darker) expect(after.mean / before.mean).toBeCloseTo(0.6, 1);
}, 120_000);
