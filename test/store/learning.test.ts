import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createApp } from '#core/app.ts';
import { stepsOf } from '#core/domain/pilot-steps.ts';
import { addLabel } from '#core/store/labels.ts';
import { openStore, type Store } from '#core/store/open.ts';
import { addScores } from '#core/store/scores.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import type { ReportData } from '#core/report/report-data.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { signedIn } from '#test/fakes/signed-in.ts';
import { camera, classes, model, pictures, scoreRow, temporaryFolder, temporaryStore } from './fixture.ts';

/** An app over what `fill` has put into its store. */
async function appOver(fill: (store: Store) => void) {
  const dataDir = temporaryFolder();
  const store = openStore(dataDir);
  fill(store);
  store.close();
  const app = await createApp({
    ...{ dataDir, shell: 'browser', version: '0', defaultLocale: 'ja', launchEngine: () => scriptedEngine({}).port },
    ...{ inspectMachine: () => Promise.resolve([]), log: () => undefined },
  });
  onTestFinished(() => app.close());
  return { app, client: await signedIn(app), dataDir };
}

/** 10 defects, one of them passed, and 40 good parts, all judged. */
function judgedLine({ write }: Store): void {
  const ids = pictures(write, camera(write), 60);
  const { good, bad } = classes(write);
  const modelId = model(write);
  const rows = ids.map((id, at) => scoreRow(id, at < 9 ? 0.9 : 0.1));
  addScores(write, modelId, rows, 'held_out', 5);
  applyThreshold(write, { modelId, review: 0.5, reject: 0.8, reason: '', who: 'w', atMs: 6 });
  ids
    .slice(0, 50)
    .forEach((imageId, at) =>
      addLabel(write, { imageId, classId: at < 10 ? bad : good, source: 'teach', who: '', atMs: 7 + at }),
    );
}

describe('where the pilot stands', () => {
  it('is what the report and the threshold page count', async () => {
    const { client } = await appOver(judgedLine);
    const facts = await client.guide.facts();
    const { threshold, counts } = (await client.report.get()).report as ReportData;
    expect(facts.escape).toEqual({
      judged: threshold?.rates.escape.denominator,
      missed: threshold?.rates.escape.numerator,
    });
    expect(facts.escape).toEqual({ judged: 10, missed: 1 });
    const promise = threshold?.promise;
    expect(promise?.promised).toBe(false);
    const [, , , , , , , , , , , , evidence] = stepsOf(facts);
    expect(evidence?.gates.find(({ code }) => code === 'good_judged')?.n).toBe(
      promise?.promised === false ? promise.goodStillNeeded : 0,
    );
    expect([facts.labelledGood, facts.labelledDefect]).toEqual([counts.labelledGood, counts.labelledDefect]);
  });

  it('moves when the named thing is done, and goes on after a restart', async () => {
    const { client } = await appOver(judgedLine);
    const state = async (name: string) => stepsOf(await client.guide.facts()).find((one) => one.name === name)?.state;
    expect([await state('plan'), await state('baseline')]).toEqual(['do', 'do']);
    await client.plan.count({ kind: 'seconds', parts: 10, events: 50, squares: null });
    expect((await client.guide.facts()).baselineMissing).toBe(3);
    const criteria = {
      ...{ maxEscape: 0.1, maxOverkill: 0.02, maxPaybackMonths: 24, minHoursSavedPerMonth: null, minJudgedParts: 100 },
    };
    const lineId = (await client.plan.get()).lines[0]!.id;
    const plan = { goal: 'g', lineId, fromDay: '2020-01-01', toDay: '2020-01-31', criteria, agreedBy: 'T' };
    await client.plan.agree({ plan, reason: '' });
    expect(await client.guide.facts()).toMatchObject({
      plan: { state: 'ended', days: 0 },
      maxEscape: 0.1,
      judged: { have: 60, need: 100 },
    });
  });

  it('ends with a signature, which needs a report', async () => {
    const { client } = await appOver(judgedLine);
    const signature = { decision: 'go_on' as const, signedBy: '工場長 田中' };
    await expect(client.guide.sign(signature)).rejects.toMatchObject({ data: { code: 'report_not_exported' } });
    await client.report.export({ locale: 'ja' });
    await client.guide.sign({ ...signature, note: '年内に' });
    expect((await client.guide.signatures()).signatures).toMatchObject([{ ...signature, note: '年内に' }]);
    expect((await client.guide.facts()).report).toEqual({ exported: true, signed: true });
    expect((await client.history.list({ limit: 1 })).rows[0]).toMatchObject({ what: 'report.sign' });
  });
});

