import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { estimatePassed } from '#core/domain/audit-sample.ts';
import { allocate, drawNumber, stratumCuts } from '#core/domain/audit-draw.ts';
import type { ClassId, ImageId, ModelId } from '#core/domain/ids.ts';
import { Random } from '#core/domain/random.ts';
import { defaultShifts, shiftInstance, type Shift } from '#core/domain/shifts.ts';
import { auditFigures, passedAudit, shiftAudits } from '#core/report/audit-figures.ts';
import { auditEstimate } from '#core/report/inputs.ts';
import { defaultPerShift, sampleForAudit } from '#core/review/audit-sampling.ts';
import { auditState, planPerShift } from '#core/store/audit-shifts.ts';
import { addCamera, ensureLine, listLines } from '#core/store/cameras.ts';
import { stateCounts } from '#core/store/counts.ts';
import { addDecision } from '#core/store/decisions.ts';
import type { Store } from '#core/store/open.ts';
import { openStore } from '#core/store/open.ts';
import { admitPicture } from '#core/store/images.ts';
import { addLabel } from '#core/store/labels.ts';
import { imageLedger } from '#core/store/ledger.ts';
import { setShiftCalendar } from '#core/store/naming.ts';
import { storePictureMeta } from '#core/store/picture-facts.ts';
import { auditQueue } from '#core/store/queues.ts';
import { addScores } from '#core/store/scores.ts';
import { applyThreshold, judgeScored } from '#core/store/thresholds.ts';
import { classes, model, scoreRow, temporaryFolder } from '#test/store/fixture.ts';
import { picture } from '#test/store/picture.ts';

const HOUR = 3_600_000;
/** A Monday's day shift, 08:00 to 20:00 by the default calendar, on the clock on the wall. */
const morning = new Date(2026, 10, 23, 8).getTime();

let folder: string;
let store: Store;
let good: ClassId;
let bad: ClassId;
let modelId: ModelId;
let made: number;
let random: Random;

beforeEach(() => {
  folder = temporaryFolder();
  store = openStore(folder);
  onTestFinished(() => store.close());
  ({ good, bad } = classes(store.write));
  modelId = model(store.write);
  applyThreshold(store.write, { modelId, review: 0.5, reject: 0.8, reason: 'r', who: 'sato', atMs: morning - HOUR });
  made = 0;
  random = new Random(11);
});

/** Takes `count` pictures from `fromMs` on, one each `everyMs`, and judges them; scores rise and fall below the mark. */
function pass(
  count: number,
  fromMs: number,
  {
    everyMs = 60_000,
    line = 'line',
    score = (n: number) => (n % 50) / 101,
    shift = undefined as string | undefined,
  } = {},
): ImageId[] {
  const lineId = ensureLine(store.write, line);
  const known = store.write.value<number>('SELECT id FROM camera WHERE line_id = ?', lineId);
  const cameraId = (known ?? addCamera(store.write, { lineId, name: line, folder: `/${line}`, atMs: 1 })) as Parameters<
    typeof picture
  >[0];
  const calendar = defaultShifts;
  const ids = store.write.transaction(() =>
    Array.from({ length: count }, (_, at) => {
      const n = ++made;
      const takenAtMs = fromMs + at * everyMs;
      const { imageId } = admitPicture(
        store.write,
        picture(cameraId, n, { path: `/${line}/${n}.png`, takenAtMs, seenAtMs: takenAtMs }),
      );
      const name =
        shift ??
        calendar.find(
          (one) =>
            shiftInstance(calendar, one.name, takenAtMs).startMs <= takenAtMs &&
            shiftInstance(calendar, one.name, takenAtMs).endMs > takenAtMs,
        )?.name ??
        null;
      storePictureMeta(store.write, {
        ...{ imageId, cameraId, name: `${n}.png`, stem: String(n), exifAtMs: null, matched: null, takenAtMs },
        ...{ takenSource: 'file', lot: null, lotSource: null, serial: null, serialSource: null },
        ...{ shift: name === '' ? null : name, shiftSource: 'calendar', line: null, camera: null },
      });
      return imageId;
    }),
  );
  addScores(
    store.write,
    modelId,
    ids.map((id, at) => scoreRow(id, score(at))),
    'scored',
    fromMs,
  );
  judgeScored(store.write, ids, fromMs);
  return ids;
}

