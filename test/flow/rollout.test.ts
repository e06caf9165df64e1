import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { zipSync, unzipSync } from 'fflate';
import { expect, it, onTestFinished } from 'vitest';
import { createApp } from '#core/app.ts';
import {
  LINE_FILE_VERSION,
  lineSections,
  type LineCard,
  type LineSample,
  type LineSection,
} from '#core/contract/line-file.ts';
import { currencies } from '#core/domain/currency.ts';
import type { CameraId } from '#core/domain/ids.ts';
import { promisableShares } from '#core/domain/aims.ts';
import { roiInputNames } from '#core/domain/roi.ts';
import { limitsOf } from '#core/domain/roi-limits.ts';
import { readLine, writeLine } from '#core/jobs/line-archive.ts';
import { addCamera, ensureLine, listCameras } from '#core/store/cameras.ts';
import { addClass } from '#core/store/classes.ts';
import { sayRight } from '#core/store/data-rights.ts';
import { admitPicture } from '#core/store/images.ts';
import { addLabel } from '#core/store/labels.ts';
import { addSample } from '#core/store/limit-samples.ts';
import { openStore } from '#core/store/open.ts';
import type { Writer } from '#core/store/handle.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { programCalls } from '#test/fakes/signed-in.ts';
import { png } from '#test/ingest/fixture.ts';
import { clearRight, cleared, model, temporaryFolder } from '#test/store/fixture.ts';
import { picture } from '#test/store/picture.ts';

const settled: readonly LineSection[] = ['classes', 'cameras', 'shifts', 'aims', 'costs', 'work'];

/** A pilot with cameras of these names, filled by `fill` before its app opens it. */
async function pilot(cameras: readonly string[], fill: (db: Writer, dataDir: string) => unknown = () => undefined) {
  const dataDir = temporaryFolder();
  const store = openStore(dataDir);
  const lineId = ensureLine(store.write, 'line 1');
  for (const [at, name] of cameras.entries()) {
    const folder = join(dataDir, 'cameras', String(at));
    mkdirSync(folder, { recursive: true });
    addCamera(store.write, { lineId, name, folder, atMs: 1 });
  }
  await fill(store.write, dataDir);
  store.close();
  const app = await createApp({
    ...{ dataDir, shell: 'browser', version: '9', defaultLocale: 'en' },
    launchEngine: () =>
      scriptedEngine({
        async importModel({ outDir }) {
          mkdirSync(outDir, { recursive: true });
          const file = join(outDir, 'step-000000.minarai');
          writeFileSync(file, 'an encoder');
          return { file, sha256: 'ab', bytes: 10, channels: 1, width: 8 };
        },
      }).port,
    ...{ inspectMachine: () => Promise.resolve([]), log: () => undefined },
  });
  onTestFinished(() => app.close());
  const calls = programCalls(app);
  const write = async (sections: readonly LineSection[], agreed = false) => {
    const { file } = await calls.rollout.write({ sections: [...sections], agreed });
    return join(dataDir, 'exports', file);
  };
  const state = async () => {
    for await (const one of await calls.app.watch()) return one;
    throw new Error('the app ended');
  };
  return { app, calls, dataDir, write, state };
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function fileOf(card: Partial<LineCard>, pictures: readonly Buffer[] = []): Promise<string> {
  const path = join(temporaryFolder(), 'other.minarai-line');
  const head = {
    format: 'minarai-line',
    version: LINE_FILE_VERSION,
    app: '9',
    createdAtMs: 1,
    line: 'line 5',
  } as const;
  const samples = new Map(pictures.map((bytes) => [hashOf(bytes), bytes] as const));
  await writeLine(path, { card: { ...head, ...card }, samples, encoder: null });
  return path;
}

const word = fc.stringMatching(/^[a-zA-Z0-9あ-ん]{1,12}$/);
const classes = fc
  .tuple(
    fc.uniqueArray(word, { minLength: 2, maxLength: 8 }),
    fc.shuffledSubarray(['2', '4', '5', '6', '7', '8', '9'] as const, { minLength: 7 }),
    fc.array(fc.tuple(fc.boolean(), fc.boolean(), word), { minLength: 8, maxLength: 8 }),
  )
  .map(([names, keys, each]) =>
    names.map((name, at): NonNullable<LineCard['classes']>[number] => {
      const [good = false, keyed = false, description = ''] = each[at] ?? [];
      const isGood = at === 0 || (at > 1 && good);
      const key = isGood ? (at === 0 ? ('1' as const) : null) : keyed ? (keys[at - 1] ?? null) : null;
      return { name, isGood, key, description };
    }),
  )
  .chain((made) => fc.shuffledSubarray(made, { minLength: made.length }));

const share = fc.double({ min: 0, max: 1, noNaN: true });
const area = fc.record({
  region: fc.option(
    fc.record({
      x: fc.double({ min: 0, max: 0.4, noNaN: true }),
      y: fc.double({ min: 0, max: 0.4, noNaN: true }),
      width: fc.double({ min: 0.4, max: 0.6, noNaN: true }),
      height: fc.double({ min: 0.4, max: 0.6, noNaN: true }),
    }),
  ),
  ignore: fc.array(
    fc.record({
      kind: fc.constant('stroke' as const),
      points: fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 3 }),
      width: fc.double({ min: 0.001, max: 0.05, noNaN: true }),
    }),
    { maxLength: 2 },
  ),
});
const cost = fc.constantFrom(...roiInputNames).chain((name) => {
  const { least, most } = limitsOf(name);
  const within = fc
    .double({ min: least, max: Math.min(most, 1e9), noNaN: true })
    .map((value) => (value === 0 ? 0 : value));
  return fc
    .array(within, { minLength: 3, maxLength: 3 })
    .map((three) => three.sort((a, b) => a - b))
    .chain(([low = 0, value = 0, high = 0]) =>
      fc.constantFrom({ value }, { value, low, high }).map((input) => [name, input] as const),
    );
});
const card = fc.record({
  classes,
  cameras: fc.tuple(area, area).map((areas) =>
    areas.map((one, at) => ({
      ...{
        name: `camera ${at + 1}`,
        area: one.region === null && one.ignore.length === 0 ? null : one,
        pattern: at === 0 ? '{lot}_{serial}' : null,
      },
      files: { include: at === 0 ? '*.png' : '', exclude: '', maxDepth: at },
    })),
  ),
  shifts: fc.record({
    shifts: fc.constantFrom<NonNullable<LineCard['shifts']>['shifts'][]>(
      [],
      [
        { name: '昼', startMinute: 480, endMinute: 1020, days: [1, 2, 3, 4, 5] },
        { name: '夜', startMinute: 1020, endMinute: 120, days: [1, 2, 3, 4, 5] },
      ],
    ),
    auditedPerShift: fc.integer({ min: 1, max: 500 }),
  }),
  aims: fc.record({
    maxEscape: fc.double({ min: 0.005, max: 0.2, noNaN: true }),
    maxOverkill: fc.constantFrom(...promisableShares),
  }),
  costs: fc.record({
    currency: fc.constantFrom(...currencies),
    inputs: fc.array(cost, { maxLength: 6 }).map((all) => Object.fromEntries(all)),
  }),
  work: fc.record({ autoScore: fc.boolean(), autoTeach: fc.boolean() }),
});

