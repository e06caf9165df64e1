import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { call } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import type { CheckpointId, ClassId, ImageId } from '#core/domain/ids.ts';
import { listAudit, verifyAudit } from '#core/store/audit.ts';
import { activeCheckpoint } from '#core/store/checkpoints.ts';
import { addClass } from '#core/store/classes.ts';
import { addEmbeddings } from '#core/store/embeddings.ts';
import { imageLedger } from '#core/store/ledger.ts';
import { addScores } from '#core/store/scores.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import { decoders } from '#test/ingest/fixture.ts';
import { model, scoreRow } from '#test/store/fixture.ts';
import { bookSite, refused } from './book-fixture.ts';

const spot = [{ x: 0.55, y: 0.3, width: 0.1, height: 0.2 }];

/** Every third picture NG with its spot marked, the others good. */
async function labelled(count: number) {
  const site = await bookSite(count, decoders());
  for (const [at, imageId] of site.ids.entries()) {
    const isBad = (at + 1) % 3 === 0;
    const regions = isBad ? { regions: spot } : {};
    await call(site.teach.label, { imageId, classId: isBad ? site.bad : site.good, ...regions });
  }
  const [first, second, third] = site.ids as [ImageId, ImageId, ImageId];
  return { ...site, good1: first, good2: second, bad1: third };
}

/** Embeds the pictures on a line, in the order of their numbers. */
function embed({ store, ids }: Pick<Awaited<ReturnType<typeof labelled>>, 'store' | 'ids'>): void {
  const modelId = model(store.write);
  const checkpointId = activeCheckpoint(store.read)?.id as CheckpointId;
  addEmbeddings(
    store.write,
    checkpointId,
    ids.map((imageId, at) => ({
      ...{ imageId, map: [0, 0] as const, cluster: 0, unusual: at },
      vector: new Float32Array([Math.cos(at / 10), Math.sin(at / 10)]),
    })),
  );
  addScores(
    store.write,
    modelId,
    ids.map((id, at) => scoreRow(id, at / 10)),
    'held_out',
    6,
  );
  applyThreshold(store.write, { modelId, review: 0.5, reject: 0.8, reason: 'why', who: '', atMs: 7 });
}

