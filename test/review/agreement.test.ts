import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { call } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { actAs } from '#core/acting.ts';
import type { ClassId, ImageId } from '#core/domain/ids.ts';
import { listAudit, verifyAudit } from '#core/store/audit.ts';
import { addClass } from '#core/store/classes.ts';
import { stateCounts } from '#core/store/counts.ts';
import { imageViews } from '#core/store/image-views.ts';
import { undoLast } from '#core/store/labels.ts';
import { imageLedger } from '#core/store/ledger.ts';
import { bookSite, refused } from './book-fixture.ts';

const two = { personA: '佐藤', personB: '加藤' };
type Site = Awaited<ReturnType<typeof bookSite>>;

/** Answers everything that is open for a side, in the name of whose side it is. */
async function fill({ agreement }: Site, roundId: number, side: 'a' | 'b', says: (id: number) => ClassId | null) {
  const round = (await call(agreement.rounds, undefined)).rounds.find(({ id }) => id === roundId);
  return actAs((side === 'a' ? round?.personA : round?.personB) ?? '', () => answerAll(agreement, roundId, side, says));
}

async function answerAll(
  agreement: Site['agreement'],
  roundId: number,
  side: 'a' | 'b',
  says: (id: number) => ClassId | null,
) {
  const asked: number[] = [];
  for (;;) {
    const { items } = await call(agreement.next, { roundId, side, limit: 7 });
    if (items.length === 0) return asked;
    for (const { image } of items) {
      asked.push(image.id);
      await call(agreement.answer, { roundId, side, imageId: image.id, classId: says(image.id), durationMs: 900 });
    }
  }
}

/** Every third picture is NG. */
const right =
  ({ good, bad }: Site) =>
  (id: number): ClassId =>
    id % 3 === 0 ? bad : good;

