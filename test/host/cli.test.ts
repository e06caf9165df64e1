import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Pilot, PilotMetrics, PilotRunOptions } from '#core/app-types.ts';
import { AppError } from '#core/contract/errors.ts';
import { runCli } from '#host/cli/run-cli.ts';
import type { PilotCore } from '#host/cli/context.ts';

/** Any file that is there. */
const csv = fileURLToPath(import.meta.url);
const few = { auroc: 0.9, average_precision: 0.8, balanced_accuracy: 0.807 };
const metrics: PilotMetrics = {
  images: 12,
  rejected: 1,
  backend: 'tensorflow-cpu',
  pretrain: { views: 10, seconds: 1, views_per_s: 10, epochs: 1 },
  representation: { knn_accuracy: 1, linear_accuracy: 1, linear_balanced_accuracy: 1, nmi: 1, ari: 1 },
  few_shot: [],
  label_efficiency: [
    { k: 5, labels: 20, draws: 5, pretrained: few, random_init: { ...few, balanced_accuracy: 0.594 } },
  ],
  anomaly: { auroc: null, average_precision: null, random_init: { auroc: null, average_precision: null } },
  classifier: {
    ...few,
    calibration_error: 0.04,
    calibration_error_by_chance: 0.03,
    escape_rate: 0,
    overkill_rate: 0.1,
  },
  threshold: { review: 0.4, reject: 0.8, escape_upper95: 0.1, overkill_upper95: 0.2, each: [] },
  robustness: null,
  money: null,
  rights: [{ data_set: 'pictures', state: 'declared', owner: '' }],
  seconds: 3,
};

const scoring = { picturesPerSecond: 87.6, latency: { pictures: 40, p50Ms: 11.2, p95Ms: 19.8 } };

interface Ran {
  code: number;
  out: string;
  err: string;
  asked: unknown[];
  closed: number;
}

async function run(
  args: string[],
  core: Partial<PilotCore> = {},
  tty = false,
  signal?: AbortSignal,
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const ran: Ran = { code: -1, out: '', err: '', asked: [], closed: 0 };
  const note = (what: string) => async (): Promise<void> => void ran.asked.push(what);
  const pilot: Pilot = {
    ingest: async (...asked) => (ran.asked.push(asked), { images: 3, rejected: 1, duplicates: 0 }),
    pretrain: async (budget) => void ran.asked.push(budget),
    evaluate: async (seed) => void ran.asked.push(seed),
    robustness: async (seed) => (ran.asked.push(seed), { lines: ['steady', 'still'], figures: null }),
    measurable: () => true,
    teach: note('teach'),
    score: async () => (ran.asked.push('score'), scoring),
    threshold: async () => ({ review: 0.25, reject: 0.75 }),
    report: async () => metrics,
    watch: note('watch'),
    exportLot: async (...asked) => (ran.asked.push(asked), { pictures: 4, withoutPicture: 1 }),
    exportModel: async (...asked) => (ran.asked.push(asked), { model: 3, bytes: 4096, difference: 2.5e-7 }),
    importModel: async (file) => (ran.asked.push(file), { from: 'Yamamoto', inUse: file.includes('first') }),
    copyLine: async (folder) => (ran.asked.push(folder), 'line-1.minarai-line'),
    startFromLine: async (file) => (ran.asked.push(file), { changed: 7, encoder: true }),
    backup: note('backup'),
    close: async () => void ran.closed++,
  };
  const whole: PilotCore = {
    openPilot: async (options) => (ran.asked.push(options.dataDir), pilot),
    runPilot: async (options: PilotRunOptions) => {
      ran.asked.push(options);
      for (const progress of [0, 0.1, 0.2, 0.6, 1]) {
        options.onProgress({ phase: 'pretrain', progress, leftLowSeconds: 130, leftHighSeconds: 200, params: {} });
      }
      return metrics;
    },
    archiveEmbed: async (options) => {
      ran.asked.push(options);
      return { shards: 8, ownShards: 3, ownRows: 30, ownUnreadable: 1, seconds: 2 };
    },
    archiveMerge: async (options) => {
      ran.asked.push(options);
      const suspicious = [{ path: 'a/b.png', page: 0, score: 0.987, imageId: null }];
      const counts = { pictures: 80, unreadable: 2, contents: 70, known: 5, deleted: 1 };
      return { ...counts, shards: 8, added: 8, suspicious };
    },
    restoreBackup: (...asked) => void ran.asked.push(asked),
    resetPin: async (...asked) => (ran.asked.push(asked), { name: '佐藤', pin: '482915' }),
    inspectMachine: async () => [
      { what: 'node', status: 'ok', value: '24.21.0', hint: null },
      { what: 'gpu', status: 'optional', value: '', hint: 'add_gpu' },
    ],
    launchEngine: () => {
      throw new Error('no engine is needed');
    },
    ...core,
  };
  ran.code = await runCli(args, whole, {
    stdout: { write: (text) => (ran.out += text) },
    stderr: { write: (text) => (ran.err += text), isTTY: tty },
    signal: signal ?? new AbortController().signal,
    version: '0.1.0',
    env,
  });
  return ran;
}

