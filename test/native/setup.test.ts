import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runtimeDir } from '#native/setup/files.mjs';
import { wheels } from '#native/setup/wheels.mjs';
import { ending, makeClone, pinSmallWheel } from './clone.ts';
import type { Clone } from './clone.ts';
import { smallWheel } from './small-wheel.ts';

const setup = ['native/setup.mjs'];
const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
const realPython = `exec ${python} "$@"`;
/** pip without this machine's own settings, and with no index but what is named. */
const barePip = { PIP_CONFIG_FILE: '/dev/null', PIP_RETRIES: '0', PIP_FIND_LINKS: '' };

let clone: Clone;

beforeEach(async () => {
  clone = await makeClone();
});
afterEach(() => clone.remove());

/** Set-up is expected to end with a sentence, not a stack trace, and with nothing on stdout. */
async function refusal(env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, stdout, stderr } = await clone.node(setup, env);
  expect(code, stderr).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).not.toMatch(/^\s+at /m);
  return stderr.slice(stderr.indexOf('✗'));
}

/** The names of the finished wheels in the cache, and of what is unfinished. */
async function cached() {
  const names = await readdir(join(clone.cache, 'tensorflow')).catch((): string[] => []);
  return { whole: names.filter((name) => !name.startsWith('.')), parts: names.filter((name) => name.startsWith('.')) };
}

describe('a missing prerequisite is named with what installs it', () => {
  test('no Python', async () => {
    expect(await refusal()).toMatch(/Python 3 was not found.*sudo apt install python3 python3-pip/s);
  });

  test('no Python, in Japanese', async () => {
    expect(await refusal({ LANG: 'ja_JP.UTF-8' })).toMatch(/Python 3 が見つかりません.*sudo apt install python3/s);
  });

  test('a Python without pip', async () => {
    // -S: without site-packages, where pip lives
    await clone.addProgram('python3', `exec ${python} -S "$@"`);
    expect(await refusal()).toMatch(/has no pip.*sudo apt install python3-pip/s);
  });

  test('an index that cannot be reached: how to bring the wheel from elsewhere', async () => {
    await clone.addProgram('python3', realPython);
    const words = await refusal({ ...barePip, PIP_INDEX_URL: 'http://127.0.0.1:9/simple' });
    expect(words).toContain('MINARAI_TF_WHEEL=');
    expect(words).toContain(`pip download --no-deps --only-binary=:all:`);
    expect(await cached()).toEqual({ whole: [], parts: [] });
  });

  test('a download with the wrong hash is thrown away', async () => {
    await clone.addProgram('python3', realPython);
    const shelf = join(clone.folder, 'shelf');
    await mkdir(shelf);
    await cp(await pinSmallWheel(clone), join(shelf, 'small-1.0-py3-none-any.whl'));
    await pinSmallWheel(clone, Buffer.concat([smallWheel, Buffer.from([0])]));
    const words = await refusal({ ...barePip, PIP_NO_INDEX: '1', PIP_FIND_LINKS: shelf });
    expect(words).toContain('did not match its pinned SHA-256 and was removed: small-1.0-py3-none-any.whl');
    expect(await cached()).toEqual({ whole: [], parts: [] });
  });

  test('an own wheel that is not the pinned one is refused and left alone', async () => {
    const own = join(clone.folder, 'other.whl');
    await writeFile(own, 'something else');
    const words = await refusal({ MINARAI_TF_WHEEL: own });
    expect(words).toContain(wheels[0]!.sha256);
    expect(words).toContain(createHash('sha256').update('something else').digest('hex'));
    expect(await readFile(own, 'utf8')).toBe('something else');
  });

  test('an own wheel that is not there', async () => {
    expect(await refusal({ MINARAI_TF_WHEEL: '/nowhere/tf.whl' })).toContain('cannot be read: /nowhere/tf.whl');
  });

  test('no compiler', async () => {
    const own = await pinSmallWheel(clone);
    expect(await refusal({ MINARAI_TF_WHEEL: own })).toMatch(/No C\+\+ compiler was found.*sudo apt install g\+\+/s);
  });

  test('a compiler that fails: its words, then ours', async () => {
    const own = await pinSmallWheel(clone);
    await clone.addProgram('g++', 'echo "error: C++17 is from the future" >&2; exit 1');
    const { code, stderr } = await clone.node(setup, { MINARAI_TF_WHEEL: own });
    expect(code).toBe(1);
    expect(stderr).toMatch(/C\+\+17 is from the future\n[^]*g\+\+ could not compile/);
  });

  test('a cache folder whose place is taken by a file', async () => {
    const inTheWay = join(clone.folder, 'file');
    await writeFile(inTheWay, '');
    const own = await pinSmallWheel(clone);
    const words = await refusal({ MINARAI_TF_WHEEL: own, MINARAI_CACHE: join(inTheWay, 'cache') });
    expect(words).toMatch(/cannot be written: .*file.*set MINARAI_CACHE/s);
  });

  test('no build for this platform', async () => {
    await writeFile(
      join(clone.folder, 'native/setup/wheels.mjs'),
      `export const includeRoot = '';\nexport const wheels = [];\n`,
    );
    expect(await refusal()).toContain(`no TensorFlow build for ${process.platform}-${process.arch}`);
  });
});

