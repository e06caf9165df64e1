import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PretrainConfig, PretrainEvent } from '#core/contract/engine.ts';
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
  /** Sees every event; may set `pauseAsked` or abort. */
  readonly onEvent?: (event: PretrainEvent, control: { pauseAsked: boolean }, abort: AbortController) => void;
}

async function run(config: PretrainConfig, { resume = false, file = imagesFile, onEvent }: Options = {}) {
  const control = { pauseAsked: false };
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

  it('continues after a pause with the very same steps', async () => {
    const config = small({ steps: 40 });
    const straight = await run(config);
    runDir = join(folder, `run-${runs}-paused`);
    const paused = await run(config, {
      onEvent: (event, control) => {
        if (event.kind === 'step') control.pauseAsked = true;
      },
    });
    expect(paused.last.kind).toBe('paused');
    expect(paused.last.step).toBeLessThan(40);
    const resumed = await run(config, { resume: true });
    expect(resumed.last).toMatchObject({ kind: 'done', step: 40, views: 40 * 10 });
    const [expected, got] = [await weightsOf(straight.last.file), await weightsOf(resumed.last.file)];
    for (const [name, { data }] of expected) {
      const other = got.get(name)?.data ?? new Float32Array();
      const difference = data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (other[i] ?? 0))), 0);
      expect(difference, name).toBeLessThan(1e-5);
    }
    const lossAt40 = [straight, resumed].map(({ events }) => of(events, 'step').at(-1)?.loss ?? Number.NaN);
    expect(lossAt40[0]).toBeCloseTo(lossAt40[1] ?? 0, 5);
  });

  it('repeats itself with a seed and differs with another', async () => {
    const weights: string[] = [];
    for (const seed of [1, 1, 2]) {
      runDir = join(folder, `run-${runs}-${weights.length}`);
      const { last } = await run(small({ steps: 5, seed }));
      weights.push(String((await weightsOf(last.file)).get('block1.conv1.filter')?.data));
    }
    expect(weights[0]).toBe(weights[1]);
    expect(weights[0]).not.toBe(weights[2]);
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

  it('keeps tensors and memory flat over 500 steps', { timeout: 120_000 }, async () => {
    const counts: number[] = [];
    // A coarse guard: the collector's own moves are some tens of megabytes. The count of tensors is exact.
    const resident: number[] = [];
    await run(small({ steps: 500 }), {
      onEvent: (event) => {
        if (event.kind !== 'step' || event.step < 250) return;
        counts.push(tf.memory().numTensors);
        resident.push(process.memoryUsage.rss());
      },
    });
    expect(new Set(counts).size).toBe(1);
    expect(Math.max(...resident) - (resident[0] ?? 0)).toBeLessThan(100e6);
  });
});

describe('preview', () => {
  it('writes pairs of views that differ', async () => {
    const outDir = join(folder, 'preview');
    const image = { id: 0, path: join(folder, 'site', '0.png'), page: 0 };
    const { files } = await preview({ image, config: small(), outDir, pairs: 2 });
    expect(files).toHaveLength(2);
    const { decodeImage } = await import('#core/imaging/decode.ts');
    const [a, b] = await Promise.all((files[0] ?? []).map((file) => decodeImage(file)));
    expect(a).toMatchObject({ width: 256, height: 256 });
    expect(a?.data).not.toEqual(b?.data);
  });
});
