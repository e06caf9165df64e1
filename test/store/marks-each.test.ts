import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CameraId, ClassId, ImageId } from '#core/domain/ids.ts';
import { entryFor, followedBy, forAll, isSameFor, type MarksFor } from '#core/domain/marks-for.ts';
import { type Marks, verdictOf } from '#core/domain/threshold.ts';
import { addCamera, ensureLine } from '#core/store/cameras.ts';
import { addClass } from '#core/store/classes.ts';
import { admitPicture } from '#core/store/images.ts';
import { freshDefects } from '#core/store/corrections.ts';
import { kindsSeen, kindsToldApart } from '#core/store/kinds-seen.ts';
import { addLabel } from '#core/store/labels.ts';
import { imageLedger } from '#core/store/ledger.ts';
import { takeModel } from '#core/store/model-use.ts';
import { activeModel, addModel } from '#core/store/models.ts';
import { setSplit } from '#core/store/splits.ts';
import { addScores, scoreColumns } from '#core/store/scores.ts';
import {
  activeThreshold,
  applyThreshold,
  followCommon,
  judgeScored,
  marksInForce,
  marksOf,
  marksThrough,
  thresholdHistory,
  verdictFlips,
} from '#core/store/thresholds.ts';
import type { LineFacts } from '#core/domain/line-estimate.ts';
import { compareWithActive } from '#core/review/compare.ts';
import { createStandings } from '#core/review/standing.ts';
import { model, modelCard, temporaryStore } from './fixture.ts';
import { picture } from './picture.ts';

const by = { reason: 'why', who: 'sato', atMs: 7 };

/** Pictures of two cameras in turn, scored 0.05, 0.15 …; the model tells cracks and stains apart and takes every third for a crack. */
function line(count = 12) {
  const { read, write } = temporaryStore();
  const lineId = ensureLine(write, 'line');
  const cameras = [1, 2].map((n) => addCamera(write, { lineId, name: `cam ${n}`, folder: `/c${n}`, atMs: 1 })) as [
    CameraId,
    CameraId,
  ];
  const ids = Array.from(
    { length: count },
    (_, n) => admitPicture(write, picture(cameras[n % 2] as CameraId, n + 1)).imageId,
  );
  const kind = (name: string, isGood: boolean) => addClass(write, { name, isGood, atMs: 1 });
  const [good, crack, stain] = [kind('OK', true), kind('crack', false), kind('stain', false)];
  const modelId = model(write);
  const row = (id: ImageId, score: number, isCrack: boolean) => ({
    ...{ id, score, defectProbability: score, anomaly: null },
    classProbabilities: isCrack ? [1 - score, score * 0.7, score * 0.3] : [1 - score, score * 0.2, score * 0.8],
  });
  const score = (n: number): number => (n + 0.5) / count;
  const rows = ids.map((id, n) => row(id, score(n), n % 3 === 0));
  addScores(write, modelId, rows, 'scored', 6);
  const set = (of: Partial<MarksFor>, review: number, reject: number) =>
    applyThreshold(write, { ...by, ...of, modelId, review, reject });
  const verdicts = () =>
    read
      .all<{ id: ImageId; verdict: string }>('SELECT image_id AS id, verdict FROM current_verdict ORDER BY image_id')
      .map(({ verdict }) => verdict);
  return { read, write, cameras, ids, good, crack, stain, modelId, set, verdicts, row, score };
}