const sample = (atMs: number) => sampleForAudit(store.write, random, atMs);
const waiting = (): ImageId[] => auditQueue(store.read, 10_000);
const say = (imageId: ImageId, classId: ClassId | null = good) =>
  addDecision(store.write, { imageId, queue: 'audit', classId, reason: '', who: 'kato', atMs: morning });
const line = () => listLines(store.read)[0]!.id;
const audits = () => shiftAudits(store.read, line());

/** A day shift of 600 pictures, sampled each hour as scoring goes, and its end. */
function dayShift(startMs: number, count = 600): ImageId[] {
  // One transaction: twelve hours are not worth the disk's time.
  return store.write.transaction(() => {
    const ids: ImageId[] = [];
    for (let hour = 0; hour < 12; hour++) {
      ids.push(...pass(count / 12, startMs + hour * HOUR));
      sample(startMs + (hour + 1) * HOUR - 1);
    }
    sample(startMs + 12 * HOUR + 6 * 60_000);
    return ids;
  });
}
const sayAll = (ids: readonly ImageId[]) => store.write.transaction(() => ids.forEach((id) => say(id)));

describe('a shift', () => {
  it('has as many pictures drawn as it is to have, most of them while it runs', () => {
    for (let hour = 0; hour < 6; hour++) {
      pass(50, morning + hour * HOUR);
      sample(morning + (hour + 1) * HOUR - 1);
    }
    const halfway = waiting().length;
    for (let hour = 6; hour < 12; hour++) {
      pass(50, morning + hour * HOUR);
      sample(morning + (hour + 1) * HOUR - 1);
    }
    const before = waiting();
    expect(before.length).toBeGreaterThan(halfway);
    sample(morning + 12 * HOUR + 6 * 60_000);
    const after = waiting();
    expect(after).toHaveLength(defaultPerShift);
    // Nothing that was drawn is ever replaced.
    expect(before.filter((id) => !after.includes(id))).toEqual([]);
    expect(sample(morning + 13 * HOUR)).toBe(false);
  });

  it('is drawn the same whenever and however often it is asked, also after a restart, and by its seed alone', () => {
    const drawn = (restart: boolean): ImageId[] => {
      dayShift(morning);
      if (restart) {
        store.close();
        store = openStore(folder);
      }
      pass(100, morning + 12 * HOUR + 10 * 60_000);
      sample(morning + 14 * HOUR);
      sample(morning + 24 * HOUR + 6 * 60_000);
      return waiting();
    };
    const once = drawn(true);
    expect(once).toHaveLength(2 * defaultPerShift);
    const rows = store.read.all<{ seed: number; id: number; number: number }>(
      'SELECT s.seed, p.image_id AS id, p.number FROM audit_passed p JOIN audit_shift s ON s.id = p.shift_id',
    );
    expect(rows.every(({ seed, id, number }) => drawNumber(seed, id) === number)).toBe(true);
    expect(new Set(rows.map(({ seed }) => seed)).size).toBe(2);
  });

  it('gives every picture the same chance, whenever in the shift it came', () => {
    const hits = new Array<number>(12).fill(0);
    for (let round = 0; round < 40; round++) {
      const start = morning + round * 24 * HOUR;
      const ids = dayShift(start, 120);
      const drawn = new Set(waiting());
      ids.forEach((id, at) => drawn.has(id) && hits[Math.floor(at / 10)]!++);
      sayAll([...drawn]);
    }
    // 800 draws over 12 hours: 66.7 each, χ² with 11 degrees of freedom below its 99.9 % point of 31.3.
    const mean = hits.reduce((sum, one) => sum + one, 0) / 12;
    expect(hits.reduce((sum, one) => sum + (one - mean) ** 2 / mean, 0)).toBeLessThan(31.3);
    expect(mean * 12).toBeGreaterThanOrEqual(800);
  });

  it('takes all where fewer passed than it is to have, and nothing where nothing did', () => {
    expect(sample(morning + HOUR)).toBe(false);
    pass(7, morning);
    sample(morning + HOUR);
    sample(morning + 12 * HOUR + 6 * 60_000);
    expect(waiting()).toHaveLength(7);
    expect(audits().map(({ shift }) => shift.shift)).toEqual(['day']);
  });

  it('draws of pictures that come late at the rate of their shift, and never opens it again', () => {
    dayShift(morning);
    const before = waiting();
    pass(300, morning + 3 * HOUR);
    sample(morning + 14 * HOUR);
    const after = waiting();
    expect(before.every((id) => after.includes(id))).toBe(true);
    const [shift] = audits();
    const late = shift!.cells.filter((cell) => cell.late);
    expect(late.reduce((sum, cell) => sum + cell.passed, 0)).toBe(300);
    expect(after.length - before.length).toBe(late.reduce((sum, cell) => sum + cell.drawn, 0));
    // 300 at 20 / 600.
    expect(Math.abs(after.length - before.length - 10)).toBeLessThan(10);
  });

  it('keeps a picture in the shift that it passed in, whatever shift a person says later', () => {
    const ids = pass(60, morning);
    sample(morning + 2 * HOUR);
    const drawn = waiting();
    store.write.run("UPDATE image_meta SET shift = 'night', shift_source = 'person'");
    sample(morning + 12 * HOUR + 6 * 60_000);
    expect(audits().map(({ shift, cells }) => [shift.shift, cells[0]?.passed])).toEqual([['day', ids.length]]);
    expect(drawn.every((id) => waiting().includes(id))).toBe(true);
    // One that was put right before it passed counts where the person says: the night nearest to it.
    pass(1, morning + 5 * 60_000, { shift: 'night' });
    sample(morning + 11 * HOUR);
    expect(audits().map(({ shift }) => [shift.shift, shift.day])).toEqual([
      ['day', '2026-11-23'],
      ['night', '2026-11-22'],
    ]);
  });

  it('is the day where the line has no calendar', () => {
    pass(1, morning - 30 * HOUR);
    setShiftCalendar(store.write, line(), [], { who: 'sato', atMs: 1 });
    pass(40, morning, { shift: '' });
    sample(morning + 2 * HOUR);
    expect(auditState(store.read, line(), morning + 2 * HOUR).shift).toMatchObject({
      name: '',
      endMs: new Date(2026, 10, 24).getTime(),
    });
    sample(new Date(2026, 10, 24, 0, 6).getTime());
    expect(waiting().length).toBeGreaterThanOrEqual(defaultPerShift);
  });

  it('outlives a clock that jumps ahead and back: nothing is lost, drawn twice or opened again', () => {
    pass(200, morning);
    sample(morning + HOUR);
    sample(morning + 40 * HOUR);
    const early = waiting();
    expect(early).toHaveLength(defaultPerShift);
    pass(200, morning + 2 * HOUR);
    sample(morning + 3 * HOUR);
    expect(audits()).toHaveLength(1);
    const { cells } = audits()[0]!;
    expect(cells.reduce((sum, cell) => sum + cell.passed, 0)).toBe(400);
    expect(new Set(waiting()).size).toBe(waiting().length);
    expect(early.every((id) => waiting().includes(id))).toBe(true);
  });

  it('of each line has a sample of its own, as large as its supervisor says', () => {
    pass(300, morning, { line: 'a', everyMs: 60_000 });
    pass(300, morning, { line: 'b', everyMs: 60_000 });
    const [a, b] = listLines(store.read);
    planPerShift(store.write, { lineId: b!.id, perShift: 50, who: 'sato', atMs: 1 });
    sample(morning + 12 * HOUR + 31 * 60_000);
    sample(morning + 13 * HOUR + 2 * 60_000);
    const drawn = (id: ReturnType<typeof line>) => shiftAudits(store.read, id)[0]!.draws.length;
    expect([drawn(a!.id), drawn(b!.id)]).toEqual([defaultPerShift, 50]);
  });

  it('that ended long before anybody scored it goes into one backlog', () => {
    for (let day = 1; day <= 5; day++) pass(100, morning - day * 24 * HOUR - 20 * HOUR);
    sample(morning);
    sample(morning + HOUR);
    expect(audits().map(({ shift }) => [shift.kind, shift.closed])).toEqual([['backlog', true]]);
    expect(waiting()).toHaveLength(defaultPerShift);
  });

  it('leaves out what a person had judged, and is never drawn from again', () => {
    const ids = pass(20, morning);
    addLabel(store.write, { imageId: ids[0]!, classId: good, source: 'teach', who: 'sato', atMs: 1 });
    sample(morning + HOUR);
    sample(morning + 12 * HOUR + 6 * 60_000);
    expect(waiting()).toHaveLength(19);
    applyThreshold(store.write, { modelId, review: 0.48, reject: 0.8, reason: 'r', who: 'sato', atMs: morning });
    sample(morning + 13 * HOUR);
    expect(store.read.value('SELECT count(*) FROM audit_passed')).toBe(19);
  });
});