describe('the defect book', () => {
  it('holds limits by whom and when, at one scale and place, and what was taken out stays in its history', async () => {
    const { store, book, bad, good1, bad1 } = await labelled(6);
    const { sampleId } = await call(book.add, { imageId: bad1, classId: bad, role: 'limit_ng', note: ' 2 mm ' });
    await call(book.add, { imageId: good1, classId: bad, role: 'limit_ok' });
    const found = await call(book.get, undefined);
    const samples = found.classes.find(({ classId }) => classId === bad)?.samples;
    expect(samples).toMatchObject([
      { role: 'limit_ng', note: '2 mm', who: '佐藤', regions: spot, classId: bad, gone: false },
      { role: 'limit_ok', regions: [] },
    ]);
    expect(samples?.[0]?.crop).toEqual({ x: 95, y: 15, side: 50 });
    expect(samples?.[1]?.crop).toEqual(samples?.[0]?.crop);
    await call(book.remove, { sampleId, reason: '基準が変わった' });
    const after = await call(book.get, undefined);
    expect(after.version).toBe(3);
    expect(after.history.map(({ what, note }) => [what, note])).toEqual([
      ['removed', '基準が変わった'],
      ['added', ''],
      ['added', '2 mm'],
    ]);
    expect(after.classes.find(({ classId }) => classId === bad)?.samples).toHaveLength(1);
    await expect(call(book.remove, { sampleId, reason: 'x' })).rejects.toMatchObject(refused('not_found'));
    expect(() => store.write.run("UPDATE limit_sample SET note = ''")).toThrow('append-only');
    expect(() => store.write.run('DELETE FROM limit_sample_removed')).toThrow('append-only');
    expect(imageLedger(store.read, bad1).map(({ event }) => event)).toEqual(
      expect.arrayContaining(['limit_sample', 'limit_sample_removed']),
    );
    expect(listAudit(store.read, 9).map(({ what }) => what)).toEqual(['book.remove', 'book.add', 'book.add']);
    expect(verifyAudit(store.read)).toBeNull();
  });

  it('takes only what is labelled so, and a limit only of a defect', async () => {
    const { book, teach, classes, store, ids, good, bad, good1, good2, bad1 } = await labelled(6);
    const add = (imageId: number, classId: number, role: 'limit_ng' | 'limit_ok' | 'typical') =>
      call(book.add, { imageId, classId, role });
    await expect(add(bad1, bad, 'limit_ok')).rejects.toMatchObject(refused('sample_labelled_otherwise'));
    await expect(add(good1, bad, 'limit_ng')).rejects.toMatchObject(refused('sample_labelled_otherwise'));
    await expect(add(good1, good, 'limit_ok')).rejects.toMatchObject(refused('bad_input'));
    await expect(add(99, bad, 'limit_ng')).rejects.toMatchObject(refused('not_found'));
    await call(teach.label, { imageId: good2, classId: null });
    await expect(add(good2, bad, 'limit_ok')).rejects.toMatchObject(refused('sample_unlabelled'));
    const crack = addClass(store.write, { name: 'crack', isGood: false, atMs: 1 });
    await call(classes.retire, { classId: crack, moveTo: null });
    await expect(add(ids[5] ?? 0, crack, 'limit_ng')).rejects.toMatchObject(refused('class_retired'));
    expect((await call(book.get, undefined)).version).toBe(0);
    expect(listAudit(store.read, 9).map(({ what }) => what)).toEqual(['classes.retire']);
  });

  it('has a picture once in a class, and says where its label was changed or its file is gone', async () => {
    const { book, teach, folder, bad, good, bad1 } = await labelled(3);
    await call(book.add, { imageId: bad1, classId: bad, role: 'typical' });
    await call(book.add, { imageId: bad1, classId: bad, role: 'limit_ng' });
    const sample = async () =>
      (await call(book.get, undefined)).classes.find(({ classId }) => classId === bad)?.samples;
    expect(await sample()).toMatchObject([{ role: 'limit_ng' }]);
    await call(teach.label, { imageId: bad1, classId: good });
    rmSync(join(folder, '3.png'));
    expect(await sample()).toMatchObject([{ classId: good, gone: true }]);
  });

  it('proposes what is nearest to the mark, what looks alike and what is typical, not what it has already', async () => {
    const site = await labelled(9);
    const { book, ids, bad, good, folder } = site;
    embed(site);
    const propose = async (classId: ClassId) =>
      (await call(book.propose, { classId, limit: 2 })).proposals.map(({ role, why, image }) => [role, why, image.id]);
    // Scores 0.2, 0.5 and 0.8 are the NG; good ones beside the mark are 0.4 and 0.6.
    const [, , third, , fifth, sixth, seventh] = ids;
    const found = await propose(bad);
    expect(found.filter(([role]) => role === 'limit_ng')).toEqual([
      ['limit_ng', 'near_mark', sixth],
      ['limit_ng', 'look_alike', expect.any(Number)],
    ]);
    expect(found.filter(([role]) => role === 'limit_ok')[0]).toEqual(['limit_ok', 'near_mark', expect.any(Number)]);
    expect([fifth, seventh]).toContain(found.find(([role]) => role === 'limit_ok')?.[2]);
    expect(found.filter(([role]) => role === 'typical').map(([, why]) => why)).toEqual(['middle', 'middle']);
    expect((await propose(good)).every(([role]) => role === 'typical')).toBe(true);
    await call(book.add, { imageId: sixth ?? 0, classId: bad, role: 'limit_ng' });
    rmSync(join(folder, '3.png'));
    const left = (await propose(bad)).map(([, , id]) => id);
    expect(left).not.toContain(sixth);
    expect(left).not.toContain(third);
  });

  it('lays a good picture at the same place beside a limit that is bad', async () => {
    const site = await labelled(6);
    embed(site);
    await call(site.book.add, { imageId: site.bad1, classId: site.bad, role: 'limit_ng' });
    const [sample] =
      (await call(site.book.get, undefined)).classes.find(({ classId }) => classId === site.bad)?.samples ?? [];
    expect([site.good2, site.ids[3]]).toContain(sample?.beside?.image.id);
    expect(sample?.beside?.crop).toEqual(sample?.crop);
  });

  it(
    'is printed in both languages without script, path or raw text, also where a file is gone',
    { timeout: 60_000 },
    async () => {
      const { book, classes, bad, good1, bad1, ids, dataDir, folder } = await labelled(6);
      await expect(call(book.print, { locale: 'ja' })).rejects.toMatchObject(refused('book_empty'));
      await call(classes.rename, { classId: bad, name: '<img src=x onerror="alert(1)">' });
      await call(classes.describe, { classId: bad, description: '穴\n0.5 mm から NG' });
      await call(book.add, { imageId: bad1, classId: bad, role: 'limit_ng', note: '<b>2 mm</b>' });
      await call(book.add, { imageId: good1, classId: bad, role: 'limit_ok' });
      await call(book.add, { imageId: ids[5] ?? 0, classId: bad, role: 'typical' });
      rmSync(join(folder, '6.png'));
      for (const [locale, words] of [
        ['ja', ['限度内（OK）', '限度外（NG）', '作成', '承認', '画像ファイルがありません', '第 3 版']],
        ['en', ['Still good (OK)', 'Bad (NG)', 'Approved', 'The picture file is gone', 'Version 3']],
      ] as const) {
        const { file } = await call(book.print, { locale, classId: bad });
        expect(file).toMatch(/^defect-book-\d{8}-\d{6}\.html$/);
        const page = readFileSync(join(dataDir, 'exports', file), 'utf8');
        for (const word of words) expect(page).toContain(word);
        expect(page).toContain('&lt;img src=x onerror=');
        expect(page).not.toMatch(/<b>2 mm|<script|undefined|NaN|\[object/);
        expect(page).not.toContain(folder);
        expect(page.match(/href="data:image\/webp;base64,/g)).toHaveLength(2);
      }
    },
  );
});

describe('a judgement for a class that is no longer in use', () => {
  it('is refused in words, nothing is saved, and every change of a class is in the audit trail', async () => {
    const { store, classes, teach, bad, good1, changes } = await labelled(3);
    const crack = addClass(store.write, { name: 'crack', isGood: false, atMs: 1 });
    await call(classes.retire, { classId: crack, moveTo: null });
    const before = changes();
    await expect(call(teach.label, { imageId: good1, classId: crack })).rejects.toMatchObject(refused('class_retired'));
    await expect(call(teach.label, { imageId: good1, classId: 77 })).rejects.toMatchObject(refused('class_retired'));
    expect(changes()).toBe(before);
    await call(classes.rename, { classId: bad, name: '不良' });
    await call(classes.move, { classId: bad, by: -1 });
    await call(classes.bringBack, { classId: crack, withLabels: false });
    expect((await call(classes.history, undefined)).changes.map(({ what }) => what)).toEqual([
      'brought_back',
      'moved',
      'renamed',
      'retired',
    ]);
    expect(listAudit(store.read, 9).map(({ what }) => what)).toEqual([
      'classes.bringBack',
      'classes.move',
      'classes.rename',
      'classes.retire',
    ]);
  });
});
