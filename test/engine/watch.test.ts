import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PretrainConfig, PretrainEvent } from '#core/contract/engine.ts';
import type { ImageRow } from '#core/contract/engine.ts';
import { pretrain } from '#engine/pretrain.ts';
import { openTensorFlow } from '#engine/tf.ts';
import { FlatWatch } from '#engine/watch/flat.ts';
import { twoViews } from '#engine/watch/two-views.ts';
import { makeSite } from './learn/site.ts';

const folder = mkdtempSync(join(tmpdir(), 'minarai-watch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('two views', () => {
  const axes = [0, 1, 2, 3].map((axis) => Float32Array.from([0, 1, 2, 3], (i) => (i === axis ? 1 : 0)));

  test('views that agree and pictures that differ: nothing is missed', () => {
    const seen = twoViews(axes, axes);
    expect(seen).toMatchObject({ pictures: 4, alignment: 0, retrieval: 1 });
    // Four directions, each as strong as the others; squared distance of two is 2.
    expect(seen.effectiveRank).toBeCloseTo(4, 6);
    expect(seen.uniformity).toBeCloseTo(-4, 12);
  });

  test('views of other pictures: none is found again', () => {
    const shifted = [...axes.slice(1), ...axes.slice(0, 1)];
    const seen = twoViews(axes, shifted);
    expect(seen.retrieval).toBe(0);
    expect(seen.alignment).toBeCloseTo(2, 12);
  });

  test('all in one point: no spread, rank 1', () => {
    const point = axes.map(() => Float32Array.of(1, 0, 0, 0));
    const seen = twoViews(point, point);
    expect(seen.uniformity).toBeCloseTo(0, 12);
    expect(seen.effectiveRank).toBeCloseTo(1, 5);
  });
});

test('flat is what no look improves any more, not what still rises or has just begun', () => {
  const flatAfter = (scores: readonly number[]) => {
    const watch = new FlatWatch();
    scores.forEach((score) => watch.see(score));
    return watch.isFlat();
  };
  expect(flatAfter([0.5, 0.6, 0.7, 0.8, 0.8, 0.801, 0.8, 0.79, 0.802, 0.8])).toBe(true);
  expect(flatAfter([0.5, 0.6, 0.7, 0.8, 0.8, 0.801, 0.8, 0.79, 0.802, 0.81])).toBe(false);
  expect(flatAfter(new Array<number>(9).fill(0.8))).toBe(false);
});

describe('a pretraining that is watched', () => {
  let rows: ImageRow[];
  beforeAll(async () => {
    await openTensorFlow();
    ({ rows } = await makeSite(join(folder, 'site'), 48, 3));
  });

  const write = (name: string, lines: readonly ImageRow[]): string => {
    const file = join(folder, name);
    writeFileSync(file, lines.map((row) => JSON.stringify(row)).join('\n'));
    return file;
  };

  async function run(config: Partial<PretrainConfig>, watched: boolean): Promise<PretrainEvent[]> {
    const imagesFile = write(
      'images.ndjson',
      rows.map(({ classIndex: _, isDefect: __, ...row }) => row),
    );
    const labels = write('watch.ndjson', rows);
    const input = {
      imagesFile,
      runDir: mkdtempSync(join(folder, 'run-')),
      resume: false,
      config: v.parse(PretrainConfig, { width: 4, tilePx: 32, batch: 8, damagedBatch: 4, precision: 'f32', ...config }),
      ...(watched && { watch: { imagesFile: labels, classes: ['good', 'pit'], goodClass: 0 } }),
    };
    const events: PretrainEvent[] = [];
    const control = { pauseAsked: false, eventEveryMs: 0 };
    for await (const event of pretrain(input, new AbortController().signal, control))
      events.push(v.parse(PretrainEvent, event));
    return events;
  }

  test('each checkpoint says what was learnt, on train rows only, and watching changes no step', async () => {
    const config = { steps: 12, checkpointEverySeconds: 0.001 };
    const [plain, watched] = [await run(config, false), await run(config, true)];
    const looks = watched.flatMap((event) => (event.kind === 'checkpoint' || event.kind === 'done' ? [event] : []));
    expect(looks).toHaveLength(12);
    const labelledRows = rows.filter(({ split, classIndex }) => split !== 'test' && classIndex !== undefined).length;
    for (const { watched: seen } of looks) {
      expect(seen?.labelled).toMatchObject({ testRows: labelledRows, measuredOn: 'folds' });
      expect(seen?.labelled?.linearBalancedAccuracy).toBeGreaterThanOrEqual(0);
      expect(seen?.labelled?.purity).toBeGreaterThan(0);
      expect(seen?.pictures).toBe(rows.filter(({ split }) => split !== 'test').length);
    }
    expect(plain.at(-1)).toMatchObject({ kind: 'done', endedBy: 'schedule', watched: { labelled: null } });
    const losses = (events: PretrainEvent[]) => events.flatMap((event) => (event.kind === 'step' ? [event.loss] : []));
    expect(losses(watched)).toEqual(losses(plain));
  });

  test('a planted collapse is told within five epochs after the warm-up', async () => {
    const warmupSteps = 4;
    // A decay that takes all but a twentieth of each weight at each step: soon every view is projected to one point.
    const events = await run({ steps: 60, warmupSteps, learningRate: 0.01, weightDecay: 95 }, false);
    const told = events.flatMap((event) => (event.kind === 'step' && event.health === 'collapsed' ? [event] : []));
    const epoch = rows.filter(({ split }) => split !== 'test').length / 8;
    expect(told[0]?.step).toBeLessThanOrEqual(warmupSteps + 5 * epoch);
  });
});
