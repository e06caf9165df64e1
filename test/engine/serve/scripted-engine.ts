import { closeSync, openSync, writeSync } from 'node:fs';
import { AppError } from '#core/contract/errors.ts';
import type { EngineWork } from '#engine/work.ts';
import { serveEngine } from '#engine/serve.ts';
import { parentChannel } from '#core/contract/parent-channel.ts';

/*
 * A real process behind the real transport whose work is scripted by file names, so that each way a call can go is reached on
 * purpose: paths say what happens, and `score` writes into its images file how it ended.
 */

function note(file: string, text: string): void {
  const handle = openSync(file, 'a');
  writeSync(handle, text);
  closeSync(handle);
}

const work: EngineWork = {
  probe: () =>
    Promise.resolve({
      backend: 'tensorflow-cpu',
      reason: 'backend.no_gpu',
      tensorflow: '0',
      devices: [],
      bf16: false,
      threads: 1,
      pid: process.pid,
    }),
  join: ({ place }) => Promise.resolve({ index: place.index, size: place.workers.length }),
  async *pretrain({ imagesFile }) {
    while (imagesFile === 'endless') {
      yield { kind: 'reading', done: 0, total: 1, failed: [] };
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    yield await Promise.reject(new AppError('needs_images', { found: 0, needed: 2 }));
  },
  pause: () => true,
  async *embed() {
    yield await Promise.reject(new Error('a bug'));
  },
  async *evaluate() {
    yield { kind: 'progress', phase: 'reading', done: -1, total: 1 };
  },
  async *teach() {
    process.stderr.write('last words\n');
    process.abort();
    yield await Promise.reject(new Error('not reached'));
  },
  async *score({ imagesFile }, signal) {
    try {
      for (let done = 0; ; done++) {
        signal.throwIfAborted();
        yield { kind: 'progress', phase: 'scoring', done, total: 0 };
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } finally {
      note(imagesFile, 'ended');
    }
  },
  async *exportModel() {
    yield await Promise.reject(new AppError('export_differs', { imageId: 1, difference: 0.5 }));
  },
  networkFacts: () => Promise.resolve({ sha256: 'ab', channels: 1, dimension: 4 }),
  lookAtArchive: () => Promise.resolve({ rows: [], failed: [] }),
  importModel: () => Promise.reject(new AppError('checkpoint_broken', { path: 'a', reason: 'format' })),
  disturbed: () => {
    throw new AppError('image_broken', { path: 'a.png' });
  },
  measureArm: () => {
    throw new AppError('image_broken', { path: 'a.png' });
  },
  explain: () => Promise.reject(new AppError('image_broken', { path: 'a.png' })),
  alike: () => Promise.resolve({ rows: [], examples: 1, confidence: null }),
  neighbours: () => Promise.resolve({ count: 1 }),
  preview: () => new Promise(() => undefined),
};

const mode = process.env['SCRIPTED_ENGINE'];
if (mode === 'silent') setInterval(() => undefined, 1000);
else if (mode === 'broken') throw new Error('cannot load');
else {
  const channel = parentChannel();
  if (mode === 'refusing') {
    channel.send({
      control: 'failed',
      error: { code: 'tensorflow_missing', params: { reason: 'not_set_up', path: 'x' } },
    });
    process.disconnect();
  } else if (mode === 'deaf') {
    channel.send({ control: 'ready' });
    setInterval(() => undefined, 1000);
  } else {
    await serveEngine(work, channel);
    process.exit(0);
  }
}
