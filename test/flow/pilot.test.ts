import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PilotMetrics } from '#core/app-types.ts';
import { forkEngine } from '#core/engine-fork.ts';
import { openPilot, runPilot } from '#core/pilot.ts';
import { writeSampleSet } from '#core/sample/sample-line.ts';
import type { SampleTruth } from '#core/sample/sample-part.ts';
import { evaluatePhases, teachPhases } from '#core/jobs/phase-meter.ts';

/*
 * The whole way from a folder to the report, with everything real: files, SQLite, the engine process, TensorFlow. A few
 * seconds of pretraining show that the stages fit together, not how good the encoder can get: that is bench's business.
 */

const PICTURES = 120;
let folder: string;
let truth: SampleTruth[];
let metrics: PilotMetrics;
const phases = new Set<string>();
const unwritten: string[] = [];
const declared: (readonly string[])[] = [];
const at = (...names: string[]): string => join(folder, ...names);

const common = {
  locale: 'en',
  version: '0.0.0',
  launchEngine: () => forkEngine(),
  log: () => undefined,
  onUnwritten: (file: string) => void unwritten.push(file),
  onDeclared: (dataSets: readonly string[]) => void declared.push(dataSets),
  onProgress: ({ phase, progress }: { phase: string; progress: number }) => {
    expect(progress).toBeGreaterThanOrEqual(0);
    expect(progress).toBeLessThanOrEqual(1);
    phases.add(phase);
  },
} as const;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'minarai-flow-'));
  truth = await writeSampleSet(at('images'), PICTURES, 3);
  writeFileSync(at('images', 'torn.png'), readFileSync(at('images', sampleName(truth))).subarray(0, 900));
  metrics = await runPilot({
    ...common,
    imagesDir: at('images'),
    labelsFile: at('images', 'manifest.csv'),
    outDir: at('out'),
    minutes: 0.1,
    seed: 1,
    smallestDefectPx: 12,
    signal: new AbortController().signal,
  });
}, 420_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sampleName([first]: readonly SampleTruth[]): string {
  if (first === undefined) throw new Error('no sample part was written');
  return first.fileName;
}

const csv = (file: string): Record<string, string>[] =>
  parse(readFileSync(file), { columns: true, bom: true }) as Record<string, string>[];

