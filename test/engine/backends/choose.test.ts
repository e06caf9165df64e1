import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { choose } from '#engine/backends/choose.ts';
import type { Trial, TrialResult } from '#engine/backends/choose.ts';
import { remembered } from '#engine/backends/chosen.ts';
import type { Machine } from '#engine/backends/machine.ts';
import { backendReasons } from '#engine/backends/names.ts';
import { softwareVulkan } from './software-vulkan.ts';
import { tryHere } from '#engine/backends/try-here.ts';
import { tryBackend, tryIn } from '#engine/backends/try-backend.ts';
import { isMessageKey } from '#messages/translate.ts';

const plain: Machine = {
  tensorflow: true,
  nvidia: false,
  cuda: false,
  graphics: false,
  graphicsLibrary: false,
  key: 'a',
};
const withCard = { ...plain, graphics: true, graphicsLibrary: true };
const withCuda = { ...withCard, nvidia: true, cuda: true };

const passed = (stepMs: number, gpu = true): TrialResult => ({ ok: true, gpu, device: 'card', stepMs });
const failed = (failure: Extract<TrialResult, { ok: false }>['failure']): TrialResult => ({
  ok: false,
  failure,
  detail: '',
});

/** Answers trials from a list and remembers which were asked for. */
function scripted(answers: Partial<Record<Parameters<Trial>[0], TrialResult>>): { trial: Trial; asked: string[] } {
  const asked: string[] = [];
  const trial: Trial = (what) => {
    asked.push(what);
    const answer = answers[what];
    return answer ? Promise.resolve(answer) : Promise.reject(new Error(`${what} should not be tried`));
  };
  return { trial, asked };
}

describe('the backend that is chosen', () => {
  const cases: [string, Machine, Parameters<typeof scripted>[0], string, string][] = [
    ['no graphics card: TensorFlow, untried', plain, {}, 'tensorflow', 'no_gpu'],
    ['nothing set up: plain tfjs', { ...plain, tensorflow: false }, {}, 'cpu', 'no_tensorflow'],
    ['a card without Vulkan', { ...withCard, graphicsLibrary: false }, {}, 'tensorflow', 'no_vulkan'],
    ['NVIDIA without --gpu', { ...plain, nvidia: true }, {}, 'tensorflow', 'gpu_not_set_up'],
    ['CUDA works', withCuda, { tensorflow: passed(5) }, 'tensorflow', 'gpu_found'],
    [
      'CUDA is there but unused, WebGPU is fast',
      withCuda,
      { tensorflow: passed(300, false), webgpu: passed(20), 'tensorflow-on-cpu': passed(300, false) },
      'webgpu',
      'webgpu_faster',
    ],
    [
      'CUDA is there but unused, and WebGPU is nothing',
      withCuda,
      { tensorflow: passed(300, false), webgpu: failed('software') },
      'tensorflow',
      'gpu_unused',
    ],
    ['CUDA crashes', withCuda, { tensorflow: failed('crashed'), webgpu: failed('wrong') }, 'tensorflow', 'gpu_crashed'],
    ['CUDA hangs', withCuda, { tensorflow: failed('hung'), webgpu: failed('hung') }, 'tensorflow', 'gpu_hung'],
    ['CUDA miscounts', withCuda, { tensorflow: failed('wrong'), webgpu: failed('hung') }, 'tensorflow', 'gpu_wrong'],
    [
      'WebGPU is clearly faster',
      withCard,
      { webgpu: passed(79), 'tensorflow-on-cpu': passed(100, false) },
      'webgpu',
      'webgpu_faster',
    ],
    [
      'WebGPU is hardly faster',
      withCard,
      { webgpu: passed(81), 'tensorflow-on-cpu': passed(100, false) },
      'tensorflow',
      'webgpu_slower',
    ],
    ['WebGPU without TensorFlow', { ...withCard, tensorflow: false }, { webgpu: passed(900) }, 'webgpu', 'webgpu_only'],
    [
      'WebGPU works and TensorFlow does not',
      withCard,
      { webgpu: passed(900), 'tensorflow-on-cpu': failed('crashed') },
      'webgpu',
      'webgpu_faster',
    ],
    ['an imitated card', withCard, { webgpu: failed('software') }, 'tensorflow', 'webgpu_software'],
    ['no driver', withCard, { webgpu: failed('no_adapter') }, 'tensorflow', 'webgpu_no_adapter'],
    ['WebGPU crashes', withCard, { webgpu: failed('crashed') }, 'tensorflow', 'webgpu_crashed'],
    ['WebGPU hangs', withCard, { webgpu: failed('hung') }, 'tensorflow', 'webgpu_hung'],
    ['WebGPU miscounts', withCard, { webgpu: failed('wrong') }, 'tensorflow', 'webgpu_wrong'],
    ['nothing works', { ...withCard, tensorflow: false }, { webgpu: failed('crashed') }, 'cpu', 'no_tensorflow'],
  ];
  it.each(cases)('%s', async (_, machine, answers, backend, reason) => {
    const { trial, asked } = scripted(answers);
    expect(await choose(machine, trial)).toMatchObject({ backend, reason });
    expect(asked).toEqual(Object.keys(answers));
  });

  it('never lets TensorFlow look for a GPU that was not found to work', async () => {
    const { trial } = scripted({ tensorflow: failed('crashed'), webgpu: failed('wrong') });
    expect((await choose(withCuda, trial)).hideGpu).toBe(true);
    expect((await choose(withCuda, scripted({ tensorflow: passed(5) }).trial)).hideGpu).toBe(false);
  });

  it('has words for every reason', () => {
    for (const reason of backendReasons) expect(isMessageKey(`backend.${reason}`), reason).toBe(true);
  });
});

