import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import { afterAll, expect, test } from 'vitest';
import type { ExportCard } from '#core/contract/exchange.ts';
import { readArchive, sha256Of, writeArchive } from '#core/jobs/model-archive.ts';
import { modelCardPages } from '#core/report/model-card.ts';

const folder = mkdtempSync(join(tmpdir(), 'minarai-archive-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [onnx, native] = [Buffer.from('the graph'), Buffer.from('the model')];
const card: ExportCard = {
  ...{ format: 'minarai-model', version: 1, app: '1', createdAtMs: 0, who: 'Sato' },
  model: { id: 3, mode: 'frozen', classes: ['good', 'pit'], labels: 20, channels: 1, width: 8, opset: 17 },
  files: { 'model.onnx': sha256Of(onnx), 'model.minarai': sha256Of(native) },
  input: { longestSidePx: 512, normalisation: { gainToMean: null, mean: 0.5, deviation: 0.2 }, cameras: [] },
  marks: [{ camera: null, kind: null, review: 0.2, reject: 0.6 }],
  metrics: null,
  neverSeen: [],
  data: [{ name: 'line | 1', pictures: 9, state: 'cleared', owner: '', purpose: '', customer: '', keepUntil: '' }],
  parity: { pictures: 50, tolerance: 1e-3, score: 1e-6, probability: 1e-6, heat: 1e-5, flips: 0 },
  pretraining: { config: {}, images: 9, seconds: null },
};
const json = (over: object = {}): Uint8Array => Buffer.from(JSON.stringify({ ...card, ...over }), 'utf8');
const whole = (): Record<string, Uint8Array> => ({ 'model.onnx': onnx, 'model.minarai': native, 'card.json': json() });

let files = 0;
function zipped(parts: Zippable, level: 0 | 9 = 0): string {
  const file = join(folder, `${(files += 1)}.minarai-model`);
  writeFileSync(file, zipSync(parts, { level }));
  return file;
}

test('what was written is read back, with its card', async () => {
  const file = join(folder, 'own.minarai-model');
  const bytes = await writeArchive(file, whole());
  expect(bytes).toBe(readFileSync(file).length);
  const read = await readArchive(file);
  expect(read.card).toEqual(card);
  expect(Buffer.from(read.native)).toEqual(native);
});

test.each<[string, string, () => string]>([
  ['another model', 'hash', () => zipped({ ...whole(), 'model.minarai': Buffer.from('other') })],
  ['another graph', 'hash', () => zipped({ ...whole(), 'model.onnx': Buffer.from('other') })],
  ['a part that is missing', 'parts', () => zipped({ 'card.json': json() })],
  ['a name that leads out', 'parts', () => zipped({ ...whole(), '../evil': onnx })],
  ['packed parts, which could swell', 'size', () => zipped({ ...whole(), 'card.en.md': Buffer.alloc(2 ** 20) }, 9)],
  ['a card without its parts', 'card', () => zipped({ ...whole(), 'card.json': json({ model: null }) })],
])('%s is refused', async (_, reason, make) => {
  await expect(readArchive(make())).rejects.toMatchObject({ code: 'model_file_broken', params: { reason } });
});

test('a newer form, no zip and no file are told apart', async () => {
  const newer = zipped({ ...whole(), 'card.json': json({ version: 2 }) });
  await expect(readArchive(newer)).rejects.toMatchObject({ code: 'model_file_newer' });
  const text = join(folder, 'text.minarai-model');
  writeFileSync(text, 'not a zip');
  await expect(readArchive(text)).rejects.toMatchObject({ code: 'model_file_broken', params: { reason: 'format' } });
  await expect(readArchive(join(folder, 'none'))).rejects.toMatchObject({ code: 'not_found' });
});

test('the card is a page in each language, in which no name makes a line of its own', () => {
  const pages = modelCardPages(card);
  expect(Object.keys(pages)).toEqual(['card.ja.md', 'card.en.md']);
  expect(pages['card.en.md']).toContain('line 1: 9 pictures');
  expect(pages['card.ja.md']).toContain(sha256Of(onnx));
});