describe('marks of a camera or a kind', () => {
  it('judge its pictures: a kind at a camera before the kind, the kind before the camera, the camera before the rest', () => {
    const { read, ids, cameras, crack, set } = line();
    set({}, 0.5, 0.9);
    set({ cameraId: cameras[0] }, 0.3, 0.9);
    set({ classId: crack }, 0.2, 0.9);
    set({ cameraId: cameras[1], classId: crack }, 0.1, 0.9);
    const reviews = [...marksOf(read, ids).values()].map(({ review }) => review);
    // Every third is a crack; cameras in turn.
    expect(reviews).toEqual([0.2, 0.5, 0.3, 0.1, 0.3, 0.5, 0.2, 0.5, 0.3, 0.1, 0.3, 0.5]);
  });

  it('need common marks, a camera and a kind that are there, and review ≤ reject', () => {
    const { cameras, set, read } = line();
    expect(() => set({ cameraId: cameras[0] }, 0.3, 0.9)).toThrow(expect.objectContaining({ code: 'needs_marks' }));
    set({}, 0.5, 0.9);
    expect(() => set({ cameraId: cameras[0] }, 0.9, 0.3)).toThrow(expect.objectContaining({ code: 'bad_input' }));
    expect(() => set({ cameraId: 99 }, 0.3, 0.9)).toThrow('FOREIGN KEY');
    expect(thresholdHistory(read)).toHaveLength(1);
  });

  it('are given up by a row with a reason, after which the others count; nothing is deleted or changed', () => {
    const { read, write, cameras, modelId, set, verdicts } = line();
    set({}, 0.5, 0.9);
    const before = verdicts();
    const { changed } = set({ cameraId: cameras[0] }, 0.1, 0.2);
    expect(changed).toBeGreaterThan(0);
    expect(verdictFlips(read, null, 99, { cameraId: cameras[0], classId: null }).total).toBe(changed);
    const of = { cameraId: cameras[0], classId: null, modelId };
    expect(followCommon(write, { ...of, ...by, reason: 'lamp mended' }).changed).toBe(changed);
    expect(verdicts()).toEqual(before);
    expect(thresholdHistory(read)).toMatchObject([
      { own: false, active: false, camera: 'cam 1', reason: 'lamp mended', review: 0.1, changed },
      { own: true, active: false, camera: 'cam 1', changed },
      { own: true, active: true, camera: null, kind: null, changed: 12 },
    ]);
    expect(() => followCommon(write, { ...of, ...by })).toThrow(expect.objectContaining({ code: 'marks_not_own' }));
    expect(() => followCommon(write, { ...forAll, modelId, ...by })).toThrow(
      expect.objectContaining({ code: 'marks_not_own' }),
    );
    expect(() => write.run('UPDATE threshold SET own = 1')).toThrow('append-only');
    expect(() => write.run('DELETE FROM threshold')).toThrow('append-only');
  });

  it('are put in force again as a new row, with the verdicts that they had', () => {
    const { read, cameras, crack, set, verdicts } = line();
    set({}, 0.5, 0.9);
    set({ cameraId: cameras[1] }, 0.2, 0.4);
    const then = verdicts();
    set({ cameraId: cameras[1] }, 0.8, 0.9);
    set({ classId: crack }, 0.7, 0.75);
    expect(verdicts()).not.toEqual(then);
    set({ classId: crack }, 0.5, 0.9);
    set({ cameraId: cameras[1] }, 0.2, 0.4);
    const history = thresholdHistory(read);
    expect(history).toHaveLength(6);
    expect(history.filter(({ active }) => active).map(({ id }) => id)).toEqual([6, 5, 1]);
    expect(marksThrough(read)).toBe(6);
  });

  it('judge what is scored later, and name themselves in the ledger and beside the score', () => {
    const { read, write, ids, cameras, crack, modelId, set, row } = line();
    set({}, 0.5, 0.9);
    set({ cameraId: cameras[0], classId: crack }, 0.05, 0.1);
    const [first = 0 as ImageId] = ids;
    addScores(write, modelId, [row(first, 0.07, true)], 'scored', 9);
    expect(judgeScored(write, [first], 9)).toBe(1);
    expect(imageLedger(read, first)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ event: 'scored', params: expect.objectContaining({ likelyClass: 'crack' }) }),
        expect.objectContaining({
          event: 'verdict',
          params: expect.objectContaining({ verdict: 'review', marksOfCamera: 'cam 1', marksOfClass: 'crack' }),
        }),
      ]),
    );
    const standing = createStandings(read);
    expect(standing(first).marks).toMatchObject({ review: 0.05, camera: 'cam 1', kind: 'crack' });
    expect(standing(ids[1] as ImageId).marks).toMatchObject({ review: 0.5, camera: null, kind: null });
  });

  it('belong to their model: another one begins with the common ones, the former takes its own up again', () => {
    const { read, write, ids, cameras, modelId, set, verdicts } = line();
    set({}, 0.5, 0.9);
    set({ cameraId: cameras[0] }, 0.1, 0.2);
    const before = verdicts();
    const second = model(write);
    takeModel(write, { modelId: second, marks: { review: 0.4, reject: 0.6 }, ...by });
    expect(marksInForce(read)).toMatchObject([{ modelId: second, review: 0.4, cameraId: null }]);
    expect(marksThrough(read)).toBe(3);
    expect(judgeScored(write, ids, 9)).toBe(0);
    takeModel(write, { modelId, marks: null, ...by });
    expect(marksInForce(read).map(({ review }) => review)).toEqual([0.5, 0.1]);
    expect(verdicts()).toEqual(before);
    expect(activeThreshold(read)).toMatchObject({ review: 0.5, cameraId: null });
  });
});