describe('practice', () => {
  it('is kept per person, the newest of each exercise, and touches nothing of the line', async () => {
    const { app, client } = await appOver(judgedLine);
    const before = await client.guide.facts();
    await client.practice.answer({ course: 'operator', exercise: 'flag_real', mistakes: 2, seconds: 9 });
    await client.practice.answer({ course: 'operator', exercise: 'flag_real', mistakes: 0, seconds: 4 });
    const other = await signedIn(app, { name: '鈴木', role: 'supervisor' });
    await other.practice.answer({ course: 'supervisor', exercise: 'mark_missed', mistakes: 1, seconds: 30 });
    expect((await client.practice.results()).results).toMatchObject([
      { person: '鈴木', course: 'supervisor', exercise: 'mark_missed', mistakes: 1 },
      { person: '佐藤', course: 'operator', exercise: 'flag_real', mistakes: 0 },
    ]);
    await expect(
      client.practice.answer({ course: 'operator', exercise: 'mark_missed', mistakes: 0, seconds: 1 }),
    ).rejects.toMatchObject({ data: { code: 'bad_input' } });
    expect(await client.guide.facts()).toEqual(before);
  });

  it('and signatures are neither changed nor deleted', () => {
    const { write } = temporaryStore();
    write.run(`INSERT INTO pilot (name, started_at_ms) VALUES ('p', 1)`);
    write.run(
      `INSERT INTO report_signature (pilot_id, decision, signed_by, note, who, at_ms) VALUES (1, 'stop', 'T', '', '', 1)`,
    );
    write.run(
      `INSERT INTO practice_answer (person, course, exercise, mistakes, seconds, at_ms) VALUES ('', 'operator', 'flag_real', 0, 1, 1)`,
    );
    for (const table of ['report_signature', 'practice_answer']) {
      expect(() => write.run(`DELETE FROM ${table}`)).toThrow('append-only');
      expect(() => write.run(`UPDATE ${table} SET at_ms = 2`)).toThrow('append-only');
    }
  });
});

describe('sheets for the line', () => {
  it('hand over what is open, with the notes as they were written', async () => {
    const { client, dataDir } = await appOver((store) => {
      judgedLine(store);
      store.write.run('UPDATE image SET taken_at_ms = ?', Date.now() - 60_000);
    });
    const { lines, toReview, golden } = await client.sheets.handover();
    const counted = lines[0]!;
    // A shift that has just begun hands over the one before, to which the pictures of a minute ago may not belong.
    if (counted.toMs > Date.now() - 60_000)
      expect(counted).toMatchObject({ taken: 60, flagged: 9, confirmed: 9, overruled: 0 });
    expect([toReview, golden.state]).toEqual([0, 'none']);
    const notes = '照明を交換 <script>alert(1)</script>\n2行目';
    const { file } = await client.sheets.printHandover({ locale: 'ja', notes });
    const page = readFileSync(join(dataDir, 'exports', file), 'utf8');
    expect(page).toContain('照明を交換 &lt;script&gt;alert(1)&lt;/script&gt;\n2行目');
    expect(page).not.toContain('<script');
    expect(page).toContain('点検見本がまだありません');
    await expect(client.sheets.printHandover({ locale: 'ja', notes: 'x'.repeat(1300) })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  it('make a handout of this line’s classes, with this window’s keys, in both languages', async () => {
    const { client, dataDir } = await appOver(judgedLine);
    for (const [locale, words] of [
      ['ja', '作業者の手引き'],
      ['en', 'Operator’s handout'],
    ] as const) {
      const { file } = await client.sheets.printHandout({ locale, keys: { class2: 'N', undo: '⌫' } });
      const page = readFileSync(join(dataDir, 'exports', file), 'utf8');
      expect(page).toContain(words);
      expect(page).toContain('× NG');
      expect(page).toContain('<div class="key">N</div>');
      expect(page).not.toMatch(/undefined|NaN/);
    }
  });
});
