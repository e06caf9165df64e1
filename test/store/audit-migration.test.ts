import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { auditFigures, shiftAudits } from '#core/report/audit-figures.ts';
import { sampleForAudit } from '#core/review/audit-sampling.ts';
import { listLines } from '#core/store/cameras.ts';
import { createHandle } from '#core/store/handle.ts';
import { migrate, migrations } from '#core/store/migrate.ts';
import { openStore } from '#core/store/open.ts';
import { auditQueue } from '#core/store/queues.ts';
import { bareCamera, classes, model, olderPictures, temporaryFolder } from './fixture.ts';

it('keeps what an older version drew and what people answered, and draws none of it again', () => {
  const folder = temporaryFolder();
  const database = new Database(join(folder, 'minarai.db'));
  migrate(
    database,
    migrations.filter(({ version }) => version < 130),
  );
  const old = createHandle(database, () => undefined);
  const ids = olderPictures(old, bareCamera(old), 200);
  const { good, bad } = classes(old);
  const modelId = model(old);
  // As that version judged: all passed.
  old.run(
    "INSERT INTO threshold (model_id, review, reject, reason, who, at_ms) VALUES (?, 0.5, 0.8, 'r', 'sato', 7)",
    modelId,
  );
  for (const id of ids)
    old.run(
      "INSERT INTO verdict (image_id, model_id, threshold_id, verdict, score, at_ms) VALUES (?, ?, 1, 'ok', 0.1, 7)",
      ...[id, modelId],
    );
  // As version 0080 drew and answered: 20 of 200, 12 answered, one of them a defect.
  for (const id of ids.slice(0, 20))
    old.run('INSERT INTO audit_sample (image_id, verdict_id, share, drawn_at_ms) VALUES (?, ?, 0.1, 8)', id, id);
  old.run("INSERT INTO setting VALUES ('audit.drawn_through', '200'), ('auditPercent', '10')");
  for (const [n, id] of ids.slice(0, 12).entries())
    old.run(
      "INSERT INTO label (image_id, class_id, source, who, at_ms) VALUES (?, ?, 'audit', 'kato', 9)",
      id,
      n === 0 ? bad : good,
    );
  database.close();

  const store = openStore(folder);
  onTestFinished(() => store.close());
  const line = listLines(store.read)[0]!.id;
  const { estimate } = auditFigures(shiftAudits(store.read, line));
  expect(estimate).toMatchObject({ passed: 200, audited: 12, defects: 1, missing: 0 });
  expect(estimate.value).toBeCloseTo(200 / 12, 9);
  expect(auditQueue(store.read, 100)).toEqual(ids.slice(12, 20));
  expect(sampleForAudit(store.write, new Random(3), Date.now())).toBe(false);
  expect(auditQueue(store.read, 100)).toHaveLength(8);
});
