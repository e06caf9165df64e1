import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { pilotPlan, planDraft } from '#core/report/pilot-plan.ts';
import { addBaselineCount, withdrawBaselineCount } from '#core/store/baseline.ts';
import { ensureLine } from '#core/store/cameras.ts';
import { migrate, migrations } from '#core/store/migrate.ts';
import { openStore } from '#core/store/open.ts';
import { addPlanVersion } from '#core/store/pilot-plan.ts';
import { startPilot } from '#core/store/pilots.ts';
import { temporaryFolder, temporaryStore } from './fixture.ts';

describe('what was agreed and counted', () => {
  it('is neither changed nor deleted', () => {
    const { write } = temporaryStore();
    const pilot = startPilot(write, { name: 'p', atMs: 1 });
    const lineId = ensureLine(write, 'line');
    const criteria = {
      ...{ maxEscape: 0.05, maxOverkill: 0.02, maxPaybackMonths: 24, minHoursSavedPerMonth: null, minJudgedParts: 10 },
    };
    const plan = { goal: 'g', lineId, fromDay: '2026-12-01', toDay: '2026-12-28', criteria, agreedBy: 'T' };
    addPlanVersion(write, pilot, plan, { reason: '', agreedDay: '2026-11-30', who: 's', atMs: 1 });
    const by = { who: 's', atMs: 1 };
    const count = addBaselineCount(write, pilot, { kind: 'passed', parts: 10, events: 1, squares: null }, by);
    withdrawBaselineCount(write, count, by);
    for (const table of ['pilot_plan', 'baseline_count', 'baseline_withdrawal']) {
      expect(() => write.run(`DELETE FROM ${table}`)).toThrow('append-only');
      expect(() => write.run(`UPDATE ${table} SET who = 'x'`)).toThrow('append-only');
    }
    expect(() => withdrawBaselineCount(write, count, by)).toThrow('UNIQUE');
  });
});

describe('migration 170', () => {
  /** A database as it was before, with a pilot whose plan says `plan`. */
  function before(plan: object): string {
    const folder = temporaryFolder();
    const database = new Database(join(folder, 'minarai.db'));
    migrate(
      database,
      migrations.filter(({ version }) => version < 170),
    );
    database
      .prepare('INSERT INTO pilot (name, started_at_ms, plan) VALUES (?, ?, ?)')
      .run('p', 1, JSON.stringify(plan));
    database.close();
    return folder;
  }

  it('makes limits that stood with the pilot a draft: they count on, and nobody has agreed on them', () => {
    const store = openStore(before({ maxEscape: 0.03 }));
    expect(planDraft(store.read)).toMatchObject({ criteria: { maxEscape: 0.03, maxOverkill: 0.02 }, agreedBy: '' });
    expect(pilotPlan(store.read)).toMatchObject({ maxEscape: 0.03, maxPaybackMonths: 24 });
    store.close();
  });

  it('makes no draft of a plan that says nothing', () => {
    const store = openStore(before({}));
    expect(planDraft(store.read)).toBeNull();
    store.close();
  });
});