it('a line that was copied, taken over by an empty pilot and copied again is the same', async () => {
  await fc.assert(
    fc.asyncProperty(card, async (told) => {
      const path = await fileOf(told);
      const { calls, write } = await pilot(['camera 1', 'camera 2']);
      const { sha256, items } = await calls.rollout.preview({ path });
      expect(items.filter(({ change }) => change === 'blocked')).toEqual([]);
      await calls.rollout.take({ path, sha256, sections: [...settled] });
      const again = await readLine(await write(settled));
      for (const section of settled) expect(again.card[section], section).toEqual(told[section as keyof typeof told]);
      const looked = await calls.rollout.preview({ path });
      expect(looked.items.filter(({ change }) => change !== 'same')).toEqual([]);
    }),
    { numRuns: 8 },
  );
});

function firstCamera(db: Writer): CameraId {
  const [first] = listCameras(db);
  if (!first) throw new Error('no camera');
  return first.id;
}

/** A line with a labelled picture in the defect book, and an encoder. */
const worked = async (db: Writer, dataDir: string): Promise<void> => {
  const [first] = listCameras(db);
  if (!first) throw new Error('no camera');
  clearRight(db, first.id);
  const path = join(first.folder, '1.png');
  const bytes = await png(1);
  writeFileSync(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const imageId = admitPicture(db, picture(first.id, 1, { path, sha256, width: 32, height: 32 })).imageId;
  const [good, bad] = [true, false].map((isGood) => addClass(db, { name: isGood ? 'OK' : 'pit', isGood, atMs: 1 }));
  if (good === undefined || bad === undefined) throw new Error('no class');
  addLabel(db, { imageId, classId: bad, source: 'teach', who: '', atMs: 1 });
  const region = { x: 0.1, y: 0.1, width: 0.3, height: 0.3 };
  const sample = { imageId, classId: bad, role: 'limit_ng', regions: [region], note: 'from 0.5 mm' } as const;
  addSample(db, { ...sample, who: 'Sato', atMs: 2 });
  model(db);
  db.run("UPDATE job SET state = 'done'");
  db.run("UPDATE checkpoint SET config = '{}', sha256 = 'cd'");
  writeFileSync(
    join(dataDir, 'checkpoint.bin'),
    Buffer.concat([Buffer.from('x'.repeat(40)), Buffer.from('cd', 'hex')]),
  );
};

it('limit samples and the encoder go along, are shown as the other line’s and can be taken out again', async () => {
  const giving = await pilot(['top'], async (db, dataDir) => {
    await worked(db, dataDir);
    const file = readFileSync(join(dataDir, 'checkpoint.bin'));
    db.run('UPDATE checkpoint SET sha256 = ?', file.subarray(-32).toString('hex'));
  });
  expect(await giving.calls.rollout.contents()).toMatchObject({ line: 'line 1', customers: [], samplesKept: 0 });
  const path = await giving.write(lineSections);
  const { card: told } = await readLine(path);
  expect(told.samples).toMatchObject([{ kind: 'pit', role: 'limit_ng', note: 'from 0.5 mm', width: 32, height: 32 }]);
  expect(told.encoder).toMatchObject({ channels: 1, width: 8, images: 1 });
  // No person, folder or place of this computer is in it.
  expect(JSON.stringify(told)).not.toMatch(/Sato|\/cameras\//);

  const taking = await pilot(['side']);
  const { sha256, items, cameras } = await taking.calls.rollout.preview({ path });
  expect(cameras).toMatchObject([{ name: 'top', cameraId: 1 }]);
  expect(items.find(({ kind }) => kind === 'sample')).toMatchObject({ change: 'new', now: null });
  const without = await taking.calls.rollout.preview({ path, sections: ['samples'] });
  expect(without.items.find(({ kind }) => kind === 'sample')).toMatchObject({ change: 'blocked', why: 'no_class' });
  const taken = await taking.calls.rollout.take({ path, sha256, sections: ['classes', 'samples', 'encoder'] });
  expect(taken.jobId).not.toBeNull();
  const book = await taking.calls.book.get();
  const [borrowed] = book.classes.flatMap((one) => one.borrowed);
  expect(borrowed).toMatchObject({ role: 'limit_ng', line: 'line 1', regions: [{ x: 0.1 }] });
  const shown = await taking.app.picture(`/borrowed/${borrowed?.id}`, 'program');
  expect(
    Buffer.from(shown?.bytes ?? [])
      .subarray(8, 12)
      .toString(),
  ).toBe('WEBP');
  expect((await taking.state()).classes.map(({ name }) => name)).toEqual(['OK', 'pit']);
  expect((await taking.calls.rollout.contents()).taken).toMatchObject([{ line: 'line 1', changed: 3 }]);
  await expect
    .poll(async () => (await taking.calls.exchange.list()).origins)
    .toMatchObject([{ inUse: true, card: { format: 'minarai-line', line: 'line 1' } }]);
  const [trail] = (await taking.calls.history.list({})).rows.filter(({ what }) => what === 'rollout.take');
  expect(trail?.params).toMatchObject({ line: 'line 1', sha256, sections: 'classes samples encoder', changed: 3 });
  await taking.calls.rollout.removeSample({ sampleId: borrowed?.id ?? 0, reason: 'ours is clearer' });
  expect((await taking.calls.book.get()).classes.flatMap((one) => one.borrowed)).toEqual([]);
});

it('asks the customer first, and leaves pictures with people or without clearance at home', async () => {
  const customer = await pilot(['top'], async (db, dataDir) => {
    await worked(db, dataDir);
    const said = { ...cleared, customerParts: 'yes', customer: 'Tokai', basis: 'contract', basisNote: '7' } as const;
    sayRight(db, firstCamera(db), said);
  });
  await expect(customer.write(['samples'])).rejects.toMatchObject({ data: { code: 'export_customer' } });
  expect((await readLine(await customer.write(['samples'], true))).card.samples).toHaveLength(1);
  const people = await pilot(['top'], async (db, dataDir) => {
    await worked(db, dataDir);
    sayRight(db, firstCamera(db), { ...cleared, people: 'yes', basis: 'consent', basisNote: 'all' });
  });
  expect((await people.calls.rollout.contents()).samplesKept).toBe(1);
  expect((await readLine(await people.write(['samples']))).card.samples).toEqual([]);
});

it('a running pilot keeps what a file cannot change, and everything where one thing fails', async () => {
  const path = await fileOf({
    classes: [
      { name: 'OK', isGood: false, key: null, description: '' },
      { name: 'pit', isGood: false, key: '2', description: 'a hole' },
    ],
    cameras: [{ name: 'far', area: null, files: { include: '', exclude: '', maxDepth: 1 }, pattern: '{lot' }],
    costs: { currency: 'USD', inputs: { wageYenPerHour: { value: 20 }, nothing: { value: 1 } } },
  });
  const { calls, state } = await pilot(['top', 'side'], async (db, dataDir) => worked(db, dataDir));
  await calls.roi.set({ inputs: { wageYenPerHour: { value: 2000, kind: 'entered' } } });
  const { items, sha256 } = await calls.rollout.preview({ path });
  const whys = items.map(({ kind, name, change, why }) => [kind, name, why ?? change]);
  expect(whys).toEqual([
    ['class', 'OK', 'meaning'],
    ['class', 'pit', 'differs'],
    ['camera', 'far', 'no_camera'],
    ['currency', '', 'currency'],
    ['cost', 'wageYenPerHour', 'currency'],
    ['cost', 'nothing', 'refused'],
  ]);
  await expect(calls.rollout.take({ path, sha256: '0', sections: ['classes'] })).rejects.toMatchObject({
    data: { code: 'line_file_changed' },
  });
  const chosen = await calls.rollout.preview({ path, cameras: [{ name: 'far', cameraId: 2 }] });
  expect(chosen.items.find(({ kind }) => kind === 'pattern')).toMatchObject({ why: 'pattern' });
  await calls.rollout.take({ path, sha256, sections: [...settled] });
  expect((await state()).classes.map(({ name, key, labels }) => [name, key, labels])).toEqual([
    ['OK', '1', 0],
    ['pit', '2', 1],
  ]);
  expect((await calls.book.get()).classes[1]?.description).toBe('a hole');
  expect((await calls.roi.get()).currency).toBe('JPY');

  // A limit sample that is no picture: nothing of its file is taken over.
  const bytes = Buffer.from('no picture at all');
  const sample: LineSample = {
    kind: 'dent',
    role: 'typical',
    note: '',
    regions: [],
    width: 9,
    height: 9,
    sha256: hashOf(bytes),
  };
  const dent = { name: 'dent', isGood: false, key: null, description: '' } as const;
  const strange = await fileOf({ classes: [dent], samples: [sample] }, [bytes]);
  const seen = await calls.rollout.preview({ path: strange });
  const taken = calls.rollout.take({ path: strange, sha256: seen.sha256, sections: ['classes', 'samples'] });
  await expect(taken).rejects.toMatchObject({ data: { code: expect.stringMatching(/^image_/) as string } });
  expect((await state()).classes).toHaveLength(2);
  expect((await calls.rollout.contents()).taken).toHaveLength(1);
});

it('files that are not whole, lead out, swell or are newer are refused by name', async () => {
  const folder = temporaryFolder();
  const good = await fileOf({ work: { autoScore: true, autoTeach: true } });
  const parts = unzipSync(readFileSync(good));
  let n = 0;
  const made = (change: Parameters<typeof zipSync>[0], level: 0 | 9 = 0): string => {
    const file = join(folder, `${(n += 1)}.minarai-line`);
    writeFileSync(file, zipSync({ ...parts, ...change }, { level }));
    return file;
  };
  const said = (over: object) => {
    const json = Buffer.from(
      JSON.stringify({ ...(JSON.parse(Buffer.from(parts['card.json'] ?? []).toString()) as object), ...over }),
    );
    return { 'card.json': json, 'card.sha256': Buffer.from(createHash('sha256').update(json).digest('hex')) };
  };
  const torn = join(folder, 'torn.minarai-line');
  writeFileSync(torn, readFileSync(good).subarray(0, 200));
  const cases: [string, string][] = [
    [torn, 'format'],
    [made({ 'card.json': Buffer.from('{}') }), 'hash'],
    [made({ '../evil': Buffer.from('x') }), 'parts'],
    [made({ 'samples/../../evil.webp': Buffer.from('x') }), 'parts'],
    [made({ 'encoder.minarai': Buffer.from('x') }), 'parts'],
    [made({ 'card.json': Buffer.alloc(2 ** 24, 32) }, 9), 'size'],
    [made(said({ classes: [{ name: '\u0000', isGood: true, key: null, description: '' }] })), 'card'],
    [made(said({ aims: { maxEscape: 2, maxOverkill: 0.01 } })), 'card'],
  ];
  const { calls } = await pilot([]);
  for (const [path, reason] of cases)
    await expect(calls.rollout.preview({ path }), path).rejects.toMatchObject({
      data: { code: 'line_file_broken', params: { reason } },
    });
  const newer = made(said({ version: 2 }));
  await expect(calls.rollout.preview({ path: newer })).rejects.toMatchObject({ data: { code: 'line_file_newer' } });
  await expect(calls.rollout.preview({ path: join(folder, 'none') })).rejects.toMatchObject({
    data: { code: 'not_found' },
  });
});