describe('a candidate beside a model with marks of a camera', () => {
  it('is compared with what those marks do, and what a mark misses is counted by the mark that judges', () => {
    const { read, write, ids, cameras, crack, modelId, set, row } = line();
    set({}, 0.95, 1);
    set({ cameraId: cameras[0] }, 0.05, 1);
    for (const id of ids) {
      addLabel(write, { imageId: id, classId: crack, source: 'teach', who: '', atMs: 8 });
      setSplit(write, id, 'test', `part-${id}`);
    }
    // Of the first camera one of six lies below its mark, of the second five of six below the common one.
    const missed = marksInForce(read);
    expect(freshDefects(read, modelId, missed)).toEqual({ defects: 12, missed: 6 });
    const { checkpointId, classIds } = activeModel(read)!;
    const candidate = addModel(write, {
      ...{ checkpointId, classIds, card: modelCard, labels: 1, labelsThrough: 0, who: 'w', atMs: 9 },
    });
    const rows = ids.map((id) => row(id, 0.5, true));
    addScores(write, candidate, rows, 'scored', 9);
    const good = Array.from({ length: 200 }, (_, n) => n / 500);
    const choosing = { scores: good, labels: good.map(() => 0 as const) };
    const proposed = { choosing, line: {} as LineFacts, maxEscape: 0.05 };
    const { result, ownMarks, flips } = compareWithActive(read, candidate, () => proposed);
    expect(ownMarks).toEqual({ active: 1, candidate: 0 });
    expect(result?.active.missed).toMatchObject({ numerator: 6, denominator: 12 });
    expect(result?.candidate.missed).toMatchObject({ numerator: 0, denominator: 12 });
    expect(flips.total).toBe(12);
  });
});

describe('the likeliest kind of a picture', () => {
  it('is stored with its score, and unknown where nothing is told apart', () => {
    const { read, write, ids, crack, stain, modelId, row } = line(3);
    expect(scoreColumns(read, modelId)).toMatchObject({ kinds: [crack, stain, stain], cameras: [1, 2, 1] });
    const nothing = { ...row(ids[0] as ImageId, 0.4, true), classProbabilities: [1, 0, 0] };
    const goodOnly = { ...row(ids[1] as ImageId, 0.4, true), classProbabilities: [] };
    addScores(write, modelId, [nothing, goodOnly], 'scored', 7);
    expect(scoreColumns(read, modelId).kinds).toEqual([0, 0, stain]);
  });

  it('is that of the finished model where it judges, and the held-out one where figures are read off', () => {
    const { read, write, ids, crack, stain, modelId, set, row } = line(3);
    const [id = 0 as ImageId] = ids;
    addScores(write, modelId, [row(id, 0.4, true)], 'held_out', 7);
    addScores(write, modelId, [row(id, 0.4, false)], 'scored', 8);
    set({}, 0.5, 0.9);
    set({ classId: stain }, 0.3, 0.35);
    expect(marksOf(read, [id]).get(id)).toMatchObject({ classId: stain });
    expect(scoreColumns(read, modelId).kinds[0]).toBe(crack);
  });

  it('is told with how well the model names each kind', () => {
    const { read, write, ids, crack, stain, modelId } = line(6);
    expect(kindsToldApart(read, modelId)).toEqual([crack, stain]);
    const label = (at: number, classId: ClassId) =>
      addLabel(write, { imageId: ids[at] as ImageId, classId, source: 'teach', who: '', atMs: 9 });
    label(0, crack);
    label(1, crack);
    label(2, stain);
    expect(kindsSeen(read, modelId)).toEqual([
      { classId: crack, labelled: 2, seen: 1 },
      { classId: stain, labelled: 1, seen: 1 },
    ]);
  });
});

