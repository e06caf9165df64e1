import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { drawPose, renderPart } from '#core/sample/part.ts';
import { defectKinds, paintDefect } from '#core/sample/defects.ts';
import { createSampleLine, writeSampleSet } from '#core/sample/sample-line.ts';
import { renderSample, sampleCamera, sampleTruth } from '#core/sample/sample-part.ts';
import { Random } from '#core/domain/random.ts';
import { decodeImage } from '#core/imaging/decode.ts';
import { parseManifest } from '#core/ingest/manifest.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sample-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const series = { seed: 5, defectShare: 0.4 };

async function until(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 1000 && !holds(); round++) await delay(10);
  expect(holds()).toBe(true);
}

describe('a part', () => {
  it('is the same each time, and another one for another number or seed', () => {
    const camera = sampleCamera(series);
    const first = Buffer.from(renderSample(series, 3, camera).data);
    expect(first.equals(renderSample(series, 3, camera).data)).toBe(true);
    expect(first.equals(renderSample(series, 4, camera).data)).toBe(false);
    expect(first.equals(renderSample({ ...series, seed: 6 }, 3, camera).data)).toBe(false);
  });

  it('is defective as often as asked, each kind about equally', () => {
    const truths = Array.from({ length: 2000 }, (_, index) => sampleTruth(series, index));
    const share = truths.filter((truth) => truth.isDefect).length / truths.length;
    expect(Math.abs(share - 0.4)).toBeLessThan(0.035);
    for (const kind of defectKinds) {
      const count = truths.filter((truth) => truth.className === kind).length;
      expect(Math.abs(count - 160)).toBeLessThan(40);
    }
    expect(truths.every((truth) => truth.isDefect === (truth.className !== 'good'))).toBe(true);
  });

  it.each(defectKinds)('shows a %s on the part, small and above the noise', (kind) => {
    for (let seed = 0; seed < 12; seed++) {
      const random = new Random(seed);
      const pose = drawPose(random);
      const good = renderPart(pose, random);
      const damaged = good.slice();
      paintDefect(damaged, kind, pose, random);
      let changed = 0;
      let strongest = 0;
      let inside = 0;
      damaged.forEach((value, index) => {
        const change = Math.abs(value - (good[index] ?? 0));
        if (change < 0.03) return;
        changed++;
        strongest = Math.max(strongest, change);
        const radius = Math.hypot((index % 200) - pose.centreX, Math.floor(index / 200) - pose.centreY);
        if (radius < pose.outer + 2 && radius > pose.inner - 2) inside++;
      });
      // The camera's noise has a standard deviation of about 0.012.
      expect(strongest).toBeGreaterThan(0.06);
      expect(changed).toBeGreaterThan(8);
      expect(changed / good.length).toBeLessThan(0.03);
      expect(inside).toBe(changed);
    }
  });

  it('cannot be told good from defective by its brightness alone', () => {
    const camera = sampleCamera(series);
    const means: { mean: number; isDefect: boolean }[] = [];
    for (let index = 0; index < 60; index++) {
      const { data } = renderSample(series, index, camera);
      const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
      means.push({ mean, isDefect: sampleTruth(series, index).isDefect });
    }
    const [good, bad] = [means.filter((entry) => !entry.isDefect), means.filter((entry) => entry.isDefect)];
    const wins = bad.flatMap((b) => good.map((g) => (b.mean < g.mean ? 1 : 0)));
    const auroc = wins.reduce((sum: number, win) => sum + win, 0) / wins.length;
    expect(Math.abs(auroc - 0.5)).toBeLessThan(0.25);
  });
});

describe('the line', () => {
  it('writes whole pictures under their final names, stops, and goes on where it was', async () => {
    const folder = temporaryFolder();
    const options = { ...series, folder, total: 6, picturesPerSecond: 1000 };
    const line = createSampleLine({ ...options, picturesPerSecond: 5 });
    line.start();
    line.start();
    await until(() => line.status().written >= 2);
    await line.stop();
    const { written, running } = line.status();
    expect(running).toBe(false);
    expect(written).toBeLessThan(6);
    expect(readdirSync(folder)).toHaveLength(written);
    const kept = readFileSync(join(folder, 'part_000001.png'));
    const again = createSampleLine(options);
    again.start();
    await until(() => !again.status().running);
    expect(again.status()).toEqual({ running: false, written: 6, total: 6, error: null });
    expect(readdirSync(folder).sort()).toEqual(Array.from({ length: 6 }, (_, n) => `part_00000${n + 1}.png`));
    expect(readFileSync(join(folder, 'part_000001.png')).equals(kept)).toBe(true);
    expect(await decodeImage(join(folder, 'part_000006.png'))).toMatchObject({ width: 200, height: 200, channels: 1 });
  });

  it('says why it stopped by itself', async () => {
    const folder = join(temporaryFolder(), 'taken');
    writeFileSync(folder, 'a file where the folder should be');
    const line = createSampleLine({ ...series, folder, total: 3, picturesPerSecond: 1000 });
    line.start();
    await until(() => !line.status().running);
    expect(line.status()).toMatchObject({ written: 0, error: { code: 'internal' } });
  });
});

describe('a sample set', () => {
  it('has a manifest that the app reads, with every class on both sides of the split', async () => {
    const folder = temporaryFolder();
    const parts = await writeSampleSet(folder, 60, 12, 0.5);
    const rows = parseManifest(readFileSync(join(folder, 'manifest.csv'), 'utf8'));
    expect(rows).toHaveLength(60);
    expect(rows.every((row) => existsSync(join(folder, row.path)))).toBe(true);
    expect(rows.map((row) => row.className)).toEqual(parts.map((part) => part.className));
    expect(new Set(rows.map((row) => row.group)).size).toBe(60);
    for (const kind of ['good', ...defectKinds]) {
      const splits = new Set(rows.filter((row) => row.className === kind).map((row) => row.split));
      expect(splits).toEqual(new Set(['train', 'test']));
    }
  });
});