describe('a round of two people', () => {
  it('shows the same pictures to both in different orders, without anything that was said of them', async () => {
    const site = await bookSite(24);
    const { agreement, teach, good, bad, ids } = site;
    const [first, , third] = ids as [ImageId, ImageId, ImageId];
    await call(teach.label, { imageId: first, classId: good });
    const regions = [{ x: 0.1, y: 0.1, width: 0.2, height: 0.2 }];
    await call(teach.label, { imageId: third, classId: bad, regions });
    const { roundId } = await call(agreement.begin, { ...two, size: 20, seed: 4 });
    const queue = async (side: 'a' | 'b') => (await call(agreement.next, { roundId, side, limit: 99 })).items;
    const [a, b] = [await queue('a'), await actAs(two.personB, () => queue('b'))];
    await expect(queue('b')).rejects.toMatchObject({ data: { code: 'other_person', params: { name: '加藤' } } });
    const numbers = (items: typeof a) => items.map(({ image }) => image.id);
    expect(a).toHaveLength(20);
    expect(numbers(a)).not.toEqual(numbers(b));
    expect(new Set(numbers(a))).toEqual(new Set(numbers(b)));
    expect(numbers(a)).toEqual(expect.arrayContaining([first, third]));
    for (const { image, why } of [...a, ...b])
      expect([image.classId, image.regions, image.score, image.verdict, image.fileName, image.held, why]).toEqual([
        ...[null, [], null, null, '', false, 'agreement'],
      ]);
    await fill(site, roundId, 'a', right(site));
    const [round] = (await call(agreement.rounds, undefined)).rounds;
    expect(round).toMatchObject({ state: 'open', answeredA: 20, answeredB: 0, agreed: null });
    await expect(call(agreement.result, { roundId })).rejects.toMatchObject(refused('agreement_unfinished'));
  });

  it('goes on where it was, takes an answer back, and makes no label of any answer', async () => {
    const site = await bookSite(12);
    const { agreement, store, good, bad } = site;
    const { roundId } = await call(agreement.begin, { ...two, size: 10, seed: 1 });
    const open = async () => (await call(agreement.next, { roundId, side: 'a', limit: 99 })).items[0]?.image.id ?? 0;
    const first = await open();
    await call(agreement.answer, { roundId, side: 'a', imageId: first, classId: good });
    const second = await open();
    expect(second).not.toBe(first);
    await call(agreement.answer, { roundId, side: 'a', imageId: second, classId: bad });
    expect(await call(agreement.undo, { roundId, side: 'a' })).toEqual({ imageId: second });
    expect(await actAs(two.personB, () => call(agreement.undo, { roundId, side: 'b' }))).toEqual({ imageId: null });
    expect(await open()).toBe(second);
    await call(agreement.answer, { roundId, side: 'a', imageId: first, classId: bad });
    expect((await call(agreement.rounds, undefined)).rounds[0]).toMatchObject({ answeredA: 1, answeredB: 0 });
    expect(stateCounts(store.read).labelled).toBe(0);
    expect(() => store.write.run('DELETE FROM agreement_answer')).toThrow('append-only');
    await expect(call(agreement.answer, { roundId, side: 'a', imageId: 99, classId: bad })).rejects.toMatchObject(
      refused('not_found'),
    );
  });

  it('ends in figures and differences, worst first, which a third word settles and makes labels of', async () => {
    const site = await bookSite(30);
    const { agreement, store, good, bad, book } = site;
    const hole = addClass(store.write, { name: 'hole', isGood: false, atMs: 1 });
    const { roundId } = await call(agreement.begin, { ...two, size: 30, seed: 2 });
    const says = right(site);
    await fill(site, roundId, 'a', says);
    // The second one passes picture 3, calls 6 a hole and cannot tell 9.
    await fill(site, roundId, 'b', (id) => (id === 3 ? good : id === 6 ? hole : id === 9 ? null : says(id)));
    const result = await call(agreement.result, { roundId });
    expect(result.round).toMatchObject({ state: 'done', agreed: { agreed: 27, pictures: 30 } });
    expect(result.okNg).toMatchObject({
      ...{ answers: ['ok', 'ng'], pictures: 29, agreed: 28, meaning: 'aligned' },
      table: [
        [20, 0],
        [1, 8],
      ],
    });
    expect(result.okNg.ngAgreed).toBeCloseTo(16 / 17, 12);
    expect(result.classes).toMatchObject({ answers: [good, bad, hole, null], agreed: 27, pictures: 30 });
    expect(result.disagreements.map(({ image, kind, a, b }) => [image.id, kind, a, b])).toEqual([
      [3, 'escape', bad, good],
      [6, 'kind', bad, hole],
      [9, 'unsure', bad, null],
    ]);
    const resolve = { roundId, imageId: 3, classId: bad, reason: '長さ 2 mm' };
    await actAs('課長', () => call(agreement.resolve, resolve));
    expect(imageViews(store.read, [3 as ImageId])[0]).toMatchObject({ classId: bad });
    expect(stateCounts(store.read).labelled).toBe(1);
    expect((await call(agreement.result, { roundId })).disagreements[0]?.resolution).toMatchObject({
      ...{ classId: bad, who: '課長', reason: '長さ 2 mm' },
    });
    expect(imageLedger(store.read, 3 as ImageId).map(({ event }) => event)).toContain('third_word');
    await call(book.add, { imageId: 3, classId: bad, role: 'limit_ng' });
    undoLast(store.write, 'teach', '佐藤', 900);
    expect((await call(agreement.result, { roundId })).disagreements[0]?.resolution).toBeNull();
    expect(listAudit(store.read, 9).map(({ what }) => what)).toEqual([
      'book.add',
      'agreement.resolve',
      'agreement.begin',
    ]);
    expect(verifyAudit(store.read)).toBeNull();
  });

  it('makes labels of what both said only when asked, in one batch', async () => {
    const site = await bookSite(15);
    const { agreement, teach, store, good } = site;
    const { roundId } = await call(agreement.begin, { ...two, size: 15, seed: 3 });
    await fill(site, roundId, 'a', right(site));
    await fill(site, roundId, 'b', (id) => (id === 1 ? null : right(site)(id)));
    await call(teach.label, { imageId: 2, classId: good });
    expect((await call(agreement.result, { roundId })).agreedUnlabelled).toBe(13);
    expect(await call(agreement.adopt, { roundId })).toEqual({ labels: 13 });
    expect(await call(agreement.adopt, { roundId })).toEqual({ labels: 0 });
    expect(stateCounts(store.read)).toMatchObject({ labelled: 14, labelledDefect: 5 });
    expect(imageLedger(store.read, 4 as ImageId)).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ event: 'both_agreed', who: '佐藤 / 加藤' })]),
    );
    await call(teach.undo, undefined);
    expect(stateCounts(store.read).labelled).toBe(1);
  });

  it('may be of the same person twice, the second time after the first', async () => {
    const site = await bookSite(12);
    const { agreement } = site;
    await expect(call(agreement.begin, { personA: '佐藤', personB: ' 佐藤　', size: 10 })).rejects.toMatchObject(
      refused('agreement_same_person'),
    );
    await expect(call(agreement.begin, { personA: 'Sato', personB: 'ＳＡＴＯ', size: 10 })).rejects.toMatchObject(
      refused('agreement_same_person'),
    );
    const { roundId } = await call(agreement.begin, { personA: '佐藤', personB: '佐藤', repeat: true, size: 10 });
    await expect(call(agreement.next, { roundId, side: 'b' })).rejects.toMatchObject(refused('agreement_unfinished'));
    await fill(site, roundId, 'a', right(site));
    await fill(site, roundId, 'b', right(site));
    expect((await call(agreement.rounds, undefined)).rounds[0]).toMatchObject({ repeat: true, state: 'done' });
  });
});

