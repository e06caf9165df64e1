import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { addClass } from '#core/store/classes.ts';
import { createHandle } from '#core/store/handle.ts';
import { migrate, migrations } from '#core/store/migrate.ts';
import { openStore } from '#core/store/open.ts';
import { scoreColumns } from '#core/store/scores.ts';
import { marksInForce, thresholdHistory, verdictFlips } from '#core/store/thresholds.ts';
import { bareCamera, model, olderPictures, temporaryFolder } from './fixture.ts';

/** A pilot of an older version with one model, scored and judged; `kinds` of defect that it was taught. */
function older(kinds: readonly string[]) {
  const folder = temporaryFolder();
  const database = new Database(join(folder, 'minarai.db'));
  migrate(
    database,
    migrations.filter(({ version }) => version < 150),
  );
  const old = createHandle(database, () => undefined);
  const ids = olderPictures(old, bareCamera(old), 4);
  addClass(old, { name: 'OK', isGood: true, atMs: 1 });
  const classIds = kinds.map((name) => addClass(old, { name, isGood: false, atMs: 1 }));
  const modelId = model(old);
  const probabilities = ['[0.6,0.3,0.1]', '[0.2,0.1,0.7]', '[1,0,0]', '[]'];
  for (const [n, id] of ids.entries())
    old.run(
      "INSERT INTO score (model_id, image_id, score, class_probabilities, source, at_ms) VALUES (?, ?, 0.4, ?, 'scored', 2)",
      ...[modelId, id, probabilities[n] ?? ''],
    );
  old.run(
    "INSERT INTO threshold (model_id, review, reject, reason, who, at_ms) VALUES (?, 0.5, 0.8, 'first', '', 3)",
    modelId,
  );
  for (const id of ids)
    old.run(
      "INSERT INTO verdict (image_id, model_id, threshold_id, verdict, score, at_ms) VALUES (?, ?, 1, 'ok', 0.4, 3)",
      ...[id, modelId],
    );
  database.close();
  const store = openStore(folder);
  onTestFinished(() => store.close());
  return { store, modelId, classIds };
}

it('gives pictures that were scored before the kind that their stored probabilities name, and keeps their marks common', () => {
  const { store, modelId, classIds } = older(['crack', 'stain']);
  expect(scoreColumns(store.read, modelId).kinds).toEqual([classIds[0], classIds[1], 0, 0]);
  expect(marksInForce(store.read)).toMatchObject([{ id: 1, cameraId: null, classId: null, own: true, changed: null }]);
  expect(thresholdHistory(store.read)).toHaveLength(1);
  expect(
    verdictFlips(store.read, { review: 0.3, reject: 0.9 }, 9, { cameraId: null, classId: classIds[1] ?? 0 }),
  ).toMatchObject({ total: 1, rows: [{ from: 'ok', to: 'review' }] });
});

it('gives none where there was one kind only', () => {
  const { store, modelId } = older(['NG']);
  expect(scoreColumns(store.read, modelId).kinds).toEqual([0, 0, 0, 0]);
});
