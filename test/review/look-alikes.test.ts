import { describe, expect, it, onTestFinished } from 'vitest';
import { lookAlikes } from '#core/calls/look-alikes.ts';
import type { CheckpointId, ClassId, ImageId } from '#core/domain/ids.ts';
import { startEngine } from '#core/engine-client.ts';
import { activeCheckpoint } from '#core/store/checkpoints.ts';
import { addClass } from '#core/store/classes.ts';
import { addEmbeddings } from '#core/store/embeddings.ts';
import { addLabel } from '#core/store/labels.ts';
import { lookAlikesOf } from '#core/store/look-alikes.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { allReady } from '#test/fakes/pixels.ts';
import { camera, classes, model, pictures, temporaryFolder, temporaryStore } from '#test/store/fixture.ts';

/** A store of `count` pictures of which a model knows "OK" and "NG", and an engine that finds even ids alike. */
function site(count: number) {
  const store = temporaryStore();
  const ids = pictures(store.write, camera(store.write), count);
  const { bad } = classes(store.write);
  model(store.write);
  const asked: { examples: number[]; kind: number | null; pictures: number[] }[] = [];
  const script = scriptedEngine({
    async alike({ examples, kind, pictures: rows }) {
      asked.push({ examples: examples.map(({ id }) => id), kind, pictures: rows.map(({ id }) => id) });
      const told = rows.map(({ id }) => ({ id, likeness: id % 2 ? -1 : id, probability: id % 2 ? 0.1 : 0.6 }));
      const confidence = { shots: 1, kinds: 2, finds: 20, right: 12 };
      return { rows: told.sort((a, b) => b.likeness - a.likeness), examples: examples.length, confidence };
    },
  });
  const engine = startEngine(() => script.port);
  onTestFinished(() => engine.stop());
  const tools = {
    store,
    engine: engine.calls,
    looking: engine.calls,
    pixels: allReady(),
    dataDir: temporaryFolder(),
    now: () => 1,
    who: () => '',
  };
  const label = (imageId: ImageId, classId: ClassId): void =>
    void addLabel(store.write, { imageId, classId, source: 'teach', who: '', atMs: 1 });
  return { store, ids, bad, asked, label, ask: { store, tools } };
}

describe('pictures like a few examples', () => {
  it('are looked for among those that nobody has judged, the most alike first, and kept for a new kind', async () => {
    const { store, ids, asked, label, ask } = site(8);
    const [first, second] = ids as [ImageId, ImageId];
    const rust = addClass(store.write, { name: 'rust', isGood: false, atMs: 1 });
    label(first, rust);
    label(second, rust);
    const found = await lookAlikes(ask, rust, undefined, 'unlabelled');
    const others = ids.slice(2);
    expect(asked).toEqual([{ examples: [second, first], kind: null, pictures: others }]);
    const even = others.filter((id) => id % 2 === 0).toReversed();
    expect(found).toMatchObject({ examples: 2, compared: 6, found: even.length, confidence: { finds: 20, right: 12 } });
    expect(found.items.map(({ image, probability }) => [image.id, probability])).toEqual(even.map((id) => [id, 0.6]));
    expect(lookAlikesOf(store.read, even[0] as ImageId)).toEqual([{ classId: rust, examples: 2, probability: 0.6 }]);
  });

  it('of a kind that was taught are not called new; embeddings choose what is compared', async () => {
    const { store, ids, bad, asked, label, ask } = site(310);
    const checkpointId = activeCheckpoint(store.read)?.id as CheckpointId;
    const embedded = ids.map((imageId, n) => ({
      ...{ imageId, map: [0, 0] as const, cluster: 0, unusual: 0 },
      vector: Float32Array.from([Math.cos(n / 400), Math.sin(n / 400)]),
    }));
    addEmbeddings(store.write, checkpointId, embedded);
    label(ids[0] as ImageId, bad);
    await lookAlikes(ask, bad, ids[0], 'unlabelled');
    expect(asked[0]).toMatchObject({ kind: 1, pictures: ids.slice(1, 301) });
    expect(lookAlikesOf(store.read, ids[1] as ImageId)).toEqual([]);
  });

  it('cannot be looked for without an example', async () => {
    const { bad, ask } = site(2);
    await expect(lookAlikes(ask, bad, undefined, 'passed')).rejects.toMatchObject({ code: 'needs_images' });
  });
});