describe('run', () => {
  it('hands over what was asked and prints metrics.json as the last line', async () => {
    const { code, out, asked } = await run(
      `run --images /tmp --labels ${csv} --out /o --minutes 2 --seed 9 --lang ja --json`.split(' '),
    );
    expect(code).toBe(0);
    expect(asked).toMatchObject([
      { imagesDir: '/tmp', labelsFile: csv, outDir: '/o', minutes: 2, seed: 9, smallestDefectPx: null, locale: 'ja' },
    ]);
    expect(JSON.parse(out)).toEqual(metrics);
    expect(out.trim().split('\n')).toHaveLength(1);
  });

  it('shows a person the figures with both arms side by side', async () => {
    const { out } = await run(['run', '--images', '/tmp', '--out', '/o', '--lang', 'en']);
    expect(out).toContain('balanced accuracy 0.807 with pretraining, 0.594 from a random start');
    expect(out).toContain('AUROC –');
    expect(out).toContain('/o');
  });

  it('logs plain lines where stderr is no terminal, and draws a bar where it is one', async () => {
    const plain = await run(['run', '--images', '/tmp', '--out', '/o', '--lang', 'en']);
    expect(plain.err.split('\n').filter(Boolean)).toHaveLength(3);
    expect(plain.err).toContain('2–4 min left');
    expect(plain.err).not.toContain('\r');
    const bar = await run(['run', '--images', '/tmp', '--out', '/o', '--lang', 'en'], {}, true);
    expect(bar.err).toContain('\r');
    expect(bar.err).toContain('████████████████████████ 100 %');
  });
});

it('a file of the report that could not be made is told with what to do, and is no failure', async () => {
  const { code, out, err } = await run(['run', '--images', '/tmp', '--out', '/o', '--lang', 'en', '--json'], {
    runPilot: async ({ onUnwritten }) => {
      onUnwritten?.('report.pdf', { code: 'no_browser', params: {} });
      return metrics;
    },
  });
  expect(code).toBe(0);
  expect(err).toMatch(/report\.pdf was not made: There is no browser/);
  expect(JSON.parse(out)).toEqual(metrics);
});

it('running it is told as a declaration of the right, with whose pictures they are, and needs no option', async () => {
  const declare: Partial<PilotCore> = {
    runPilot: async ({ onDeclared, rightsOwner }) => {
      onDeclared?.([rightsOwner ?? 'nobody named']);
      return metrics;
    },
  };
  const { code, out, err } = await run(['run', '--images', '/tmp', '--out', '/o', '--lang', 'en'], declare);
  expect(code).toBe(0);
  expect(err).toMatch(/By running this you declare .* nobody named/);
  expect(out).toContain('Rights to pictures: declared by running this, owner –');
  const named = await run(
    ['run', '--images', '/tmp', '--out', '/o', '--rights-owner', 'Works 2', '--lang', 'en', '--json'],
    declare,
  );
  expect(named.err).toContain('Works 2');
  expect(JSON.parse(named.out)).toEqual(metrics);
});