describe('whatever marks are set and given up, in whatever order', () => {
  const mark = fc.integer({ min: 0, max: 20 }).map((n) => n / 20);
  const steps = fc.array(
    fc.record({
      camera: fc.constantFrom(null, 0, 1),
      kind: fc.constantFrom(null, 'crack', 'stain'),
      marks: fc.option(
        fc.tuple(mark, mark).map(([a, b]): Marks => ({ review: Math.min(a, b), reject: Math.max(a, b) })),
        { freq: 4 },
      ),
    }),
    { maxLength: 8 },
  );

  it('every verdict is what the entry for its picture says, and flips are what applying changes', () => {
    const { read, write, ids, cameras, crack, stain, modelId, set, verdicts, score } = line(12);
    const places = ids.map((_, n) => ({ cameraId: cameras[n % 2] as number, classId: n % 3 === 0 ? crack : stain }));
    fc.assert(
      fc.property(steps, (actions) => {
        // From the common marks alone, whatever earlier runs left.
        for (const row of marksInForce(read))
          if (!isSameFor(row, forAll)) followCommon(write, { ...by, ...row, modelId });
        set({}, 0.5, 0.75);
        let plain: (Marks & MarksFor)[] = [{ ...forAll, review: 0.5, reject: 0.75 }];
        for (const { camera, kind, marks } of actions) {
          const of: MarksFor = {
            cameraId: camera === null ? null : cameras[camera],
            classId: kind === null ? null : kind === 'crack' ? crack : stain,
          };
          const had = plain.some((entry) => isSameFor(entry, of));
          if (marks === null && (!had || isSameFor(of, forAll))) continue;
          const before = verdicts();
          const flips = verdictFlips(read, marks, 99, of);
          const { changed } =
            marks === null ? followCommon(write, { ...by, ...of, modelId }) : set(of, marks.review, marks.reject);
          const after = verdicts();
          expect(flips.total).toBe(changed);
          expect(flips.rows).toHaveLength(changed);
          for (const { imageId, from, to } of flips.rows) {
            const at = ids.indexOf(imageId);
            expect([from, to]).toEqual([before[at], after[at]]);
          }
          plain = plain.filter((entry) => !isSameFor(entry, of));
          if (marks !== null) plain.push({ ...of, ...marks });
          const expected = places.map((place, n) => verdictOf(score(n), entryFor(plain, place) as Marks));
          expect(after).toEqual(expected);
          expect(marksInForce(read)).toHaveLength(plain.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('what is followed without own marks is what the rule says without them', () => {
    const entries = [
      { ...forAll, id: 1 },
      { cameraId: 1, classId: null, id: 2 },
      { cameraId: null, classId: 5, id: 3 },
      { cameraId: 1, classId: 5, id: 4 },
    ];
    expect(followedBy(entries, { cameraId: 1, classId: 5 })?.id).toBe(3);
    expect(followedBy(entries, { cameraId: 1, classId: null })?.id).toBe(1);
    expect(followedBy(entries, { cameraId: 2, classId: 5 })?.id).toBe(3);
    expect(followedBy(entries, forAll)).toBeNull();
  });
});
