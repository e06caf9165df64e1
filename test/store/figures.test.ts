import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FigureBy, FigureFilter, FigureRow } from '#core/contract/figures.ts';
import { estimatePassed } from '#core/domain/audit-sample.ts';
import { addDays } from '#core/domain/days.ts';
import { judgedOf } from '#core/domain/figures.ts';
import { exactInterval } from '#core/domain/interval.ts';
import { figuresView, figureTable } from '#core/report/figures.ts';
import { passedAudit } from '#core/report/audit-figures.ts';
import { addClass } from '#core/store/classes.ts';
import { foldFigures, figuresDue } from '#core/store/figure-fold.ts';
import { figurePictures } from '#core/store/figure-pictures.ts';
import type { Reader, Writer } from '#core/store/handle.ts';
import { addLabel, undoLast } from '#core/store/labels.ts';
import { setShiftCalendar } from '#core/store/naming.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import { camera, pictures, temporaryStore } from './fixture.ts';
import { fillFigureLine, stopByFind, type FigureLine } from './figure-line.ts';

const isDefect = (n: number): boolean => n % 5 === 0;
const options = {
  ...{ pictures: 600, days: 8, taught: 60, isDefect },
  lastDay: [2026, 11, 23],
  classNames: ['良品', 'きず', '欠け'],
} as const;
const pilot = { kind: 'pilot' } as const;

function foldAll(db: Writer): void {
  while (foldFigures(db, 150) > 0);
}

function filled(): { db: Writer; line: FigureLine } {
  const db = temporaryStore().write;
  const line = fillFigureLine(db, options);
  foldAll(db);
  return { db, line };
}

interface Plain {
  readonly id: number;
  readonly day: string;
  readonly key: Readonly<Record<FigureBy, string>>;
  readonly verdict: string;
  readonly answer: 'good' | 'defect' | 'none';
}

/** The same counted plainly, picture by picture, from what was said. */
function plainly(db: Reader, line: FigureLine): Plain[] {
  const verdicts = db.all<{ imageId: number; verdict: string }>(
    'SELECT image_id AS imageId, verdict FROM verdict ORDER BY id',
  );
  const first = new Map<number, string>();
  for (const { imageId, verdict } of verdicts) if (!first.has(imageId)) first.set(imageId, verdict);
  const labels = new Map(
    db
      .all<{ id: number; classId: number | null }>('SELECT image_id AS id, class_id AS classId FROM current_label')
      .map((row) => [row.id, row.classId]),
  );
  const flags = new Set(db.all<{ id: number }>('SELECT image_id AS id FROM find_flag').map(({ id }) => id));
  const rows = db.all<{ id: number; cameraId: number; takenAtMs: number; lot: string | null; shift: string | null }>(
    `SELECT i.id, i.camera_id AS cameraId, i.taken_at_ms AS takenAtMs, m.lot, m.shift FROM image i
     LEFT JOIN image_meta m ON m.image_id = i.id`,
  );
  return rows.map(({ id, cameraId, takenAtMs, lot, shift }) => {
    // Shifts begin at 8: what is taken before counts for the day before.
    const at = new Date(takenAtMs - 8 * 3_600_000);
    const two = (value: number) => String(value).padStart(2, '0');
    const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
    const classId = labels.get(id);
    const verdict = first.get(id) ?? 'none';
    return {
      ...{ id, day },
      verdict: id <= line.ids[options.taught - 1]! ? 'taught' : verdict === 'ok' && flags.has(id) ? 'review' : verdict,
      answer: classId == null ? 'none' : classId === line.good ? 'good' : 'defect',
      key: {
        line: '1',
        camera: String(cameraId),
        lot: lot ?? '',
        shift: shift ?? '',
        day,
        class: String(classId ?? ''),
      },
    };
  });
}