describe('strata', () => {
  it('part what passes by its distance from the mark once there are scores enough, and most near it is drawn', () => {
    dayShift(morning);
    sayAll(waiting());
    dayShift(morning + 24 * HOUR);
    const [second] = audits();
    const rate = (name: string): number => {
      const some = second!.cells.filter(({ stratum }) => stratum === name);
      return some.reduce((sum, one) => sum + one.drawn, 0) / some.reduce((sum, one) => sum + one.passed, 0);
    };
    expect(second!.draws.length).toBeGreaterThanOrEqual(defaultPerShift);
    expect(rate('near')).toBeGreaterThan(2 * rate('far'));
    expect(rate('far')).toBeGreaterThan(0.3 * (defaultPerShift / 600));
    const shares = store.read.all<{ stratum: string; share: number }>(
      `SELECT DISTINCT p.stratum, a.share FROM audit_sample a JOIN audit_passed p ON p.image_id = a.image_id
       WHERE p.stratum <> 'all'`,
    );
    expect(shares.length).toBeGreaterThanOrEqual(3);
    expect(shares.every(({ share }) => share > 0 && share <= 1)).toBe(true);
  });

  it('are shared out by what was found, with an even part in each', () => {
    const strata = [
      { stratum: 'far', passed: 420 },
      { stratum: 'middle', passed: 120 },
      { stratum: 'near', passed: 60 },
    ] as const;
    const nothing = () => ({ answered: 0, defects: 0 });
    const first = allocate(20, strata, nothing);
    expect(first.reduce((sum, one) => sum + one, 0)).toBe(20);
    const near = allocate(20, strata, (name) => (name === 'near' ? { answered: 60, defects: 30 } : nothing()));
    expect(near[2]).toBeGreaterThan(first[2]!);
    expect(near[0]).toBeGreaterThanOrEqual(Math.floor(0.4 * 14));
    expect(allocate(20, [{ stratum: 'all', passed: 9 }], nothing)).toEqual([9]);
    expect(allocate(2, [...strata], nothing).every((one) => one >= 1)).toBe(true);
  });

  it('are none where scores are few or all the same', () => {
    expect(stratumCuts(Array.from({ length: 199 }, (_, n) => n))).toBeNull();
    expect(stratumCuts(new Array<number>(500).fill(0.2))).toBeNull();
    expect(stratumCuts(Array.from({ length: 200 }, (_, n) => n))).toEqual({ middle: 140, near: 180 });
  });
});

