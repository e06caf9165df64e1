import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ImageId } from '#core/domain/ids.ts';
import { gatherInputs } from '#core/report/inputs.ts';
import { cameraCounts } from '#core/store/cameras.ts';
import { reviewCounts, stateCounts } from '#core/store/counts.ts';
import { addDecision } from '#core/store/decisions.ts';
import { addScores } from '#core/store/scores.ts';
import { applyThreshold, judgeScored } from '#core/store/thresholds.ts';
import { site } from '#test/ingest/fixture.ts';
import { classes, model, scoreRow } from '#test/store/fixture.ts';
import { smallPng } from './many-pictures.ts';
import { record } from './record.ts';
import { sized } from './size.ts';

/** Pictures to begin with; a third each gets another name, other bytes, and a counter that begins anew. */
const PICTURES = sized(30, 300);
const THIRD = PICTURES / 3;
const MARK = 0.5;

const nameOf = (n: number): string => `img_${String(n).padStart(4, '0')}.png`;

test('16: a picture is its bytes: other names, other bytes and restarted counters leave every count right', async () => {
  const { folder, store, ingest, images } = site();
  const write = (file: string, content: number): void => writeFileSync(file, smallPng(content));
  const [first, second] = ['lot1', 'lot2'].map((lot) => join(folder, lot)) as [string, string];
  for (const lot of [first, second]) mkdirSync(lot);
  /** What was ever in the folder, by content. */
  const contents = new Set<number>();
  for (let n = 0; n < PICTURES; n++) {
    write(join(first, nameOf(n)), n);
    contents.add(n);
  }
  const cameraId = await ingest.addCamera({ name: 'camera', folder });
  const settle = async (): Promise<void> => {
    await ingest.rescan(cameraId);
    await ingest.idle();
  };
  await settle();

  const db = store.write;
  const { good, bad } = classes(db);
  const modelId = model(db);
  applyThreshold(db, { modelId, review: MARK, reject: MARK, reason: '', who: 'w', atMs: 1 });
  /** Scores what has no score: pictures of even content pass, the others are flagged. */
  const score = (): void => {
    const rows = db.all<{ id: ImageId; sha256: string }>(
      'SELECT id, sha256 FROM image WHERE NOT EXISTS (SELECT 1 FROM score WHERE image_id = image.id) ORDER BY id',
    );
    const scored = rows.map(({ id }) => scoreRow(id, id % 2 === 0 ? 0.2 : 0.8));
    addScores(db, modelId, scored, 'scored', 1);
    judgeScored(
      db,
      rows.map(({ id }) => id),
      1,
    );
  };
  score();
  // A person looks at every flagged picture: each third is a defect.
  const flagged = db.all<{ id: ImageId }>(
    'SELECT image_id AS id FROM current_verdict WHERE flagged = 1 ORDER BY image_id',
  );
  for (const [n, { id }] of flagged.entries())
    addDecision(db, {
      imageId: id,
      queue: 'flagged',
      classId: n % 3 === 0 ? bad : good,
      reason: '',
      who: 'w',
      atMs: 2,
    });
  const before = { review: reviewCounts(store.read), roi: gatherInputs(store.read).inputs };
  expect(before.review).toMatchObject({ flaggedDefect: Math.ceil(flagged.length / 3) });

  // Same bytes, other name (and once more in another folder).
  for (let n = 0; n < THIRD; n++) copyFileSync(join(first, nameOf(n)), join(first, `copy_${nameOf(n)}`));
  await settle();
  score();
  expect(images()).toBe(contents.size);
  expect(cameraCounts(store.read, cameraId)).toMatchObject({ images: PICTURES, duplicates: THIRD, quarantined: 0 });
  expect(reviewCounts(store.read)).toEqual(before.review);
  expect(gatherInputs(store.read).inputs).toEqual(before.roi);

  // Same name, other bytes: another picture, which is judged anew; what was said of the former stands.
  for (let n = THIRD; n < 2 * THIRD; n++) {
    write(join(first, nameOf(n)), 10_000 + n);
    contents.add(10_000 + n);
  }
  await settle();
  expect(images()).toBe(contents.size);
  expect(stateCounts(store.read)).toMatchObject({ images: contents.size, scored: PICTURES, labelled: flagged.length });
  expect(reviewCounts(store.read)).toEqual(before.review);
  score();

  // The camera's counter begins anew in the next lot; some of its pictures it had taken before.
  for (let n = 0; n < THIRD; n++) {
    const content = n < 3 ? n : 20_000 + n;
    write(join(second, nameOf(n)), content);
    contents.add(content);
  }
  await settle();
  score();
  const all = db.all<{ id: number; flagged: 0 | 1 }>('SELECT image_id AS id, flagged FROM current_verdict');
  const counts = stateCounts(store.read);
  expect(images()).toBe(contents.size);
  expect(all).toHaveLength(contents.size);
  expect(counts).toMatchObject({
    images: contents.size,
    scored: contents.size,
    flagged: all.filter((row) => row.flagged === 1).length,
    labelled: flagged.length,
    labelledDefect: Math.ceil(flagged.length / 3),
    toReview: all.filter((row) => row.flagged === 1).length - flagged.length,
  });
  const review = reviewCounts(store.read);
  expect(review).toEqual(before.review);
  expect(cameraCounts(store.read, cameraId)).toMatchObject({ images: contents.size, duplicates: THIRD + 3 });

  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  // Back again under its first name and bytes: known, and nothing counts twice.
  write(join(first, nameOf(THIRD)), THIRD);
  await settle();
  expect(images()).toBe(contents.size);
  record({
    fault: '16 other names, other bytes, restarted counters',
    inputs: files + THIRD + 1,
    survived: files + THIRD + 1,
    lost: 0,
    figures: { pictures: contents.size, furtherSightings: THIRD + 4 },
  });
});