describe('a whole pilot without a window', () => {
  test('admits what can be read, lists what cannot, and goes through every stage', () => {
    expect(metrics.images).toBe(PICTURES);
    expect(metrics.rejected).toBe(1);
    expect(metrics.backend).toBe('tensorflow-cpu');
    // Nobody was asked: running it was the declaration, and it is told.
    expect(metrics.rights).toEqual([{ data_set: 'images', state: 'declared', owner: '' }]);
    expect(declared).toEqual([['images']]);
    // Also those by which teaching and evaluating tell how far they are: the engine says their names.
    const planned = [...teachPhases([9, 9]), ...evaluatePhases].map(({ name }) => name);
    expect([...phases]).toEqual(expect.arrayContaining(['ingest', 'reading', 'pretrain', ...planned, 'report']));
  });

  test('every figure of metrics.json is there and within its bounds', () => {
    expect(JSON.parse(readFileSync(at('out', 'metrics.json'), 'utf8'))).toEqual(metrics);
    expect(metrics.pretrain.views).toBeGreaterThan(0);
    expect(metrics.label_efficiency.map((row) => row.k)).toEqual([5, 10, 20]);
    const { random_init: anomalyOfRandomInit, ...anomaly } = metrics.anomaly;
    // Null where good pictures alone were found to tell most, which gives no probability.
    const { calibration_error: error, calibration_error_by_chance: byChance, ...classifier } = metrics.classifier;
    const { each, ...marks } = metrics.threshold;
    expect(each).toEqual([]);
    const shares = [
      ...[error ?? 0, byChance ?? 0],
      ...Object.values(metrics.representation),
      ...Object.values(anomaly),
      ...Object.values(anomalyOfRandomInit),
      ...Object.values(classifier),
      ...Object.values(marks),
      ...metrics.label_efficiency.flatMap((row) => [
        ...Object.values(row.pretrained),
        ...Object.values(row.random_init),
      ]),
    ];
    for (const share of shares) {
      expect(share).not.toBeNull();
      expect(share).toBeGreaterThanOrEqual(-1);
      expect(share).toBeLessThanOrEqual(1);
    }
    expect(metrics.threshold.review ?? 1).toBeLessThanOrEqual(metrics.threshold.reject ?? 0);
  });

  test('the figures are those of the test rows alone, counted here again from scores.csv', () => {
    const rows = csv(at('out', 'scores.csv')).filter((row) => row['split'] === 'test');
    const defects = rows.filter((row) => row['label'] !== 'good');
    expect(rows.length).toBe(
      truth.length - csv(at('images', 'manifest.csv')).filter((row) => row['split'] === 'train').length,
    );
    const escaped = defects.filter((row) => Number(row['score']) < (metrics.threshold.review ?? 0));
    expect(metrics.classifier.escape_rate).toBeCloseTo(escaped.length / defects.length, 12);
    const good = rows.filter((row) => row['label'] === 'good');
    const pairs = defects.flatMap((bad) => good.map((fine) => Math.sign(Number(bad['score']) - Number(fine['score']))));
    const auroc = pairs.reduce((sum, sign) => sum + (sign + 1) / 2, 0) / pairs.length;
    expect(metrics.classifier.auroc).toBeCloseTo(auroc, 9);
    const bins = Map.groupBy(rows, (row) => Math.ceil(15 * Number(row['score'])));
    const gaps = [...bins.values()].map((bin) =>
      Math.abs(bin.reduce((sum, row) => sum + (row['label'] === 'good' ? 0 : 1) - Number(row['score']), 0)),
    );
    const error = gaps.reduce((sum, gap) => sum + gap, 0) / rows.length;
    if (metrics.classifier.calibration_error !== null)
      expect(metrics.classifier.calibration_error).toBeCloseTo(error, 9);
  });

  test('rows for measuring reach neither pretraining nor teaching', () => {
    const tests = new Set(
      csv(at('images', 'manifest.csv'))
        .filter((row) => row['split'] === 'test')
        .map((row) => row['path']),
    );
    const images = readFileSync(at('out', 'pilot', 'jobs', '1', 'images.ndjson'), 'utf8')
      .trim()
      .split('\n');
    const names = images.map((line) => (JSON.parse(line) as { path: string }).path.split('/').at(-1));
    expect(names).toHaveLength(PICTURES - tests.size);
    expect(names.filter((name) => tests.has(name))).toEqual([]);
    expect(images.join('')).not.toContain('classIndex');
  });

  test('page and workbook are written beside', () => {
    const page = readFileSync(at('out', 'report.html'), 'utf8');
    expect(page).toContain('<html lang="en"');
    // Each picture that is shown has the heat map that the engine drew.
    expect(page.match(/class="heat"/g)?.length).toBe(page.match(/class="example"/g)?.length);
    expect(page).toContain('class="example"');
    expect(readFileSync(at('out', 'report.xlsx')).subarray(0, 2).toString()).toBe('PK');
    // No shell lent a browser here: said, and no failure.
    expect(unwritten).toEqual(['report.pdf', 'report.png']);
    expect(existsSync(at('out', 'report.pdf'))).toBe(false);
  });

  test('a folder that holds something is not written into', async () => {
    const again = runPilot({
      ...common,
      imagesDir: at('images'),
      outDir: at('out'),
      minutes: 0.1,
      seed: 1,
      smallestDefectPx: null,
      signal: new AbortController().signal,
    });
    await expect(again).rejects.toMatchObject({ code: 'out_folder_not_empty' });
  });

  test('the pilot can be opened again: a stage by itself, and a backup that opens', async () => {
    const open = (dataDir: string) => openPilot({ ...common, dataDir, signal: new AbortController().signal });
    const pilot = await open(at('out', 'pilot'));
    expect(await pilot.threshold()).toEqual({ review: metrics.threshold.review, reject: metrics.threshold.reject });
    await pilot.backup(at('copy.db'));
    await pilot.close();
    expect(existsSync(at('copy.db'))).toBe(true);
  });
});
