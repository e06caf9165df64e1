import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createDeletions, type Deletions } from '#core/deletions.ts';
import type { ImageId } from '#core/domain/ids.ts';
import { addOrder } from '#core/store/deletions.ts';
import { addEmbeddings, addNotedPlaces } from '#core/store/embeddings.ts';
import { admitPicture } from '#core/store/images.ts';
import { activeCheckpoint } from '#core/store/checkpoints.ts';
import { openStore, type Store } from '#core/store/open.ts';
import { camera, model } from '#test/store/fixture.ts';
import { picture } from '#test/store/picture.ts';

/*
 * A small line with everything that is derived from a picture, and an order to delete that is due.
 */

const bytesOf = (n: number): string => `picture ${n}`;
export const hashOf = (n: number): string => createHash('sha256').update(bytesOf(n)).digest('hex');

/** What is derived from picture `n`, as paths below the data folder. */
export const derivedOf = (n: number, id: number): string[] => {
  const hash = hashOf(n);
  const shard = hash.slice(0, 2);
  const heat = String(id % 100).padStart(2, '0');
  return [
    `cache/thumbs/${shard}/${hash}-0.webp`,
    `cache/heat/${heat}/${heat}-1-${id}.png`,
    `cache/heat/${heat}/${heat}-2-${id}-0123abcd.png`,
    `cache/pixels/${shard}/${hash}-0-1-512.px`,
    `cache/pixels/${shard}/${hash}-0-3-512-0123abcd.px`,
  ];
};

export const originalOf = (root: string, n: number): string => join(root, 'camera', `sub${n % 2}`, `${n}.png`);
export const dataOf = (root: string): string => join(root, 'data');

/** @param count pictures, of which the last is not in the order: it came after */
export function makeSite(root: string, count: number, originals: boolean): void {
  const real = realpathSync(root);
  const store = openStore(dataOf(real));
  const cameraId = camera(store.write, join(real, 'camera'));
  for (let n = 1; n <= count; n++) {
    const path = originalOf(real, n);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytesOf(n));
    const seenAtMs = n === count ? 9000 : 2000 + n;
    const { imageId } = admitPicture(store.write, picture(cameraId, n, { path, sha256: hashOf(n), seenAtMs }));
    for (const file of derivedOf(n, imageId)) {
      mkdirSync(dirname(join(dataOf(real), file)), { recursive: true });
      writeFileSync(join(dataOf(real), file), 'derived');
    }
    store.write.run('INSERT INTO quality_copy (image_id, copy) VALUES (?, ?)', imageId, new Uint8Array(4096).fill(n));
  }
  model(store.write);
  const checkpoint = activeCheckpoint(store.read);
  if (checkpoint === null) throw new Error('no checkpoint');
  for (let id = 1; id <= count; id++) {
    const imageId = id as ImageId;
    const vector = new Float32Array(16).fill(id);
    addEmbeddings(store.write, checkpoint.id, [{ imageId, map: [0, 0], cluster: 0, unusual: 0, vector }]);
    addNotedPlaces(store.write, checkpoint.id, [{ imageId, places: new Uint8Array(64) }]);
  }
  addOrder(store.write, {
    ...{ cameraId, ruleId: null, beforeMs: 5000, even: [], originals, reason: 'contract ended', who: 'Sato' },
    ...{ atMs: 6000, dueAtMs: 7000 },
  });
  store.close();
}

/** The service over an open store, no job being under way. */
export function deletionsOver(store: Store, root: string): Deletions {
  const jobs = { pending: () => false } as unknown as Parameters<typeof createDeletions>[0]['jobs'];
  const tools = { store, dataDir: dataOf(root), jobs, now: () => 8000, log: () => undefined, changed: () => undefined };
  return createDeletions(tools, '0.0.0');
}

/** Carries out what is due. */
export async function carryOut(store: Store, root: string): Promise<void> {
  const deletions = deletionsOver(store, root);
  await deletions.idle();
  deletions.look();
  await deletions.idle();
  await deletions.close();
}

export const filesThere = (root: string, files: readonly string[]): number =>
  files.filter((file) => existsSync(join(dataOf(root), file))).length;

export const certificatesOf = (root: string): string[] =>
  existsSync(join(dataOf(root), 'certificates')) ? readdirSync(join(dataOf(root), 'certificates')) : [];
