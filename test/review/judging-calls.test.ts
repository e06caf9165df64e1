import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realApp, stateOf, takeIn } from '#test/faults/real-app.ts';
import { signedIn } from '#test/fakes/signed-in.ts';
import { put, temporaryFolder } from '#test/ingest/fixture.ts';

const COUNT = 3;

/** The real core over a folder of a few pictures. */
async function site() {
  const real = await realApp();
  const folder = temporaryFolder();
  for (let n = 1; n <= COUNT; n++) await put(folder, `${n}.png`, n);
  await takeIn(real.calls, folder, COUNT);
  const { items } = await real.calls.teach.next({ limit: COUNT });
  const [good, bad] = (await stateOf(real.calls)).classes.map(({ id }) => id) as [number, number];
  const first = items[0]?.image;
  if (!first) throw new Error('no picture');
  const again = async () => (await real.calls.review.evidence({ imageId: first.id })).image;
  return { ...real, folder, items, first, again, good, bad };
}

describe('a judgement', () => {
  it('that is sent twice is recorded once', async () => {
    const { calls, first, bad } = await site();
    const said = { imageId: first.id, classId: bad, token: randomUUID(), seen: null, durationMs: 900, clicks: 2 };
    const recorded = await calls.teach.label(said);
    expect(recorded).toMatchObject({ between: null });
    expect(await calls.teach.label(said)).toEqual(recorded);
    await calls.teach.undo();
    expect(await calls.teach.undo()).toEqual({ imageId: null });
    expect(await calls.teach.effort()).toMatchObject({ actions: 1, medianDurationMs: 900, medianClicks: 2 });
  });

  it('of a picture that somebody else judged meanwhile is kept beside the other, counts, and can give way to it', async () => {
    const { app, first, again, good, bad } = await site();
    const imageId = first.id;
    const tanaka = await signedIn(app, { name: '田中', role: 'operator' });
    const theirs = await tanaka.teach.label({ imageId, classId: bad, seen: first.labelId });
    const calls = await signedIn(app, { role: 'supervisor' });
    const mine = await calls.review.decide({ imageId, queue: 'missed', classId: good, seen: first.labelId });
    expect(mine.between).toMatchObject({ labelId: theirs.labelId, classId: bad, who: '田中' });
    expect(await again()).toMatchObject({ classId: good, labelId: mine.labelId });
    // Who has seen it is not told again.
    const third = await calls.teach.label({ imageId, classId: null, seen: mine.labelId });
    expect(third.between).toBeNull();
    await calls.teach.takeBack({ labelId: third.labelId });
    expect(await calls.teach.takeBack({ labelId: mine.labelId })).toEqual({ imageId });
    expect(await again()).toMatchObject({ classId: bad, labelId: theirs.labelId, reviewed: false });
    expect(await calls.teach.takeBack({ labelId: mine.labelId })).toEqual({ imageId: null });
    const { ledger } = await calls.review.evidence({ imageId });
    expect(ledger.map(({ event, who }) => `${event} ${who}`)).toEqual([
      'admitted ',
      'labelled 田中',
      'reviewed 佐藤',
      'set_aside 佐藤',
      'undone 佐藤',
      'undone 佐藤',
    ]);
  });

  it('with a kind that is not there is refused in words, and nothing is recorded', async () => {
    const { calls, first, again } = await site();
    const refused = { code: 'APP', data: { code: 'class_retired' } };
    await expect(calls.teach.label({ imageId: first.id, classId: 999 })).rejects.toMatchObject(refused);
    await expect(calls.review.decide({ imageId: first.id, queue: 'missed', classId: 999 })).rejects.toMatchObject(
      refused,
    );
    expect(await again()).toMatchObject({ labelId: null });
  });

  it('of a picture whose file was deleted meanwhile is kept; the picture is said not to be there', async () => {
    const { app, calls, folder, first, again, bad } = await site();
    rmSync(join(folder, first.fileName));
    await calls.teach.label({ imageId: first.id, classId: bad, regions: [{ points: [[0.5, 0.5]], width: 0.1 }] });
    expect(await app.picture(`/picture/${first.id}`, 'program')).toBeNull();
    expect(await again()).toMatchObject({ classId: bad, regions: [{ points: [[0.5, 0.5]], width: 0.1 }] });
  });

  it('is taken back and put back after a restart, while teaching and while reviewing', async () => {
    const { app, calls, dataDir, items, good, bad } = await site();
    const [first, second] = items.map(({ image }) => image.id) as [number, number];
    await calls.teach.label({ imageId: first, classId: bad });
    await calls.review.decide({ imageId: second, queue: 'missed', classId: good });
    await app.close();
    const { calls: later, app: restarted } = await realApp({ dataDir });
    expect(await later.teach.undo()).toEqual({ imageId: first });
    expect(await later.review.undo()).toEqual({ imageId: second });
    await restarted.close();
    const { calls: last } = await realApp({ dataDir });
    expect(await last.review.redo()).toEqual({ imageId: second });
    expect(await last.teach.redo()).toEqual({ imageId: first });
    expect((await stateOf(last)).counts).toMatchObject({ labelled: 2, labelledGood: 1, labelledDefect: 1 });
  });
});

it('an empty queue is an empty list, with and without pictures', async () => {
  const { calls } = await realApp();
  expect(await calls.teach.next({})).toEqual({ items: [] });
  expect(await calls.review.next({ queue: 'flagged' })).toEqual({ items: [] });
  expect(await calls.teach.effort()).toMatchObject({ actions: 0, medianDurationMs: null });
});

it('strokes beyond what a label holds are refused', async () => {
  const { calls, first, bad } = await site();
  const stroke = { points: Array.from({ length: 1000 }, (): [number, number] => [0.5, 0.5]), width: 0.1 };
  await expect(
    calls.teach.label({ imageId: first.id, classId: bad, regions: Array.from({ length: 5 }, () => stroke) }),
  ).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});