const answersOf = (stepMs: number) => ({ webgpu: passed(stepMs) });

describe('a verdict', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'minarai-verdict-'));
    file = join(folder, 'deep', 'backend.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const answers = { webgpu: passed(20), 'tensorflow-on-cpu': passed(100, false) };

  it('is remembered as long as the machine stays what it is', async () => {
    const first = await remembered(withCard, scripted(answers).trial, file, 0);
    expect(first).toMatchObject({ backend: 'webgpu' });
    expect(await remembered(withCard, scripted({}).trial, file, 86_400_000)).toEqual(first);
    const changed = scripted({ webgpu: failed('crashed') });
    expect(await remembered({ ...withCard, key: 'b' }, changed.trial, file, 86_400_000)).toMatchObject({
      reason: 'webgpu_crashed',
    });
    expect(changed.asked).toEqual(['webgpu']);
  });

  it('is looked into again after two weeks', async () => {
    await remembered(withCard, scripted(answers).trial, file, 0);
    const later = scripted({ webgpu: failed('hung') });
    expect(await remembered(withCard, later.trial, file, 15 * 86_400_000)).toMatchObject({ reason: 'webgpu_hung' });
  });

  it('is not written where nothing was tried, and survives a torn file', async () => {
    await remembered(plain, scripted({}).trial, file);
    await expect(readFile(file)).rejects.toThrow(/ENOENT/);
    await remembered(withCard, scripted(answers).trial, file);
    await writeFile(file, '{"key":');
    const again = scripted(answers);
    expect(await remembered(withCard, again.trial, file)).toMatchObject({ backend: 'webgpu' });
    expect(again.asked).toHaveLength(2);
  });

  it('that cannot be kept is found out all the same', async () => {
    await writeFile(join(folder, 'deep'), 'a file in the way');
    expect(await remembered(withCard, scripted(answers).trial, file)).toMatchObject({ backend: 'webgpu' });
  });
});

describe('a trial where no process can be started', () => {
  it('leaves no mark when it is survived, and a crash is known to the next process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'minarai-mark-'));
    try {
      const mark = join(folder, 'deep', 'mark');
      expect(await tryHere(scripted(answersOf(20)).trial, mark)('webgpu')).toEqual(passed(20));
      await expect(readFile(mark)).rejects.toThrow(/ENOENT/);

      void tryHere(() => new Promise(() => undefined), mark)('webgpu');
      await expect.poll(() => readFile(mark, 'utf8').catch(() => '')).toBe('webgpu');
      const next = tryHere(scripted({ 'tensorflow-on-cpu': passed(100, false) }).trial, mark);
      expect(await next('webgpu')).toMatchObject({ ok: false, failure: 'crashed' });
      expect(await next('tensorflow-on-cpu')).toMatchObject({ ok: true });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('a trial in a process of its own', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'minarai-trial-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const run = async (source: string, limitMs = 20_000): Promise<TrialResult> => {
    const script = join(folder, 'script.mjs');
    await writeFile(script, source);
    return tryIn(script, 'webgpu', limitMs);
  };

  it('that crashes is a result', async () => {
    expect(await run('process.kill(process.pid, "SIGSEGV"); setInterval(() => {}, 1000)')).toEqual({
      ok: false,
      failure: 'crashed',
      detail: 'SIGSEGV',
    });
    expect(await run('console.error("driver: out of luck"); process.exit(3)')).toMatchObject({
      failure: 'crashed',
      detail: 'driver: out of luck',
    });
    expect(await run('console.log("something else")')).toMatchObject({ failure: 'crashed' });
  });

  it('that hangs, even inside native code, is ended', async () => {
    expect(await run('for (;;) {}', 500)).toMatchObject({ failure: 'hung' });
  });

  it('that answers and then crashes has answered', async () => {
    const answer = { ok: true, gpu: true, device: 'card', stepMs: 12 };
    const source = `process.stdout.write('${JSON.stringify(answer)}\\n', () => process.kill(process.pid, "SIGSEGV"))`;
    expect(await run(source)).toEqual(answer);
  });

  it('finds that TensorFlow computes rightly here', async () => {
    const result = await tryBackend('tensorflow-on-cpu');
    expect(result).toMatchObject({ ok: true, gpu: false });
    expect(result.ok && result.stepMs).toBeGreaterThan(1);
  }, 60_000);

  const vulkan = softwareVulkan();
  it.skipIf('missing' in vulkan)(
    `refuses a graphics card that is only imitated${'missing' in vulkan ? ` (skipped: ${vulkan.missing})` : ''}`,
    async () => {
      const former = { ...process.env };
      Object.assign(process.env, 'env' in vulkan ? vulkan.env : {});
      try {
        expect(await tryBackend('webgpu')).toMatchObject({ ok: false, failure: 'software' });
      } finally {
        process.env = former;
      }
    },
    60_000,
  );
});
