import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cpuFlags, inspectMachine, readWebgpuTrial } from '#native/doctor.ts';
import type { MachineFact } from '#native/doctor.ts';
import { isMessageKey } from '#messages/translate.ts';

const of = (facts: readonly MachineFact[], what: string) => facts.find((fact) => fact.what === what);

describe('inspectMachine', () => {
  test('on a machine that is set up', async () => {
    const facts = await inspectMachine();
    expect(of(facts, 'node')).toMatchObject({ status: 'ok', value: process.versions.node });
    expect(of(facts, 'tensorflow')).toEqual({ what: 'tensorflow', status: 'ok', value: '2.21.0', hint: null });
    expect(of(facts, 'device')?.value).toMatch(/^[CG]PU \(\d+ GFLOPS\)$/);
    expect(of(facts, 'webgpu')).toBeDefined();
    for (const what of ['cores', 'memory', 'disk']) expect(of(facts, what)?.value, what).toMatch(/^\d/);
    for (const { what, hint } of facts) {
      expect(isMessageKey(`fact.${what}`), `fact.${what}`).toBe(true);
      if (hint !== null) expect(isMessageKey(`hint.${hint}`), `hint.${hint}`).toBe(true);
    }
  });
});

describe('TensorFlow that is not there or crashes is a fact', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'minarai-doctor-'));
    vi.stubEnv('MINARAI_NATIVE_DIR', folder);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  test('not set up', async () => {
    const facts = await inspectMachine();
    for (const what of ['tensorflow', 'binding', 'device']) {
      expect(of(facts, what)).toMatchObject({ status: 'missing', hint: 'run_setup' });
    }
  });

  test('there, but it does not load', async () => {
    await writeFile(join(folder, 'tfjs_binding.node'), 'not a library');
    const facts = await inspectMachine();
    expect(of(facts, 'binding')).toMatchObject({ status: 'ok' });
    expect(of(facts, 'tensorflow')).toMatchObject({ status: 'missing', hint: 'check_tensorflow' });
    expect(of(facts, 'tensorflow')?.value).toContain('tfjs_binding.node');
  });
});

describe('what a graphics card can do, from the words of its trial', () => {
  const line = (answer: object): string => `a driver's chatter\n${JSON.stringify(answer)}\n`;

  test('computes', () => {
    const fact = readWebgpuTrial(line({ ok: true, gpu: true, device: 'Arc A380', stepMs: 41.6 }), '');
    expect(fact).toEqual({ what: 'webgpu', status: 'ok', value: 'Arc A380 (42 ms)', hint: null });
  });

  test.each([
    [{ failure: 'no_adapter' }, "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open", 'install_vulkan'],
    [{ failure: 'no_adapter' }, '', 'graphics_driver'],
    [{ failure: 'software' }, '', 'no_graphics_card'],
    [{ failure: 'wrong' }, '', 'check_webgpu'],
    [{ failure: 'crashed' }, '', 'check_webgpu'],
  ])('%o says what to do', (answer, stderr, hint) => {
    const fact = readWebgpuTrial(line({ ok: false, detail: 'x', ...answer }), stderr);
    expect(fact).toMatchObject({ status: 'optional', hint });
    expect(isMessageKey(`hint.${hint}`)).toBe(true);
  });

  test('a process that ended without a word has crashed', () => {
    expect(readWebgpuTrial('', 'Segmentation fault')).toMatchObject({ status: 'optional', hint: 'check_webgpu' });
  });
});

test('cpuFlags reads the first processor of /proc/cpuinfo', () => {
  const text = 'processor\t: 0\nflags\t\t: fpu avx512f avx512_bf16 amx_bf16\nprocessor\t: 1\nflags\t\t: other\n';
  expect(cpuFlags(text)).toEqual(['fpu', 'avx512f', 'avx512_bf16', 'amx_bf16']);
  expect(cpuFlags('')).toEqual([]);
});