it('takes out a lot', async () => {
  const { code, out, asked } = await run(['export', '--lot', 'L1', '--out', '/o', '--originals', '--json']);
  expect(code).toBe(0);
  expect(asked).toContainEqual(['L1', '/o', true]);
  expect(JSON.parse(out)).toEqual({ pictures: 4, withoutPicture: 1, folder: '/o' });
});

it('writes a model for others and takes one over', async () => {
  const made = await run(['export-model', '--file', '/o/m.minarai-model', '--customers-agree', '--lang', 'en']);
  expect(made).toMatchObject({ code: 0, closed: 1 });
  expect(made.asked).toContainEqual(['/o/m.minarai-model', true]);
  expect(made.out).toBe(
    'Model 3 written: /o/m.minarai-model. It says the same as the app; a score differs by 2.5e-7 at most.\n',
  );
  expect((await run(['export-model', '--file', '/o/m'])).asked).toContainEqual(['/o/m', false]);
  const [first, next] = [
    await run(['import-model', '--file', '/o/first.minarai-model', '--lang', 'en']),
    await run(['import-model', '--file', '/o/next.minarai-model', '--lang', 'en']),
  ];
  expect(first.out).toContain('from Yamamoto and in use');
  expect(next.out).toContain('The line’s own stays in use');
  const { out } = await run(['import-model', '--file', '/o/next', '--json']);
  expect(JSON.parse(out)).toEqual({ file: '/o/next', from: 'Yamamoto', inUse: false });
});

it('copies a line and starts from another one', async () => {
  const copied = await run(['copy-line', '--out', '/o', '--json']);
  expect(copied).toMatchObject({ code: 0 });
  expect(JSON.parse(copied.out)).toEqual({ file: 'line-1.minarai-line', folder: '/o' });
  const { code, out, asked } = await run(['start-from-line', '--file', csv, '--lang', 'en']);
  expect(code).toBe(0);
  expect(asked).toContain(csv);
  expect(out).toContain('7 changes were made. The encoder was taken in.');
});

describe('a worker of a cluster', () => {
  const configOf = (index: number) =>
    JSON.stringify({ cluster: { worker: ['a:2222', 'b:2222'] }, task: { type: 'worker', index } });
  const pretrain = (tfConfig: string, core: Partial<PilotCore> = {}) =>
    run(['pretrain', '--data', '/d', '--lang', 'en'], core, false, undefined, { TF_CONFIG: tfConfig });

  it('is told its place by TF_CONFIG, and says where the encoder is', async () => {
    const leads = await pretrain(configOf(0));
    expect([leads.code, leads.out]).toEqual([0, 'The encoder has been pretrained.\n']);
    expect(leads.err).toMatch(/^Pretrains as worker 1 of 2 .* without a password/);
    const follows = await pretrain(configOf(1));
    expect([follows.code, follows.out]).toEqual([0, expect.stringContaining('with the first worker')]);
  });

  it('opens nothing where TF_CONFIG is wrong, and names what is', async () => {
    const openPilot = (): never => {
      throw new Error('must not be opened');
    };
    const { code, err } = await pretrain(configOf(2), { openPilot });
    expect([code, err]).toEqual([2, expect.stringContaining('TF_CONFIG is wrong at “task.index”: 2')]);
    expect((await pretrain('{', { openPilot })).code).toBe(2);
  });
});

