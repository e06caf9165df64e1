import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call } from '@orpc/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { implementer } from '#core/calls/base.ts';
import { doubtCalls } from '#core/calls/doubts.ts';
import { teachCalls } from '#core/calls/teach.ts';
import type { Core } from '#core/core.ts';
import type { CheckpointId, ClassId, ImageId } from '#core/domain/ids.ts';
import { startEngine } from '#core/engine-client.ts';
import { AppError } from '#core/contract/errors.ts';
import { activeCheckpoint } from '#core/store/checkpoints.ts';
import { addEmbeddings } from '#core/store/embeddings.ts';
import { addLabel } from '#core/store/labels.ts';
import { imageLedger } from '#core/store/ledger.ts';
import { addScores } from '#core/store/scores.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { camera, classes, model, pictures, scoreRow, temporaryFolder, temporaryStore } from '#test/store/fixture.ts';

/**
 * Pictures of which the first half look alike and are OK, the others NG, but for the first, which is called NG. The engine compares as
 * the real one does.
 */
function site(count: number, labelled = true) {
  const store = temporaryStore();
  const ids = pictures(store.write, camera(store.write), count);
  const { good, bad } = classes(store.write);
  const dataDir = temporaryFolder();
  let compared = 0;
  let broken = false;
  const work: Parameters<typeof scriptedEngine>[0] = {
    async neighbours({ vectorsFile, dimension, groups, count: most, outFile }) {
      if (broken) throw new AppError('engine_crashed', {});
      compared++;
      const bytes = readFileSync(vectorsFile);
      const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
      const row = (n: number) => [...data.subarray(n * dimension, (n + 1) * dimension)];
      const found = new Float32Array(2 * groups.length * most).fill(-1);
      groups.forEach((group, n) => {
        const others = groups
          .map((other, at) => ({
            other,
            at,
            cosine: row(n).reduce((sum, value, i) => sum + value * (row(at)[i] ?? 0), 0),
          }))
          .filter(({ other }) => other !== group)
          .toSorted((a, b) => b.cosine - a.cosine)
          .slice(0, most);
        others.forEach(({ at, cosine }, place) => {
          found[n * most + place] = at;
          found[groups.length * most + n * most + place] = cosine;
        });
      });
      writeFileSync(outFile, new Uint8Array(found.buffer));
      return { count: most };
    },
  };
  const engine = startEngine(() => scriptedEngine(work).port);
  onTestFinished(() => engine.stop());
  let clock = 10_000;
  const core = {
    ...{ store, log: () => undefined, now: () => ++clock, changed: () => undefined },
    ...{ person: () => '佐藤', tools: { store, engine: engine.calls, dataDir } },
  } as unknown as Core;
  const isGood = (n: number) => n < count / 2;
  const withModel = (): ReturnType<typeof model> => {
    const modelId = model(store.write);
    const checkpointId = activeCheckpoint(store.read)?.id as CheckpointId;
    addEmbeddings(
      store.write,
      checkpointId,
      ids.map((imageId, n) => {
        const angle = (isGood(n) ? 0 : 1.2) + 0.002 * n;
        return {
          imageId,
          map: [0, 0],
          cluster: 0,
          unusual: 0,
          vector: Float32Array.of(Math.cos(angle), Math.sin(angle)),
        };
      }),
    );
    return modelId;
  };
  const label = (imageId: ImageId | undefined, classId: ClassId) =>
    addLabel(store.write, { imageId: imageId as ImageId, classId, source: 'teach', who: '', atMs: 50 });
  if (labelled) ids.forEach((id, n) => label(id, n !== 0 && isGood(n) ? good : bad));
  return {
    ...{ store, ids, good, bad, label, withModel, dataDir },
    ...doubtCalls(implementer(core), core),
    ...teachCalls(implementer(core), core),
    compared: () => compared,
    breakEngine: (now: boolean) => (broken = now),
  };
}