describe('the estimate', () => {
  it('says of a shift what its looks prove, and what is still wanted', () => {
    dayShift(morning, 216);
    sayAll(waiting());
    const { estimate, more, shifts, unchecked } = auditFigures(audits());
    expect(estimate).toMatchObject({ passed: 216, audited: 20, defects: 0, missing: 0, value: 0 });
    expect(estimate.atMost95 / 216).toBeCloseTo(0.139, 3);
    expect([more, shifts, unchecked]).toEqual([279, 1, { shifts: 0, passed: 0 }]);
  });

  it('takes what was set aside or passed over for defects, and leaves out what was not reached', () => {
    dayShift(morning);
    const ids = waiting();
    ids.slice(0, 10).forEach((id) => say(id));
    expect(estimatePassed(audits()[0]!.strata)).toMatchObject({ audited: 10, missing: 0 });
    say(ids[10]!, null);
    say(ids[12]!);
    // One set aside, one passed over.
    const { atMost95, ...rest } = estimatePassed(audits()[0]!.strata);
    expect(rest).toMatchObject({ audited: 11, missing: 2, defects: 0, value: 0 });
    expect(atMost95 / 600).toBeGreaterThan(0.3);
    say(ids[10]!);
    say(ids[11]!);
    expect(estimatePassed(audits()[0]!.strata)).toMatchObject({ audited: 13, missing: 0 });
  });

  it('does not count a running shift against those that have ended, nor one in which nobody looked', () => {
    pass(100, morning);
    sample(morning + HOUR);
    waiting()
      .slice(0, 1)
      .forEach((id) => say(id));
    expect(auditFigures(audits())).toMatchObject({ shifts: 1 });
    dayShift(morning + 24 * HOUR);
    const checked = waiting();
    dayShift(morning + 48 * HOUR);
    checked.forEach((id) => say(id));
    const figures = auditFigures(audits());
    expect(figures).toMatchObject({ shifts: 2, unchecked: { shifts: 1, passed: 600 } });
    expect(figures.estimate.passed).toBe(700);
    // The pilot's escape rate takes the unchecked shift to be like the others.
    expect(passedAudit(store.read).passed).toBe(1300);
  });

  it('is the one that report, threshold and ROI rest on', () => {
    expect(auditEstimate(store.read)).toBeNull();
    dayShift(morning);
    const [first, ...rest] = waiting();
    say(first!, bad);
    rest.forEach((id) => say(id));
    const estimate = auditEstimate(store.read)!;
    expect(estimate.missed).toMatchObject({ value: 30 });
    expect(estimate.missed.upper95).toBeCloseTo(estimatePassed(audits()[0]!.strata).upper95, 6);
    // Whoever says it: the answer is the picture's label.
    addLabel(store.write, { imageId: first!, classId: good, source: 'teach', who: 'sato', atMs: 9 });
    expect(auditEstimate(store.read)!.missed.value).toBe(0);
  });

  it('keeps what passed under other marks apart', () => {
    pass(300, morning);
    sample(morning + HOUR);
    applyThreshold(store.write, { modelId, review: 0.45, reject: 0.8, reason: 'r', who: 'sato', atMs: morning });
    pass(300, morning + 5 * HOUR);
    sample(morning + 12 * HOUR + 6 * 60_000);
    waiting().forEach((id) => say(id));
    expect(auditFigures(audits()).marks).toBe(2);
  });
});