describe('a round in which something goes wrong', () => {
  it('is refused with too few pictures, told of fewer than asked for, and only one is open at a time', async () => {
    const few = await bookSite(9);
    await expect(call(few.agreement.begin, { ...two, size: 10 })).rejects.toMatchObject({
      data: { code: 'needs_images', params: { have: 9, need: 10 } },
    });
    const { agreement, folder } = await bookSite(14);
    rmSync(join(folder, '5.png'));
    const { roundId } = await call(agreement.begin, { ...two, size: 40 });
    expect((await call(agreement.rounds, undefined)).rounds[0]).toMatchObject({ id: roundId, asked: 40, pictures: 13 });
    await expect(call(agreement.begin, { ...two, size: 10 })).rejects.toMatchObject(refused('agreement_open'));
  });

  it('leaves out a picture whose file is gone by now', async () => {
    const site = await bookSite(12);
    const { agreement, folder } = site;
    const { roundId } = await call(agreement.begin, { ...two, size: 12, seed: 1 });
    await fill(site, roundId, 'a', right(site));
    rmSync(join(folder, '7.png'));
    await fill(site, roundId, 'b', right(site));
    expect((await call(agreement.rounds, undefined)).rounds[0]).toMatchObject({
      state: 'done',
      gone: 1,
      answeredB: 11,
    });
    expect((await call(agreement.result, { roundId })).okNg).toMatchObject({ pictures: 11, agreed: 11 });
  });

  it('refuses an answer of a class that was retired meanwhile; what was said before still counts', async () => {
    const site = await bookSite(12);
    const { agreement, classes, store, good } = site;
    const hole = addClass(store.write, { name: 'hole', isGood: false, atMs: 1 });
    const { roundId } = await call(agreement.begin, { ...two, size: 12, seed: 1 });
    await fill(site, roundId, 'a', () => hole);
    await call(classes.retire, { classId: hole, moveTo: null });
    const next = async () => (await actAs(two.personB, () => call(agreement.next, { roundId, side: 'b' }))).items[0];
    const open = await next();
    const answer = { roundId, side: 'b' as const, imageId: open?.image.id ?? 0 };
    await expect(actAs(two.personB, () => call(agreement.answer, { ...answer, classId: hole }))).rejects.toMatchObject(
      refused('class_retired'),
    );
    expect((await next())?.image.id).toBe(open?.image.id);
    await fill(site, roundId, 'b', () => good);
    const { disagreements } = await call(agreement.result, { roundId });
    expect(disagreements[0]).toMatchObject({ a: hole, b: good, kind: 'escape' });
    await expect(
      call(agreement.resolve, { roundId, imageId: answer.imageId, classId: hole, reason: 'x' }),
    ).rejects.toMatchObject(refused('class_retired'));
  });

  it('can be ended; then it takes no answer any more and tells what there is', async () => {
    const site = await bookSite(12);
    const { agreement, good } = site;
    const { roundId } = await call(agreement.begin, { ...two, size: 12, seed: 1 });
    const [open] = (await call(agreement.next, { roundId, side: 'a' })).items;
    const answer = { roundId, imageId: open?.image.id ?? 0, classId: good };
    await call(agreement.answer, { ...answer, side: 'a' });
    await actAs(two.personB, () => call(agreement.answer, { ...answer, side: 'b' }));
    await call(agreement.stop, { roundId });
    await call(agreement.stop, { roundId });
    await expect(call(agreement.answer, { ...answer, side: 'a' })).rejects.toMatchObject(refused('agreement_closed'));
    await expect(call(agreement.undo, { roundId, side: 'a' })).rejects.toMatchObject(refused('agreement_closed'));
    const left = await actAs(two.personB, () => call(agreement.next, { roundId, side: 'b' }));
    expect(left.items).toEqual([]);
    expect((await call(agreement.result, { roundId })).okNg).toMatchObject({ pictures: 1, kappa: null });
    await expect(call(agreement.result, { roundId: 9 })).rejects.toMatchObject(refused('not_found'));
  });
});
