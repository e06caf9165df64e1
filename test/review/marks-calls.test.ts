import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createApp } from '#core/app.ts';
import type { MarksFigures } from '#core/report/marks-each.ts';
import { renderHtml } from '#core/report/render-html.ts';
import { renderXlsx } from '#core/report/render-xlsx.ts';
import type { ReportData } from '#core/report/report-data.ts';
import type { CameraId } from '#core/domain/ids.ts';
import { forAll } from '#core/domain/marks-for.ts';
import { addCamera, ensureLine } from '#core/store/cameras.ts';
import { addClass } from '#core/store/classes.ts';
import { admitPicture } from '#core/store/images.ts';
import { addLabel } from '#core/store/labels.ts';
import { openStore } from '#core/store/open.ts';
import { addScores } from '#core/store/scores.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { createTranslator } from '#messages/translate.ts';
import { model, temporaryFolder } from '#test/store/fixture.ts';
import { picture } from '#test/store/picture.ts';
import { signedIn } from '#test/fakes/signed-in.ts';

const COUNT = 120;

/**
 * An app with two cameras and a model that tells cracks from stains. Every fourth picture is a defect and all are labelled after the
 * teaching; scores overlap, so that marks make a difference.
 */
async function line() {
  const dataDir = temporaryFolder();
  const store = openStore(dataDir);
  const db = store.write;
  const lineId = ensureLine(db, 'line');
  const cameras = [1, 2].map((n) => addCamera(db, { lineId, name: `cam ${n}`, folder: `/c${n}`, atMs: 1 }));
  const [camera1, camera2] = cameras as [CameraId, CameraId];
  const kind = (name: string, isGood: boolean) => addClass(db, { name, isGood, atMs: 1 });
  const [good, crack, stain] = [kind('OK', true), kind('crack', false), kind('stain', false)];
  const ids = Array.from(
    { length: COUNT },
    (_, n) => admitPicture(db, picture(n % 5 < 3 ? camera1 : camera2, n + 1)).imageId,
  );
  const first = model(db);
  const rows = ids.map((id, n) => {
    const score = n % 4 === 3 ? 0.3 + ((n * 37) % 61) / 100 : ((n * 29) % 61) / 100;
    const [c, s] = n % 3 === 0 ? [0.7, 0.3] : [0.2, 0.8];
    return {
      id,
      score,
      defectProbability: score,
      anomaly: null,
      classProbabilities: [1 - score, score * c, score * s],
    };
  });
  addScores(db, first, rows, 'scored', 5);
  for (const [n, imageId] of ids.entries())
    addLabel(db, {
      ...{ imageId, classId: n % 4 === 3 ? (n % 3 === 0 ? crack : stain) : good },
      ...{ source: 'teach', who: '', atMs: 6 },
    });
  applyThreshold(db, { modelId: first, review: 0.5, reject: 0.8, reason: '', who: 'w', atMs: 7 });
  store.close();
  const app = await createApp({
    ...{ dataDir, shell: 'browser', version: '0', defaultLocale: 'ja', launchEngine: () => scriptedEngine({}).port },
    ...{ inspectMachine: () => Promise.resolve([]), log: () => undefined },
  });
  onTestFinished(() => app.close());
  const client = await signedIn(app);
  const report = async () => (await client.report.get()).report as ReportData;
  return { client, dataDir, camera1, camera2, crack, stain, report, modelId: first };
}

/** The audit trail, read beside the app that writes it. */
function auditOf(dataDir: string): unknown[] {
  const database = new Database(join(dataDir, 'minarai.db'), { readonly: true });
  try {
    const rows = database.prepare<[], { what: string; params: string }>('SELECT what, params FROM audit').all();
    return rows.map(({ what, params }) => ({ what, params: JSON.parse(params) as unknown }));
  } finally {
    database.close();
  }
}

const of = (what: Partial<typeof forAll> & { cameraId?: number; classId?: number }) => ({ ...forAll, ...what });