describe('the wheel reaches the runtime folder', () => {
  const library = () => readFile(join(clone.folder, 'native/runtime/linux-x64/tensorflow/libone.so.2'), 'utf8');
  const expected = 'the first library, '.repeat(20);

  test('through pip, hash-checked', async () => {
    await clone.addProgram('python3', realPython);
    const shelf = join(clone.folder, 'shelf');
    await mkdir(shelf);
    await cp(await pinSmallWheel(clone), join(shelf, 'small-1.0-py3-none-any.whl'));
    await refusal({ ...barePip, PIP_NO_INDEX: '1', PIP_FIND_LINKS: shelf });
    expect(await library()).toBe(expected);
  });

  test('a library that was cut short is put back', async () => {
    const own = await pinSmallWheel(clone);
    await refusal({ MINARAI_TF_WHEEL: own });
    const path = join(clone.folder, 'native/runtime/linux-x64/tensorflow/libone.so.2');
    await rm(path);
    await writeFile(path, 'the first');
    await refusal();
    expect(await library()).toBe(expected);
  });

  test(
    'killed before its Nth write, for every N, the next run finds nothing or all of it',
    { timeout: 60_000 },
    async () => {
      const wheel = await pinSmallWheel(clone);
      const killer = join(import.meta.dirname, 'kill-at-nth-write.mjs');
      let killed = 0;
      for (let n = 1; ; n += 1) {
        await rm(clone.cache, { recursive: true, force: true });
        await rm(join(clone.folder, 'native/runtime'), { recursive: true, force: true });
        const env = { MINARAI_TF_WHEEL: wheel, KILL_AT: String(n) };
        const { signal } = await clone.node(['--import', killer, ...setup], env);
        for (const name of (await cached()).whole) {
          expect(await readFile(join(clone.cache, 'tensorflow', name, 'lib/libone.so.2'), 'utf8')).toBe(expected);
          expect(await readFile(join(clone.cache, 'tensorflow', name, 'include/c/api.h'), 'utf8')).toBe(
            '#pragma once\n',
          );
        }
        if (n % 4 === 0) {
          await refusal({ MINARAI_TF_WHEEL: wheel });
          expect(await library()).toBe(expected);
        }
        if (signal !== 'SIGKILL') break;
        killed += 1;
      }
      // mkdir, four files and their folders, the rename, two links with their renames, the stamp
      expect(killed).toBeGreaterThan(15);
      expect(await library()).toBe(expected);
    },
  );

  test('two clones that share a cache and start at once both get it, from one unpacking', async () => {
    const other = await makeClone({ cache: clone.cache });
    try {
      const wheel = await pinSmallWheel(clone);
      await pinSmallWheel(other);
      const both = await Promise.all([clone, other].map((each) => each.node(setup, { MINARAI_TF_WHEEL: wheel })));
      for (const { stderr } of both) expect(stderr).toContain('No C++ compiler was found');
      expect(both.filter(({ stderr }) => stderr.includes('✓ Unpacking'))).toHaveLength(1);
      for (const { folder } of [clone, other]) {
        const path = join(folder, 'native/runtime/linux-x64/tensorflow/libone.so.2');
        expect(await readFile(path, 'utf8')).toBe(expected);
      }
      expect((await cached()).parts).toEqual([]);
    } finally {
      await other.remove();
    }
  });
});

