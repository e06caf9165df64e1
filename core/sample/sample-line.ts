import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { toErrorData, type ErrorData } from '#core/contract/errors.ts';
import { Random } from '#core/domain/random.ts';
import { encodeGreyPng } from '#core/imaging/encode.ts';
import type { CameraModel } from './camera.ts';
import { renderSample, sampleCamera, sampleTruth, type SampleSeries, type SampleTruth } from './sample-part.ts';

export interface SampleLineOptions extends SampleSeries {
  readonly folder: string;
  /** The line stops after this many parts. */
  readonly total: number;
  readonly picturesPerSecond: number;
}

export interface SampleLineStatus {
  readonly running: boolean;
  readonly written: number;
  readonly total: number;
  /** Why the line stopped by itself (disk full, …). */
  readonly error: ErrorData | null;
}

/** A simulated camera: writes one part picture after the other into a folder. */
export interface SampleLine {
  /** Goes on after the newest picture in the folder. */
  readonly start: () => void;
  /** Resolves when the picture under way is written. */
  readonly stop: () => Promise<void>;
  readonly setRate: (picturesPerSecond: number) => void;
  readonly status: () => SampleLineStatus;
}

/** As cameras do, and the app relies on: written beside, then renamed, so that the name never shows half a picture. */
async function writePart(
  folder: string,
  series: SampleSeries,
  index: number,
  camera: CameraModel,
): Promise<SampleTruth> {
  const truth = sampleTruth(series, index);
  const { data, width, height } = renderSample(series, index, camera);
  const target = join(folder, truth.fileName);
  await writeFile(`${target}.tmp`, await encodeGreyPng(data, width, height));
  await rename(`${target}.tmp`, target);
  return truth;
}

export function createSampleLine(options: SampleLineOptions): SampleLine {
  const { folder, total } = options;
  const camera = sampleCamera(options);
  let rate = options.picturesPerSecond;
  let written = 0;
  let running = false;
  let error: ErrorData | null = null;
  let stopping = new AbortController();
  let loop = Promise.resolve();

  const play = async (signal: AbortSignal): Promise<void> => {
    try {
      await mkdir(folder, { recursive: true });
      while (written < total && existsSync(join(folder, sampleTruth(options, written).fileName))) written++;
      while (written < total && !signal.aborted) {
        const startMs = performance.now();
        await writePart(folder, options, written, camera);
        written++;
        const restMs = 1000 / rate - (performance.now() - startMs);
        if (restMs > 0 && written < total) await delay(restMs, undefined, { signal }).catch(() => undefined);
      }
    } catch (cause) {
      error = toErrorData(cause);
    } finally {
      running = false;
    }
  };

  return {
    start: () => {
      if (running) return;
      running = true;
      error = null;
      stopping = new AbortController();
      loop = play(stopping.signal);
    },
    stop: async () => {
      stopping.abort();
      await loop;
    },
    setRate: (picturesPerSecond) => {
      rate = picturesPerSecond;
    },
    status: () => ({ running, written, total, error }),
  };
}

const TEST_SHARE = 0.3;

/**
 * Writes `count` part pictures and their manifest.csv (path, class, is_defect, group, split) into a folder, for tests and for
 * trying the command line without data. Every part is photographed once, so each is a group of its own; about a third of
 * each class is for measuring. The same arguments write the same bytes.
 */
export async function writeSampleSet(
  folder: string,
  count: number,
  seed: number,
  defectShare = 0.3,
): Promise<SampleTruth[]> {
  await mkdir(folder, { recursive: true });
  const series = { seed, defectShare };
  const camera = sampleCamera(series);
  const parts: SampleTruth[] = [];
  for (let index = 0; index < count; index++) parts.push(await writePart(folder, series, index, camera));
  const random = new Random(seed);
  const test = new Set<number>();
  for (const members of Map.groupBy(parts, (part) => part.className).values())
    for (const part of random.shuffle([...members]).slice(0, Math.round(members.length * TEST_SHARE)))
      test.add(part.index);
  const lines = parts.map(({ fileName, className, isDefect, index }) =>
    [fileName, className, isDefect ? 1 : 0, `part-${index + 1}`, test.has(index) ? 'test' : 'train'].join(','),
  );
  await writeFile(join(folder, 'manifest.csv'), ['path,class,is_defect,group,split', ...lines, ''].join('\n'));
  return parts;
}
