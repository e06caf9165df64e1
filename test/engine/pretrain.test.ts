import { rmSync } from 'node:fs';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PretrainConfig, PretrainEvent } from '#core/contract/engine.ts';
import { decodeImage } from '#core/imaging/decode.ts';
import { writeRawPicture } from '#core/imaging/raw-picture.ts';
import { loadEncoder, readCheckpoint } from '#engine/checkpoint.ts';
import { pretrain } from '#engine/pretrain.ts';
import { preview } from '#engine/preview.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';
import { writeSite } from './site.ts';

type Kind<Name extends PretrainEvent['kind']> = Extract<PretrainEvent, { kind: Name }>;

let folder: string;
let imagesFile: string;
let runDir: string;
let runs = 0;

beforeAll(async () => {
  await openTensorFlow();
  folder = await mkdtemp(join(tmpdir(), 'minarai-pretrain-'));
  imagesFile = await writeSite(join(folder, 'site'), 10);
});
beforeEach(() => {
  runs += 1;
  runDir = join(folder, `run-${runs}`);
});
afterAll(() => rm(folder, { recursive: true }));

const small = (changes: v.InferInput<typeof PretrainConfig> = {}): PretrainConfig =>
  v.parse(PretrainConfig, {
    width: 4,
    batch: 4,
    damagedBatch: 2,
    tilePx: 32,
    precision: 'f32',
    augment: { cropMinPx: 24, cropMaxPx: 36 },
    ...changes,
  });

interface Options {
  readonly resume?: boolean;
  readonly file?: string;
  readonly eventEveryMs?: number;
  /** Sees every event; may set `pauseAsked` or abort. */
  readonly onEvent?: (event: PretrainEvent, control: { pauseAsked: boolean }, abort: AbortController) => void;
}

async function run(config: PretrainConfig, options: Options = {}) {
  const { resume = false, file = imagesFile, eventEveryMs, onEvent } = options;
  const control = { pauseAsked: false, ...(eventEveryMs !== undefined && { eventEveryMs }) };
  const abort = new AbortController();
  const events: PretrainEvent[] = [];
  for await (const event of pretrain({ imagesFile: file, runDir, config, resume }, abort.signal, control)) {
    events.push(v.parse(PretrainEvent, event));
    onEvent?.(event, control, abort);
  }
  const last = events.at(-1);
  if (last?.kind !== 'done' && last?.kind !== 'paused') throw new Error(`ended with ${last?.kind}`);
  return { events, last };
}

/** The site with every picture decoded beside it. */
async function decodedSite(name: string): Promise<string> {
  const rows = (await readFile(imagesFile, 'utf8')).trim().split('\n');
  const decoded = rows.map(async (line) => {
    const row = JSON.parse(line) as { id: number; path: string };
    const pixels = join(folder, name, `${row.id}.px`);
    await writeRawPicture(pixels, await decodeImage(row.path, { channels: 1 }));
    return JSON.stringify({ ...row, pixels });
  });
  const file = join(folder, `${name}.ndjson`);
  await writeFile(file, (await Promise.all(decoded)).join('\n'));
  return file;
}

const of = <Name extends PretrainEvent['kind']>(events: PretrainEvent[], kind: Name): Kind<Name>[] =>
  events.filter((event): event is Kind<Name> => event.kind === kind);

const weightsOf = async (file: string) => (await readCheckpoint(file)).arrays;