describe('wrong usage ends with 2 and a sentence', () => {
  const cases: [string[], RegExp][] = [
    [['run'], /^--images is needed\. See “pilot run --help”/],
    [['run', '--images', '/tmp'], /^--out is needed/],
    [['run', '--images'], /^--images needs a value/],
    [['run', '--images', '/tmp', '--out', '/o', '--colour'], /^There is no option “--colour”/],
    [['run', '--images', '/tmp', '--out', '/o', 'more'], /^There is a word too many/],
    [
      ['run', '--images', '/tmp', '--out', '/o', '--minutes', 'ten'],
      /^--minutes needs a number from 0\.05 to 10080, not “ten”/,
    ],
    [['run', '--images', '/tmp', '--out', '/o', '--minutes', '0'], /^--minutes needs a number/],
    [['run', '--images', '/tmp', '--out', '/o', '--smallest-defect-px', '-3'], /^--smallest-defect-px needs a number/],
    [['run', '--images', '/tmp', '--out', '/o', '--seed', '-1'], /^--seed needs a number/],
    [['run', '--images', '/tmp', '--out', '/o', '--lang', 'fr'], /^--lang takes ja or en, not “fr”/],
    [['fly'], /^There is no command “fly”/],
    [[], /^Say what to do/],
  ];
  it.each(cases)('%j', async (args, sentence) => {
    const before = process.env['LANG'];
    process.env['LANG'] = 'en_GB.UTF-8';
    try {
      const { code, out, err, asked } = await run(args);
      expect(err).toMatch(sentence);
      expect(err.trim().split('\n')).toHaveLength(1);
      expect([code, out, asked]).toEqual([2, '', []]);
    } finally {
      process.env['LANG'] = before;
    }
  });

  it('also when the core finds it, in the reader’s language', async () => {
    const refuse = (error: Error) => ({ runPilot: () => Promise.reject(error) });
    const args = ['run', '--images', '/tmp', '--out', '/o', '--lang', 'ja'];
    const missing = await run(args, refuse(new AppError('folder_missing', { path: '/nowhere' })));
    expect([missing.code, missing.out]).toEqual([2, '']);
    expect(missing.err).toMatch(/^「\/nowhere」|\/nowhere/);
    expect(missing.err).toMatch(/[ぁ-ん]/);
    const row = await run(args, refuse(new AppError('csv_unknown_path', { path: 'x.png', line: 7 })));
    expect([row.code, row.err.includes('7'), row.err.includes('x.png')]).toEqual([2, true, true]);
  });
});