describe('likely label errors', () => {
  it('come first with the pictures that contradict them', async () => {
    const here = site(40);
    here.withModel();
    const view = await call(here.doubts.list, {});
    expect(view).toMatchObject({ wants: null, labels: 40, found: 1, by: 'neighbours' });
    const [first] = view.rows;
    expect(first).toMatchObject({
      image: { id: here.ids[0] },
      classId: here.bad,
      otherId: here.good,
      model: null,
      unseen: false,
    });
    expect(first?.nearest).toHaveLength(8);
    expect(first?.nearest.every(({ classId }) => classId === here.good)).toBe(true);
    expect(readdirSync(join(here.dataDir, 'cache'))).toEqual([]);
  });

  it('are told by a model that did not see the picture, too, and never by one that did', async () => {
    const here = site(40);
    const modelId = here.withModel();
    const [first, second, third] = here.ids as [ImageId, ImageId, ImageId];
    const says = (id: ImageId, good: number) => ({ ...scoreRow(id, 1 - good), classProbabilities: [good, 1 - good] });
    addScores(here.store.write, modelId, [says(first, 0.97), says(second, 0.001)], 'held_out', 60);
    addScores(here.store.write, modelId, [says(third, 0.001)], 'scored', 60);
    const view = await call(here.doubts.list, {});
    expect(view.by).toBe('model_and_neighbours');
    expect(view.rows[0]).toMatchObject({ image: { id: first }, model: { own: expect.closeTo(0.03, 6), other: 0.97 } });
    expect(view.rows.some(({ image }) => image.id === third)).toBe(false);
  });

  it('do not vouch for each other where they show the same part', async () => {
    const here = site(40);
    here.withModel();
    // The wrong label and its four likest pictures are one part: the others say what it is.
    const same = here.ids.slice(0, 5);
    for (const id of same)
      here.store.write.run('INSERT INTO image_split (image_id, split, group_key) VALUES (?, NULL, ?)', id, 'part');
    const [first] = (await call(here.doubts.list, {})).rows;
    expect(first?.nearest.some(({ imageId }) => same.includes(imageId as ImageId))).toBe(false);
  });

  it('that are kept are not asked again, unless the word is taken back or the label changes', async () => {
    const here = site(40);
    here.withModel();
    const [first] = (await call(here.doubts.list, {})).rows;
    const labelId = first?.labelId ?? 0;
    await call(here.doubts.keep, { labelId, kept: true });
    expect((await call(here.doubts.list, {})).rows).toEqual([]);
    expect(imageLedger(here.store.read, here.ids[0] as ImageId).at(-1)).toMatchObject({
      event: 'label_kept',
      who: '佐藤',
    });
    await call(here.doubts.keep, { labelId, kept: false });
    expect((await call(here.doubts.list, {})).found).toBe(1);
    await call(here.doubts.keep, { labelId, kept: true });
    here.label(here.ids[0], here.bad);
    expect((await call(here.doubts.list, {})).found).toBe(1);
    await expect(call(here.doubts.keep, { labelId, kept: true })).rejects.toMatchObject({
      data: { code: 'label_changed' },
    });
    expect(() => here.store.write.run('DELETE FROM label_kept')).toThrow('append-only');
  });

  it('that are changed are gone, without comparing the pictures anew', async () => {
    const here = site(40);
    here.withModel();
    await call(here.doubts.list, {});
    await call(here.teach.label, { imageId: here.ids[0] ?? 0, classId: here.good });
    expect(await call(here.doubts.list, {})).toMatchObject({ found: 0, labels: 40 });
    expect(here.compared()).toBe(1);
    await call(here.teach.label, { imageId: here.ids[0] ?? 0, classId: null });
    expect(await call(here.doubts.list, {})).toMatchObject({ found: 0, labels: 39 });
    expect(here.compared()).toBe(2);
  });

  it('are asked for again after an engine that was away', async () => {
    const here = site(40);
    here.withModel();
    here.breakEngine(true);
    await expect(call(here.doubts.list, {})).rejects.toMatchObject({ data: { code: 'engine_crashed' } });
    here.breakEngine(false);
    expect((await call(here.doubts.list, {})).found).toBe(1);
  });

  it('want an encoder, labels and a second class first, and say which', async () => {
    const here = site(40, false);
    expect(await call(here.doubts.list, {})).toMatchObject({ wants: 'encoder' });
    here.withModel();
    expect(await call(here.doubts.list, {})).toMatchObject({ wants: 'labels', labels: 0 });
    for (const id of here.ids) here.label(id, here.good);
    expect(await call(here.doubts.list, {})).toMatchObject({ wants: 'second_class', labels: 40 });
  });
});