describe('with everything there', () => {
  /** The real libraries, as set-up left them in this tree, and the binding from this user's cache. */
  async function useRealRuntime() {
    const to = join(clone.folder, 'native/runtime', basename(runtimeDir));
    execFileSync('cp', ['--recursive', '--link', runtimeDir, to]);
    await rm(join(to, '.smoke-tested'));
    delete clone.env['MINARAI_CACHE'];
    clone.env['HOME'] = process.env['HOME'];
    clone.env['XDG_CACHE_HOME'] = process.env['XDG_CACHE_HOME'];
  }

  beforeEach(async () => {
    await mkdir(join(clone.folder, 'native/runtime'), { recursive: true });
    await useRealRuntime();
    await writeFile(
      join(clone.folder, 'program.ts'),
      `const [mode]: string[] = process.argv.slice(2);
       process.on('SIGTERM', () => process.exit(5));
       process.on('SIGINT', () => process.exit(6));
       console.log(JSON.stringify({ mode, node: process.versions.node, log: process.env['TF_CPP_MIN_LOG_LEVEL'] }));
       if (mode === 'wait') setInterval(() => {}, 1000);
       else process.exit(Number(mode));`,
    );
  });

  test('run.mjs: a smoke test once, then hardly any time; stdout and exit code are the program’s', async () => {
    const first = await clone.node(['native/run.mjs', 'program.ts', '7']);
    expect(first.code, first.stderr).toBe(7);
    expect(first.stderr).toContain('TensorFlow 2.21.0');
    expect(JSON.parse(first.stdout)).toEqual({ mode: '7', node: expect.stringMatching(/^24\./), log: '2' });

    // Against a bare start of the same program, since other tests may be using the processor.
    const best = async (args: string[]) => {
      const seconds: number[] = [];
      for (let i = 0; i < 3; i += 1) {
        const start = performance.now();
        expect(await clone.node(args)).toMatchObject({ code: 0, stderr: '' });
        seconds.push((performance.now() - start) / 1000);
      }
      return Math.min(...seconds);
    };
    const bare = await best(['program.ts', '0']);
    expect(await best(['native/run.mjs', 'program.ts', '0'])).toBeLessThan(8 * bare);
  });

  test.each([
    ['SIGTERM', 5],
    ['SIGINT', 6],
  ] as const)('run.mjs passes %s on', async (signal, expected) => {
    const child = clone.start(['native/run.mjs', 'program.ts', 'wait']);
    child.stdout?.once('data', () => child.kill(signal));
    expect((await ending(child)).code).toBe(expected);
  });

  test('run.mjs without a file is wrong usage', async () => {
    expect(await clone.node(['native/run.mjs'])).toMatchObject({ code: 2, stdout: '' });
  });

  test('a library that does not work here is a sentence', async () => {
    const binding = join(clone.folder, 'native/runtime', basename(runtimeDir), 'tfjs_binding.node');
    const library = join(clone.folder, 'native/runtime', basename(runtimeDir), 'tensorflow/libtensorflow_cc.so.2');
    expect(existsSync(binding)).toBe(true);
    // Same size, so that only loading it can tell.
    await rm(library);
    await writeFile(library, '');
    await truncate(library, wheels[0]!.libraries[0]!.bytes);
    expect(await refusal()).toMatch(/does not work on this machine: .*libtensorflow_cc/);
  });
});