describe('what waits', () => {
  it('tells the shift under way and, an hour after its end, what is overdue', () => {
    dayShift(morning);
    const end = morning + 12 * HOUR;
    expect(auditState(store.read, line(), end - 1).shift).toMatchObject({
      name: 'day',
      perShift: 20,
      drawn: 20,
      done: 0,
    });
    expect(auditState(store.read, line(), end + HOUR - 1)).toMatchObject({ shift: null, overdue: 0 });
    expect(auditState(store.read, line(), end + HOUR)).toMatchObject({ overdue: 20 });
    const [first] = waiting();
    say(first!);
    expect(auditState(store.read, line(), end + HOUR)).toMatchObject({ overdue: 19 });
    expect(stateCounts(store.read).toAudit).toBe(19);
    // Still due the next week, before those of later shifts.
    dayShift(morning + 7 * 24 * HOUR);
    expect(waiting()).toHaveLength(39);
    expect(audits()[1]!.draws.filter(({ answer }) => answer === 'open')).toHaveLength(19);
  });

  it('is in the ledger with its stratum and chance', () => {
    dayShift(morning);
    const lines = imageLedger(store.read, waiting()[0]!);
    expect(lines.find(({ event }) => event === 'drawn_for_audit')?.params).toMatchObject({ stratum: 'all' });
  });

  it('cannot be changed afterwards', () => {
    dayShift(morning);
    expect(() => store.write.run('DELETE FROM audit_passed')).toThrow('append-only');
    expect(() => store.write.run('UPDATE audit_passed SET number = 0')).toThrow('append-only');
  });
});

describe('shiftInstance', () => {
  const two: readonly Shift[] = defaultShifts;
  it('ends a night on the next day, and takes the nearest shift of the name that a person says', () => {
    const night = shiftInstance(two, 'night', new Date(2026, 10, 24, 2).getTime());
    expect(night).toEqual({
      day: '2026-11-23',
      startMs: new Date(2026, 10, 23, 20).getTime(),
      endMs: new Date(2026, 10, 24, 8).getTime(),
    });
    expect(shiftInstance(two, 'night', new Date(2026, 10, 24, 8, 5).getTime())).toEqual(night);
    expect(shiftInstance(two, 'A', new Date(2026, 10, 24, 2).getTime()).day).toBe('2026-11-23');
    expect(shiftInstance([], null, morning)).toEqual({
      day: '2026-11-23',
      startMs: new Date(2026, 10, 23).getTime(),
      endMs: new Date(2026, 10, 24).getTime(),
    });
  });
});