describe('marks of a camera or a kind by the window’s calls', () => {
  it('change what flips foretold, are audited, and are told with all marks in force', async () => {
    const { client, dataDir, camera2, crack, modelId } = await line();
    const marks = { review: 0.35, reject: 0.6 };
    const flips = await client.threshold.flips({ ...marks, for: of({ cameraId: camera2 }), limit: 200 });
    expect(flips.total).toBeGreaterThan(0);
    expect(new Set(flips.items.map(({ image }) => image.cameraId))).toEqual(new Set([camera2]));
    const applied = await client.threshold.apply({
      ...{ ...marks, reason: 'dark lamp', for: of({ cameraId: camera2 }), modelId },
    });
    expect(applied.changed).toBe(flips.total);
    await client.threshold.apply({ ...marks, reason: 'cracks', for: of({ classId: crack }), modelId });
    const { inForce, active, history, kinds } = await client.threshold.data();
    expect(active).toMatchObject({ review: 0.5, cameraId: null });
    expect(inForce).toMatchObject([{ camera: null }, { kind: 'crack' }, { camera: 'cam 2' }]);
    expect(history[1]).toMatchObject({ camera: 'cam 2', who: '佐藤', reason: 'dark lamp', changed: flips.total });
    expect(kinds.map(({ classId }) => classId)).toContain(crack);
    const back = await client.marks.follow({ for: of({ cameraId: camera2 }), modelId, reason: 'lamp mended' });
    expect(back.changed).toBeGreaterThan(0);
    expect(auditOf(dataDir)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ what: 'marks.follow', params: { camera: camera2, reason: 'lamp mended' } }),
        expect.objectContaining({
          what: 'threshold.apply',
          params: { ...marks, reason: 'dark lamp', camera: camera2 },
        }),
      ]),
    );
  });

  it('are refused in words: for another model, a kind that is not told apart, a camera that is gone, none to give up', async () => {
    const { client, camera1, modelId } = await line();
    const marks = { review: 0.3, reject: 0.6, reason: 'r' };
    const code = (wanted: string) => expect.objectContaining({ data: expect.objectContaining({ code: wanted }) });
    await expect(client.threshold.apply({ ...marks, modelId: modelId + 1 })).rejects.toEqual(code('marks_other_model'));
    await expect(client.threshold.apply({ ...marks, for: of({ classId: 1 }) })).rejects.toEqual(
      code('marks_kind_unknown'),
    );
    await expect(client.threshold.apply({ ...marks, for: of({ cameraId: 99 }) })).rejects.toEqual(code('not_found'));
    await expect(client.marks.follow({ for: of({ cameraId: camera1 }), modelId, reason: 'r' })).rejects.toEqual(
      code('marks_not_own'),
    );
    await expect(
      client.marks.follow({ for: of({ cameraId: camera1 }), modelId: modelId + 1, reason: 'r' }),
    ).rejects.toEqual(code('marks_other_model'));
    expect((await client.threshold.data()).history).toHaveLength(1);
  });
});

describe('the report with marks of cameras and kinds', () => {
  it('counts what the verdicts are, each by itself and together, and its parts add up', async () => {
    const { client, camera1, camera2, crack, modelId, report } = await line();
    const alone = (await report()).threshold;
    expect(alone?.each).toEqual([]);
    await client.threshold.apply({ review: 0.3, reject: 0.55, reason: 'a', for: of({ cameraId: camera2 }), modelId });
    await client.threshold.apply({ review: 0.45, reject: 0.5, reason: 'b', for: of({ classId: crack }), modelId });
    await client.threshold.apply({
      ...{ review: 0.2, reject: 0.9, reason: 'c', for: of({ cameraId: camera1, classId: crack }), modelId },
    });
    const { threshold, roi } = await report();
    if (threshold === null || roi === null) throw new Error('there are marks');
    // By the verdicts in the database, as the pictures show them.
    const { columns } = await client.threshold.data();
    const { rows } = await client.images.list({ limit: 200 });
    const defects = rows.filter((row) => columns.labels[columns.ids.indexOf(row.id)] === 1);
    const good = rows.filter((row) => columns.labels[columns.ids.indexOf(row.id)] === 0);
    expect(threshold.rates.escape).toMatchObject({
      numerator: defects.filter(({ verdict }) => verdict === 'ok').length,
      denominator: defects.length,
    });
    expect(threshold.rates.overkill).toMatchObject({
      numerator: good.filter(({ verdict }) => verdict === 'reject').length,
      denominator: good.length,
    });
    expect(threshold.rates.flagged.numerator).toBe(rows.filter(({ verdict }) => verdict !== 'ok').length);
    expect(threshold.whatIf[0]?.rates).toEqual(threshold.rates);
    expect(roi.inputs.escapeAfter).toMatchObject({ kind: 'measured', value: threshold.rates.escape.value });
    expect(roi.inputs.overkillAfter.value).toBe(threshold.rates.overkill.value);

    for (const locale of ['ja', 'en'] as const) {
      const page = renderHtml(await report(), createTranslator(locale));
      expect(page).toContain(createTranslator(locale)('marks.pair', { camera: 'cam 1', kind: 'crack' }));
      expect(page).not.toMatch(/undefined|NaN/);
    }
    expect(threshold.each).toHaveLength(4);
    const sum = (count: (one: MarksFigures) => number) => threshold.each.reduce((total, one) => total + count(one), 0);
    expect(sum(({ pictures }) => pictures)).toBe(COUNT);
    expect((await renderXlsx(await report(), createTranslator('ja'))).length).toBeGreaterThan(1000);
    for (const rate of ['escape', 'overkill', 'flaggedGood', 'flagged'] as const) {
      expect(sum(({ rates }) => rates[rate].numerator)).toBe(threshold.rates[rate].numerator);
      expect(sum(({ rates }) => rates[rate].denominator)).toBe(threshold.rates[rate].denominator);
    }
    expect(sum(({ line }) => line.costYenPerMonth.value ?? NaN)).toBeCloseTo(
      threshold.line.costYenPerMonth.value ?? NaN,
      6,
    );
    expect(sum(({ line }) => line.reviewMinutesPerShift.value ?? NaN)).toBeCloseTo(
      threshold.line.reviewMinutesPerShift.value ?? NaN,
      6,
    );
  });

  it('says the same as before where every mark is the common one', async () => {
    const { client, camera2, modelId, report } = await line();
    const before = (await report()).threshold;
    await client.threshold.apply({ review: 0.5, reject: 0.8, reason: 'a', for: of({ cameraId: camera2 }), modelId });
    const after = (await report()).threshold;
    expect(after?.rates).toEqual(before?.rates);
    expect(after?.line).toEqual(before?.line);
    expect(after?.whatIf.find(({ name }) => name === 'stricter')).toEqual(
      before?.whatIf.find(({ name }) => name === 'stricter'),
    );
  });
});