function countsOf(some: readonly Plain[]): FigureRow['counts'] {
  const n = (is: (one: Plain) => boolean): number => some.filter(is).length;
  const flagged = (one: Plain) => one.verdict === 'review' || one.verdict === 'reject';
  return {
    pictures: some.length,
    unjudged: n((one) => one.verdict === 'none'),
    taught: n((one) => one.verdict === 'taught'),
    passed: n((one) => one.verdict === 'ok'),
    review: n((one) => one.verdict === 'review'),
    reject: n((one) => one.verdict === 'reject'),
    waiting: n((one) => flagged(one) && one.answer === 'none'),
    clearedReview: n((one) => one.verdict === 'review' && one.answer === 'good'),
    clearedReject: n((one) => one.verdict === 'reject' && one.answer === 'good'),
    defectFlagged: n((one) => flagged(one) && one.answer === 'defect'),
    defectPassed: n((one) => one.verdict === 'ok' && one.answer === 'defect'),
  };
}

const table = (
  db: Reader,
  by: FigureBy,
  line: FigureLine,
  period: Parameters<typeof figureTable>[1]['period'] = pilot,
) => figureTable(db, { period, by }, line.endMs);

describe('figures', () => {
  it('are what one counts picture by picture, however they are split', async () => {
    const { db, line } = filled();
    stopByFind(
      db,
      line,
      line.ids[80]!,
      db.value<number>(
        'SELECT max(image_id) FROM current_verdict WHERE flagged = 0 AND NOT EXISTS (SELECT 1 FROM current_label l WHERE l.image_id = current_verdict.image_id)',
      ) as never,
    );
    foldAll(db);
    const all = plainly(db, line);
    expect(new Set(all.map(({ verdict }) => verdict))).toEqual(new Set(['taught', 'ok', 'review', 'reject']));
    for (const by of ['line', 'camera', 'lot', 'shift', 'day'] as const) {
      const { rows } = await table(db, by, line);
      const groups = Map.groupBy(all, ({ key }) => key[by]);
      expect(rows.length - 1).toBe(groups.size);
      expect(rows[0]?.counts).toEqual(countsOf(all));
      for (const row of rows.slice(1))
        expect(row.counts, `${by} ${row.key}`).toEqual(countsOf(groups.get(row.key) ?? []));
    }
    const kinds = (await table(db, 'class', line)).rows.slice(1);
    for (const row of kinds) expect(row.counts).toEqual(countsOf(all.filter(({ key }) => key.class === row.key)));
    expect(kinds.map(({ name }) => name).toSorted()).toEqual(['きず', '欠け', '良品']);
  });

  it('have every rate with its denominator and Clopper and Pearson’s interval', async () => {
    const { db, line } = filled();
    const [whole] = (await table(db, 'camera', line)).rows;
    const { counts, rates } = whole!;
    const judged = counts.passed + counts.review + counts.reject;
    const good = counts.passed - counts.defectPassed + counts.clearedReview + counts.clearedReject;
    const expected = {
      flagRate: [counts.review + counts.reject, judged],
      firstPass: [counts.passed, judged],
      finalYield: [good, judged],
      defectRate: [counts.defectFlagged + counts.defectPassed, judged],
      overkill: [counts.clearedReject, good],
    } as const;
    for (const [name, [k, n]] of Object.entries(expected)) {
      const rate = rates[name as keyof typeof rates];
      expect([rate.numerator, rate.denominator, rate.value]).toEqual([k, n, k / n]);
      const { lower, upper } = exactInterval(k, n);
      expect(rate.lower95).toBeCloseTo(lower, 9);
      expect(rate.upper95).toBeCloseTo(upper, 9);
    }
    expect(counts.waiting).toBeGreaterThan(0);
    expect(counts.clearedReject).toBeGreaterThan(0);
  });

  it('count the first verdict and the present answer: other marks change nothing, a new answer does', async () => {
    const { db, line } = filled();
    const before = (await table(db, 'lot', line)).rows;
    applyThreshold(db, { modelId: line.modelId, review: 0.05, reject: 0.1, reason: '', who: 'w', atMs: line.endMs });
    expect(figuresDue(db)).toBe(0);
    foldAll(db);
    expect((await table(db, 'lot', line)).rows).toEqual(before);
    const missed = figurePictures(db, { which: 'passed' }, { limit: 1 }).rows[0]!;
    const defectPassed = async () => (await table(db, 'lot', line)).rows[0]!.counts.defectPassed;
    const had = await defectPassed();
    addLabel(db, {
      imageId: missed.id as never,
      classId: line.defects[0]!,
      source: 'missed',
      who: 'w',
      atMs: line.endMs,
    });
    foldAll(db);
    expect(await defectPassed()).toBe(had + 1);
    undoLast(db, 'teach', 'w', line.endMs);
    foldAll(db);
  });

  it('are the same made again from nothing, and in whatever order what was said is counted', async () => {
    const { db } = filled();
    const tables = ['figure_picture', 'figure_day', 'figure_lot', 'figure_audit'];
    const dump = () => tables.map((name) => db.all(`SELECT * FROM ${name}`));
    const before = dump();
    db.run('DELETE FROM figure_picture');
    expect(tables.map((name) => db.value<number>(`SELECT count(*) FROM ${name}`))).toEqual([0, 0, 0, 0]);
    db.run('INSERT INTO figure_due SELECT id FROM image');
    foldAll(db);
    expect(dump()).toEqual(before);
  });

  it('keep every picture counted exactly once whatever is said of it (property)', async () => {
    const db = temporaryStore().write;
    const cameraId = camera(db);
    const ids = pictures(db, cameraId, 12);
    const good = addClass(db, { name: 'OK', isGood: true, atMs: 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(11), fc.nat(3), fc.nat(4)), { maxLength: 25 }), (steps) => {
        for (const [at, what, most] of steps) {
          const imageId = ids[at]!;
          if (what === 0) addLabel(db, { imageId, classId: good, source: 'teach', who: 'w', atMs: 1 });
          if (what === 1) undoLast(db, 'teach', 'w', 1);
          if (what === 2) db.run('UPDATE image SET taken_at_ms = taken_at_ms + 86400000 WHERE id = ?', imageId);
          if (what === 3) foldFigures(db, most);
        }
        foldAll(db);
        for (const name of ['figure_day', 'figure_lot']) {
          expect(db.value<number>(`SELECT sum(n) FROM ${name}`)).toBe(ids.length);
          expect(db.value<number>(`SELECT min(n) FROM ${name}`)).toBeGreaterThan(0);
        }
        const labelled = db.value<number>('SELECT count(*) FROM current_label WHERE class_id = ?', good);
        expect(db.value<number>('SELECT coalesce(sum(n), 0) FROM figure_day WHERE class_id = ?', good)).toBe(labelled);
      }),
      { numRuns: 60 },
    );
  });

  it('know the production day of a night, and follow another shift calendar', async () => {
    const { db, line } = filled();
    const lineId = db.value<number>('SELECT id FROM line') as never;
    const nights = figurePictures(
      db,
      { which: 'all', shift: 'night', from: '2026-11-17', to: '2026-11-17' },
      { limit: 500 },
    );
    expect(nights.total).toBeGreaterThan(10);
    expect(nights.rows.some(({ takenAtMs }) => new Date(takenAtMs).getDate() === 18)).toBe(true);
    expect(nights.rows.every(({ day }) => day === '2026-11-17')).toBe(true);
    setShiftCalendar(db, lineId, [{ name: 'night', startMinute: 0, endMinute: 0, days: [0, 1, 2, 3, 4, 5, 6] }], {
      who: 'w',
      atMs: line.endMs,
    });
    // Deriving the pictures anew writes their facts again, which is told to the figures.
    db.run('INSERT INTO figure_due SELECT id FROM image');
    foldAll(db);
    const days = figurePictures(db, { which: 'all', shift: 'night' }, { limit: 500 }).rows;
    for (const { takenAtMs, day } of days) expect(Number(day.slice(8))).toBe(new Date(takenAtMs).getDate());
  });

  it('periods: today, the week from Monday, the pilot, dates; what lies outside is told', async () => {
    const { db, line } = filled();
    const days = async (period: Parameters<typeof table>[3]) => (await table(db, 'day', line, period)).days;
    expect(await days({ kind: 'today' })).toEqual({ from: '2026-11-23', to: '2026-11-23' });
    // 2026-11-23 is a Monday.
    expect(await days({ kind: 'week' })).toEqual({ from: '2026-11-23', to: '2026-11-23' });
    expect((await figureTable(db, { period: { kind: 'week' }, by: 'day' }, line.endMs - 86_400_000)).days.from).toBe(
      '2026-11-16',
    );
    expect(await days({ kind: 'pilot' })).toEqual({ from: '2026-11-16', to: '2026-11-23' });
    await expect(days({ kind: 'dates', from: '2026-11-20', to: '2026-11-19' })).rejects.toThrow('range_reversed');
    db.run('UPDATE image SET taken_at_ms = ? WHERE id = ?', Date.UTC(2031, 1, 1), line.ids[5]!);
    db.run('UPDATE image SET taken_at_ms = ? WHERE id = ?', Date.UTC(2001, 1, 1), line.ids[6]!);
    foldAll(db);
    const view = await figuresView(db, { period: pilot, by: 'day' }, line.endMs);
    expect(view.outside).toMatchObject({ before: 1, after: 1 });
    expect(view.whole.counts.pictures).toBe(598);
    const future = figurePictures(db, { which: 'all', from: addDays(view.to, 1) }, { limit: 5 });
    expect(future.rows.map(({ id }) => id)).toEqual([line.ids[5]]);
  });

  it('lead to exactly the pictures that they count', async () => {
    const { db, line } = filled();
    const { rows } = await table(db, 'lot', line);
    const pages = (filter: FigureFilter): number[] => {
      const ids: number[] = [];
      for (;;) {
        const page = figurePictures(db, filter, { beforeId: ids.at(-1), limit: 37 });
        ids.push(...page.rows.map(({ id }) => id));
        if (page.rows.length === 0) {
          expect(page.total).toBe(ids.length);
          return ids;
        }
      }
    };
    const numbers = (row: FigureRow) => {
      const { counts, rates } = row;
      return {
        ...{ all: counts.pictures, judged: judgedOf(counts), taught: counts.taught, unjudged: counts.unjudged },
        ...{ passed: counts.passed, review: counts.review, reject: counts.reject, waiting: counts.waiting },
        flagged: rates.flagRate.numerator,
        cleared: counts.clearedReview + counts.clearedReject,
        overkill: rates.overkill.numerator,
        yielded: rates.finalYield.numerator,
        defects: rates.defectRate.numerator,
        missed: counts.defectPassed,
      } as const;
    };
    for (const row of rows.slice(1, 5))
      for (const [which, n] of Object.entries(numbers(row))) {
        const filter = { which: which as FigureFilter['which'], lot: row.key, from: '2026-11-16', to: '2026-11-23' };
        expect(pages(filter), `${row.key} ${which}`).toHaveLength(n);
        // Two conditions that no counter holds together.
        const cameras = line.cameras.map((cameraId) => pages({ ...filter, cameraId }).length);
        expect(cameras.reduce((a, b) => a + b)).toBe(n);
      }
    for (const [which, n] of Object.entries(numbers(rows[0]!)))
      expect(pages({ which: which as FigureFilter['which'] }), which).toHaveLength(n);
    expect(pages({ which: 'audited' })).toHaveLength(
      db.value<number>("SELECT count(DISTINCT image_id) FROM decision WHERE queue = 'audit'")!,
    );
  });

  it('the audit says the same of all as the report does, and nothing of a group that was not looked at', async () => {
    const { db, line } = filled();
    const [whole, ...days] = (await table(db, 'day', line)).rows;
    const { strata } = passedAudit(db);
    const { value, ...estimate } = estimatePassed(strata);
    expect(whole!.audit).toMatchObject(estimate);
    expect(whole!.audit!.value).toBeCloseTo(value!, 9);
    expect(whole!.audit!.defects).toBeGreaterThan(0);
    const nights = (await table(db, 'shift', line, { kind: 'dates', from: '2026-11-17', to: '2026-11-17' })).rows;
    expect(nights.find(({ key }) => key === 'night')?.audit).toBeNull();
    expect(nights.find(({ key }) => key === 'day')?.audit).not.toBeNull();
    const parts = days.flatMap(({ audit }) => audit ?? []);
    expect(parts.reduce((sum, { audited }) => sum + audited, 0)).toBe(whole!.audit!.audited);
    const cameras = (await table(db, 'camera', line)).rows.slice(1);
    expect(cameras.reduce((sum, { audit }) => sum + (audit?.defects ?? 0), 0)).toBe(whole!.audit!.defects);
  });

  it('mark the camera that really differs, and no other', async () => {
    const { db, line } = filled();
    const differs = async (by: FigureBy) =>
      (await table(db, by, line)).rows.flatMap(({ key, differs }) => (differs ? [[key, differs]] : []));
    expect(await differs('camera')).toEqual([
      [String(line.cameras[0]), 'lower'],
      [String(line.cameras[1]), 'higher'],
    ]);
    expect(await differs('shift')).toEqual([]);
  });

  it('a trend never has more than some 90 points, and places what changed', async () => {
    const { db, line } = filled();
    const view = (period: Parameters<typeof table>[3] & object) => figuresView(db, { period, by: 'day' }, line.endMs);
    const week = await view({ kind: 'dates', from: '2026-11-17', to: '2026-11-23' });
    expect([week.unit, week.trend.length]).toEqual(['shift', 14]);
    const all = await view(pilot);
    expect([all.unit, all.trend.length]).toEqual(['day', 8]);
    const total = all.trend.reduce((sum, { judged }) => sum + judged, 0);
    expect(total).toBe(judgedOf(all.whole.counts));
    const year = await view({ kind: 'dates', from: '2025-12-01', to: '2026-11-23' });
    expect(year.unit).toBe('days');
    expect(year.trend.length).toBeLessThanOrEqual(90);
    expect(year.trend.reduce((sum, { judged }) => sum + judged, 0)).toBe(total);
    const marks = week.events.filter(({ kind }) => kind === 'marks');
    expect(marks).toMatchObject([{ review: 0.36, reject: 0.7, reason: '見逃しを減らす', who: '佐藤' }]);
    expect(week.trend[marks[0]!.point]).toMatchObject({ from: '2026-11-19', shift: 'night' });
  });

  it('of 10,000 lots with hostile names some are shown, all are counted and all are in the file', async () => {
    const db = temporaryStore().write;
    const cameraId = camera(db);
    const hostile = ['=HYPERLINK("x")', '', '\u202Egnp.', '<b>x</b>', "'; DROP TABLE image; --"];
    const ids = pictures(db, cameraId, 10_000);
    db.transaction(() => {
      for (const [n, imageId] of ids.entries())
        db.run(
          `INSERT INTO image_meta (image_id, camera_id, name, stem, lot, taken_source) VALUES (?, ?, '', '', ?, 'file')`,
          ...[imageId, cameraId, hostile[n] ?? `lot ${n}`],
        );
    });
    while (foldFigures(db, 1000) > 0);
    const period = { kind: 'dates', from: '1969-12-31', to: '1970-01-02' } as const;
    const view = await figuresView(db, { period, by: 'lot' }, Date.now());
    expect(view.groups).toHaveLength(60);
    expect(view.more).toEqual({ groups: 10_000 - 60, pictures: 10_000 - 60 });
    expect(view.whole.counts.pictures).toBe(10_000);
    for (const lot of hostile) expect(figurePictures(db, { which: 'all', lot }, { limit: 5 }).total).toBe(1);
    expect((await figureTable(db, { period, by: 'lot' }, Date.now())).rows).toHaveLength(10_001);
  });

  it('of nothing are nothing: no pictures, no line, no model', async () => {
    const db = temporaryStore().write;
    for (const by of ['line', 'camera', 'lot', 'shift', 'day', 'class'] as const)
      for (const kind of ['today', 'week', 'pilot'] as const) {
        const view = await figuresView(db, { period: { kind }, by }, Date.now());
        expect(view.groups).toEqual([]);
        expect(view.whole.rates.flagRate.value).toBeNull();
        expect(view.whole.audit).toBeNull();
      }
  });
});