describe('pretraining', () => {
  it('learns where damage is and to tell it from clean views, and leaves an encoder', async () => {
    const { events, last } = await run(small({ steps: 150, batch: 8, damagedBatch: 8, learningRate: 0.004 }));
    expect(of(events, 'reading').at(-1)).toMatchObject({ done: 10, total: 10 });
    const steps = of(events, 'step');
    const [first, final] = [steps[0], steps.at(-1)] as [Kind<'step'>, Kind<'step'>];
    expect(final.step).toBe(150);
    expect(final.maskLoss).toBeLessThan(0.8 * (first.maskLoss ?? 0));
    expect(final.contrastLoss).toBeLessThan(0.8 * (first.contrastLoss ?? 0));
    expect(final.health).not.toBe('collapsed');
    expect(last).toMatchObject({ kind: 'done', step: 150, steps: 150, views: 150 * 24, epochs: 120 });
    const encoder = await loadEncoder(last.file);
    expect(encoder.config).toEqual({ channels: 1, width: 4 });
    encoder.dispose();
  });

  it.each(['nt_xent', 'dcl'] as const)('learns by %s', async (objective) => {
    const batch = 8;
    const { events } = await run(small({ steps: 160, batch, objective, contrastWeight: 1, maskWeight: 0 }));
    // Which steps are told depends on the clock; how far the late ones are below chance does not.
    const late = of(events, 'step').filter(({ step }) => step > 100);
    const mean = late.reduce((sum, { contrastLoss }) => sum + (contrastLoss ?? Number.NaN), 0) / late.length;
    expect(mean).toBeLessThan(Math.log(2 * batch - (objective === 'dcl' ? 2 : 1)) - 0.2);
    expect(of(events, 'step').every(({ maskLoss }) => maskLoss === null)).toBe(true);
  });

  it('continues after pauses with the very same steps, though batches were read ahead', async () => {
    const config = small({ steps: 40 });
    const eventEveryMs = 0;
    const straight = await run(config, { eventEveryMs });
    runDir = join(folder, `run-${runs}-paused`);
    const pauseAt = (step: number) => (event: PretrainEvent, control: { pauseAsked: boolean }) => {
      if (event.kind === 'step' && event.step === step) control.pauseAsked = true;
    };
    const first = await run(config, { eventEveryMs, onEvent: pauseAt(1) });
    const second = await run(config, { eventEveryMs, resume: true, onEvent: pauseAt(17) });
    const last = await run(config, { eventEveryMs, resume: true });
    expect([first, second, last].map((part) => [part.last.kind, part.last.step])).toEqual([
      ['paused', 1],
      ['paused', 17],
      ['done', 40],
    ]);
    expect(last.last).toMatchObject({ views: 40 * 10, epochs: 16 });
    const [expected, got] = [await weightsOf(straight.last.file), await weightsOf(last.last.file)];
    for (const [name, { data }] of expected) {
      const other = got.get(name)?.data ?? new Float32Array();
      const difference = data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (other[i] ?? 0))), 0);
      expect(difference, name).toBeLessThan(1e-5);
    }
    const losses = [straight.events, [first, second, last].flatMap(({ events }) => events)].map((events) =>
      of(events, 'step').map(({ loss }) => loss),
    );
    expect(losses[0]).toHaveLength(40);
    losses[0]?.forEach((loss, step) => expect(losses[1]?.[step]).toBeCloseTo(loss, 5));
  });

  it('starts from the encoder of another run and from nothing else of it, or says why it cannot', async () => {
    const former = (await run(small({ steps: 6, seed: 5 }))).last.file;
    runDir = join(folder, `run-${runs}-started`);
    // A learning rate of nearly nothing: after the first step the weights are what they began with.
    const begun = await run(small({ steps: 1, start: former, learningRate: 1e-9 }));
    const [expected, got] = [await weightsOf(former), await weightsOf(begun.last.file)];
    const encoder = await loadEncoder(former);
    const names = [...encoder.weights.toArrays().keys()];
    encoder.dispose();
    for (const name of names)
      got.get(name)?.data.forEach((value, i) => expect(value).toBeCloseTo(expected.get(name)?.data[i] ?? NaN, 5));
    const projection = [...expected.keys()].filter((name) => name.startsWith('projection'));
    expect(projection.length).toBeGreaterThan(0);
    expect(projection.some((name) => got.get(name)?.data[0] !== expected.get(name)?.data[0])).toBe(true);
    runDir = join(folder, `run-${runs}-wider`);
    await expect(run(small({ steps: 1, start: former, width: 8 }))).rejects.toMatchObject({
      code: 'start_unlike',
      params: { width: 8, startWidth: 4, channels: 1, startChannels: 1 },
    });
    await expect(run(small({ steps: 1, start: '/nowhere.minarai' }))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('tells the mean of the losses since it last told', async () => {
    const config = small({ steps: 12 });
    const every = of((await run(config, { eventEveryMs: 0 })).events, 'step').map(({ loss }) => loss);
    runDir = join(folder, `run-${runs}-once`);
    const told = of((await run(config, { eventEveryMs: 3_600_000 })).events, 'step');
    expect(told.map(({ step }) => step)).toEqual([1, 12]);
    expect(told[0]?.loss).toBeCloseTo(every[0] ?? Number.NaN, 4);
    expect(told[1]?.loss).toBeCloseTo(every.slice(1).reduce((sum, loss) => sum + loss, 0) / 11, 4);
  });

  it('pauses after the step in which it was asked to, and ends before the next when it is aborted', async () => {
    const control = { pauseAsked: false, eventEveryMs: 3_600_000 };
    const begin = (signal: AbortSignal) =>
      pretrain({ imagesFile, runDir, config: small({ steps: 1000 }), resume: false }, signal, control);
    // The next event after the first step would be an hour away: what ends the run is the wish alone.
    for await (const event of begin(new AbortController().signal)) {
      if (event.kind === 'step') control.pauseAsked = true;
      if (event.kind === 'paused') expect(event.step).toBe(1);
    }
    control.pauseAsked = false;
    const abort = new AbortController();
    const aborted = (async () => {
      for await (const event of begin(abort.signal)) {
        if (event.kind !== 'step') continue;
        // A timer like the one of a process channel: heard between two steps.
        setTimeout(() => abort.abort(new Error('enough')), 0);
      }
    })();
    await expect(aborted).rejects.toThrow('enough');
  });

  it('repeats itself with a seed, every number of it, and differs with another', async () => {
    const weights: Awaited<ReturnType<typeof weightsOf>>[] = [];
    for (const seed of [1, 1, 2]) {
      runDir = join(folder, `run-${runs}-${weights.length}`);
      const { last } = await run(small({ steps: 30, seed }));
      weights.push(await weightsOf(last.file));
    }
    const [first, again, other] = weights;
    expect(first?.size).toBeGreaterThan(50);
    expect(again).toEqual(first);
    expect(other?.get('block1.conv1.filter')).not.toEqual(first?.get('block1.conv1.filter'));
  });

  it('fixes the number of steps from the measured step time and keeps it when resumed', async () => {
    const { events, last } = await run(small({ minutes: 3 / 60 }), {
      onEvent: (event, control) => {
        if (event.kind === 'step' && event.steps > 0) control.pauseAsked = true;
      },
    });
    const planned = of(events, 'step').at(-1)?.steps ?? 0;
    expect(planned).toBeGreaterThan(last.step);
    expect(last.steps).toBe(planned);
    const resumed = await run(small({ minutes: 100 }), { resume: true });
    expect(resumed.last).toMatchObject({ kind: 'done', step: planned, steps: planned });
  });

  it('saves checkpoints on the way and keeps two', async () => {
    const { events } = await run(small({ steps: 12, checkpointEverySeconds: 1e-6 }));
    expect(of(events, 'checkpoint').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect((await readdir(runDir)).sort()).toEqual(['step-000011.minarai', 'step-000012.minarai']);
  });

  it('ends with the reason of an abort and leaves no tensor and no scratch file', async () => {
    const before = tf.memory().numTensors;
    const reason = new Error('stopped by a person');
    const aborted = run(small({ steps: 1000 }), {
      onEvent: (event, _, abort) => {
        if (event.kind === 'step') abort.abort(reason);
      },
    });
    await expect(aborted).rejects.toBe(reason);
    expect(tf.memory().numTensors).toBe(before);
    expect(await readdir(runDir)).toEqual([]);
  });

  it('names broken pictures and goes on with the others', async () => {
    const file = await writeSite(join(folder, 'mixed'), 4);
    const broken = join(folder, 'mixed', 'broken.png');
    await writeFile(broken, 'no picture');
    await appendFile(file, `${JSON.stringify({ id: 77, path: broken })}\n`);
    await appendFile(file, `${JSON.stringify({ id: 78, path: join(folder, 'none.png') })}\n`);
    const { events, last } = await run(small({ steps: 2 }), { file });
    const failed = of(events, 'reading').flatMap((event) => event.failed);
    expect(failed.map(({ id }) => id)).toEqual([77, 78]);
    expect(last.kind).toBe('done');
    const { meta } = await readCheckpoint(last.file);
    expect(meta.progress.pictures).toBe(4);
  });

  it('trains on decoded files as on the pictures themselves, and keeps them', async () => {
    const plain = await run(small({ steps: 3 }));
    const file = await decodedSite('decoded');
    runDir = join(folder, `run-${runs}-decoded`);
    const decoded = await run(small({ steps: 3 }), { file });
    const [expected, got] = [await readCheckpoint(plain.last.file), await readCheckpoint(decoded.last.file)];
    expect(got.meta.normalisation).toEqual(expected.meta.normalisation);
    expect(got.arrays).toEqual(expected.arrays);
    expect((await readdir(join(folder, 'decoded'))).filter((name) => name.endsWith('.px'))).toHaveLength(10);
  });

  it('ends with a clear error when the decoded files vanish, before it starts or on the way', async () => {
    const file = await decodedSite('vanishing');
    const before = tf.memory().numTensors;
    const vanishing = run(small({ steps: 1000 }), {
      file,
      onEvent: (event) => {
        if (event.kind === 'step') rmSync(join(folder, 'vanishing'), { recursive: true, force: true });
      },
    });
    await expect(vanishing).rejects.toMatchObject({ code: 'pixels_lost', params: { reason: 'missing' } });
    expect(tf.memory().numTensors).toBe(before);
    const again = await decodedSite('torn');
    await truncate(join(folder, 'torn', '3.px'), 100);
    const torn = run(small({ steps: 1 }), { file: again });
    await expect(torn).rejects.toMatchObject({ code: 'pixels_lost', params: { reason: 'damaged' } });
  });

  it('refuses to start without a picture, to contrast against no damage, and to resume on other pictures', async () => {
    const empty = join(folder, 'empty.ndjson');
    await writeFile(empty, `${JSON.stringify({ id: 1, path: join(folder, 'none.png') })}\n`);
    await expect(run(small({ steps: 1 }), { file: empty })).rejects.toMatchObject({ code: 'needs_images' });
    await expect(run(small({ steps: 1, damagedBatch: 0 }))).rejects.toMatchObject({ code: 'bad_input' });
    await run(small({ steps: 1 }));
    const other = await writeSite(join(folder, 'other'), 3);
    await expect(run(small({ steps: 1 }), { file: other, resume: true })).rejects.toMatchObject({ code: 'bad_input' });
  });

  it('never looks at test rows', async () => {
    const file = await writeSite(join(folder, 'split'), 4);
    await appendFile(file, `${JSON.stringify({ id: 9, path: join(folder, 'none.png'), split: 'test' })}\n`);
    const { events } = await run(small({ steps: 1 }), { file });
    expect(of(events, 'reading').at(-1)).toMatchObject({ total: 4, failed: [] });
  });

  it('evens out varying exposure of grey pictures and leaves even exposure alone', async () => {
    const file = await writeSite(join(folder, 'gain'), 10, { gain: true });
    const varying = await readCheckpoint((await run(small({ steps: 1 }), { file })).last.file);
    expect(varying.meta.normalisation.gainToMean).toBeGreaterThan(0.2);
    const even = await readCheckpoint((await run(small({ steps: 1 }))).last.file);
    expect(even.meta.normalisation.gainToMean).toBeNull();
    expect(even.meta.encoder.channels).toBe(1);
  });

  it('keeps tensors and memory flat', { timeout: 120_000 }, async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const counts = new Set<number>();
    const resident: { step: number; megabytes: number }[] = [];
    await run(small({ steps: 700 }), {
      onEvent: (event) => {
        if (event.kind !== 'step' || event.step < 200) return;
        counts.add(tf.memory().numTensors);
        collect();
        resident.push({ step: event.step, megabytes: process.memoryUsage.rss() / 1e6 });
      },
    });
    expect(counts.size).toBe(1);
    expect(resident.length).toBeGreaterThan(20);
    expect(100 * slopeOf(resident)).toBeLessThan(1);
  });
});

/** Megabytes a step: the median of the slopes between all pairs (Theil and Sen), which single jumps do not move. */
function slopeOf(points: readonly { step: number; megabytes: number }[]): number {
  const slopes = points.flatMap((a, index) =>
    points.slice(index + 1).map((b) => (b.megabytes - a.megabytes) / (b.step - a.step)),
  );
  return slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? Number.NaN;
}

describe('preview', () => {
  it('writes pairs of views that differ, and says how much of the picture each shows', async () => {
    const outDir = join(folder, 'preview');
    const image = { id: 0, path: join(folder, 'site', '0.png'), page: 0 };
    const { files, sidesPx } = await preview({ image, config: small(), outDir, pairs: 2 });
    expect(files).toHaveLength(2);
    expect(sidesPx).toHaveLength(2);
    for (const side of sidesPx.flat()) {
      expect(side).toBeGreaterThanOrEqual(24 - 1e-6);
      expect(side).toBeLessThanOrEqual(36 + 1e-6);
    }
    const [a, b] = await Promise.all((files[0] ?? []).map((file) => decodeImage(file)));
    expect(a).toMatchObject({ width: 256, height: 256 });
    expect(a?.data).not.toEqual(b?.data);
  });
});