describe('failures end with 1 and a sentence without a stack', () => {
  it.each([
    new AppError('tensorflow_missing', { reason: 'not_set_up', path: '/x' }),
    new AppError('disk_full', { path: '/x' }),
    new Error('boom'),
  ])('%s', async (error) => {
    const { code, err } = await run(['run', '--images', '/tmp', '--out', '/o', '--lang', 'en'], {
      runPilot: () => Promise.reject(error),
    });
    expect(code).toBe(1);
    expect(err).not.toMatch(/\bat .+:\d+/);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('and Ctrl-C says that what was done is kept', async () => {
    const stop = new AbortController();
    const { code, err } = await run(
      ['run', '--images', '/tmp', '--out', '/o', '--lang', 'en'],
      { runPilot: () => (stop.abort(), Promise.reject(stop.signal.reason as Error)) },
      false,
      stop.signal,
    );
    expect([code, err]).toEqual([1, 'Stopped. What was done so far is kept.\n']);
  });
});

describe('one stage at a time', () => {
  it('opens the data folder, does it and closes, also when it fails', async () => {
    const done = await run(['ingest', '--images', '/tmp', '--data', '/d', '--lang', 'en']);
    expect(done).toMatchObject({ code: 0, asked: ['/d', ['/tmp', undefined]], closed: 1 });
    expect(done.out).toBe('3 pictures admitted, 1 refused, 0 already known.\n');
    const pretrained = await run([
      'pretrain',
      '--data',
      '/d',
      '--minutes',
      '0.1',
      '--seed',
      '4',
      '--smallest-defect-px',
      '8',
    ]);
    expect(pretrained).toMatchObject({
      code: 0,
      asked: ['/d', { minutes: 0.1, seed: 4, smallestDefectPx: 8 }],
      closed: 1,
    });
    const start = fileURLToPath(import.meta.url);
    const started = await run(['pretrain', '--data', '/d', '--minutes', '0.1', '--start-from', start]);
    expect(started.asked).toEqual(['/d', { minutes: 0.1, seed: 1, smallestDefectPx: null, start }]);
    const lost = await run(['pretrain', '--data', '/d', '--start-from', '/nowhere.minarai', '--lang', 'en']);
    expect(lost).toMatchObject({ code: 2, closed: 1 });
    expect(lost.err).toContain('/nowhere.minarai');
    const marks = await run(['threshold', '--data', '/d', '--json']);
    expect(JSON.parse(marks.out)).toEqual({ review: 0.25, reject: 0.75 });
    const scored = await run(['score', '--data', '/d', '--lang', 'en']);
    expect(scored.out).toBe(
      'All pictures have been scored. A picture alone takes 12 ms (95 %: 20 ms); 88 a second when many wait.\n',
    );
    expect(JSON.parse((await run(['score', '--data', '/d', '--json'])).out)).toEqual({
      scoring: { pictures_per_s: 87.6, latency: { pictures: 40, p50_ms: 11.2, p95_ms: 19.8 } },
    });
    const held = await run(['score', '--data', '/d', '--lang', 'en'], {
      openPilot: () => Promise.reject(new AppError('second_instance')),
    });
    expect([held.code, held.closed]).toEqual([1, 0]);
  });

  it('doctor shows facts and hints, as a table or as JSON', async () => {
    const table = await run(['doctor', '--lang', 'ja']);
    expect(table.code).toBe(0);
    expect(table.out).toMatch(/✓ Node +24\.21\.0/);
    expect(table.out.split('\n')[2]).toMatch(/^ {4}.*[ぁ-ん]/);
    const { facts } = JSON.parse((await run(['doctor', '--json'])).out) as { facts: unknown[] };
    expect(facts).toHaveLength(2);
  });

  it('shows help in both languages with every command and ends with 0', async () => {
    const { code, out } = await run(['--help', '--lang', 'ja']);
    expect(code).toBe(0);
    for (const name of [
      'run',
      'ingest',
      'pretrain',
      'evaluate',
      'teach',
      'score',
      'threshold',
      'report',
      'watch',
      'doctor',
      'export-model',
      'import-model',
      'backup',
      'restore',
    ]) {
      expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
    expect(out).toContain('使い方:');
    const run1 = await run(['run', '--help', '--lang', 'en']);
    // Wherever its lines are broken.
    expect(run1.out.replaceAll(/\s+/g, ' ')).toContain('(default: 5)');
    expect(run1.out).toContain('--smallest-defect-px <N>');
  });
});

describe('archives', () => {
  const embed = ['archive-embed', '--pictures', '/tmp', '--out', '/o', '--lang', 'en'];

  it('hands a worker its file and its number, and tells what it did', async () => {
    const { code, out, asked } = await run([...embed, '--model', csv, '--shards', '8', '--worker', '2/4', '--json']);
    expect(code).toBe(0);
    const network = { kind: 'model', file: csv };
    expect(asked).toMatchObject([{ pictures: '/tmp', out: '/o', network, shards: 8, place: { index: 1, count: 4 } }]);
    const figures = { folder: '/o', shards: 8, own_shards: 3, own_rows: 30, own_unreadable: 1, seconds: 2 };
    expect(JSON.parse(out)).toEqual(figures);
  });

  it('shows what to look at first when results were taken over', async () => {
    const { code, out } = await run(['archive-merge', '--archive', '/o', '--data', '/tmp', '--lang', 'en']);
    expect([code, out]).toEqual([0, expect.stringContaining('0.987  a/b.png')]);
    const json = await run(['archive-merge', '--archive', '/o', '--data', '/tmp', '--json']);
    const first = { path: 'a/b.png', page: 0, score: 0.987, image_id: null };
    expect(JSON.parse(json.out)).toMatchObject({ pictures: 80, unreadable: 2, suspicious: [first] });
  });

  it.each([
    [[], 'one of both'],
    [['--model', csv, '--checkpoint', csv], 'one of both'],
    [['--model', '/no/such.minarai'], '--model'],
    [['--model', csv, '--worker', '5/4'], '1/4'],
    [['--model', csv, '--shards', '0'], '--shards'],
  ])('refuses %j with a sentence, before anything is begun', async (more, words) => {
    const { code, err, asked } = await run([...embed, ...more]);
    expect([code, asked]).toEqual([2, []]);
    expect(err).toContain(words);
  });
});
