import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driftAdvice } from '#core/domain/drift/advice.ts';
import { beginState, type DriftState, follow } from '#core/domain/drift/follow.ts';
import { blockDiscrepancy, kernelReference, strangeness } from '#core/domain/drift/kernel.ts';
import {
  type DriftMeasure,
  PICTURES_PER_FALSE_ALARM,
  REFERENCE_FLAGGED,
  REFERENCE_PICTURES,
} from '#core/domain/drift/measures.ts';
import { type DriftNormal, type DriftPicture, learnLook, learnNormal } from '#core/domain/drift/normal.ts';
import { sizeOf } from '#core/domain/drift/units.ts';
import { Random } from '#core/domain/random.ts';

const stream = (count: number, from: number, value: (at: number) => number, part: string | null = null) =>
  Array.from({ length: count }, (_, at): DriftPicture => ({ imageId: from + at, part, values: [value(at)] }));
const run = (normal: DriftNormal, pictures: readonly DriftPicture[], state = beginState(0)): DriftState =>
  pictures.reduce((so, picture) => follow(normal, so, picture), state);

type Line = (random: Random) => () => number;
/** Lines on which nothing changes: independent, of few values, correlated from picture to picture, skewed, rare, never and always. */
const lines: Readonly<Record<string, readonly [Exclude<DriftMeasure, 'look'>, Line]>> = {
  even: ['brightness', (random) => () => random.normal()],
  'few values': ['brightness', (random) => () => random.below(3)],
  correlated: [
    'sharpness',
    (random) => {
      let last = random.normal();
      return () => (last = 0.6 * last + 0.8 * random.normal());
    },
  ],
  skewed: ['scores', (random) => () => Math.exp(2 * random.normal())],
  'rarely flagged': ['flags', (random) => () => Number(random.uniform() < 0.03)],
  'never flagged': ['flags', () => () => 0],
  'always flagged': ['flags', () => () => 1],
  kinds: ['kinds', (random) => () => Math.min(random.below(6), random.below(6))],
  'one kind': ['kinds', () => () => 4],
};

describe('a line on which nothing changes', () => {
  it('is not told of drift more often than once in so many pictures, whatever it is like', () => {
    const told: Record<string, number> = {};
    const [runs, watched] = [1000, 1000];
    for (const [name, [measure, line]] of Object.entries(lines)) {
      const reference = measure === 'kinds' ? REFERENCE_FLAGGED : REFERENCE_PICTURES;
      for (let seed = 0; seed < runs / Object.keys(lines).length; seed++) {
        const next = line(new Random(seed));
        const normal = learnNormal(measure, stream(reference, 1, next));
        if (run(normal, stream(watched, reference + 1, next)).change !== null) told[name] = (told[name] ?? 0) + 1;
      }
    }
    const alarms = Object.values(told).reduce((sum, one) => sum + one, 0);
    // One in 10,000 pictures is the budget of a camera's measures together; one of them has less than half of it.
    expect(alarms, JSON.stringify(told)).toBeLessThan((0.5 * runs * watched) / PICTURES_PER_FALSE_ALARM);
  });

  it('and looks alike, is not told of another look', () => {
    let alarms = 0;
    for (let seed = 0; seed < 40; seed++) {
      const random = new Random(seed);
      const vectors = new Map<number, number[]>();
      const picture = (imageId: number): DriftPicture => {
        vectors.set(
          imageId,
          Array.from({ length: 12 }, () => random.normal()),
        );
        return { imageId, part: null, values: [] };
      };
      const of = (id: number) => vectors.get(id) ?? [];
      const first = Array.from({ length: REFERENCE_PICTURES }, (_, at) => picture(at));
      const known = first.map(({ imageId }) => of(imageId));
      const [normal, reference] = [learnLook(first, known), kernelReference(known)];
      let state = beginState(0);
      for (let at = 0; at < 500; at++) {
        const next = picture(1000 + at);
        const values = [strangeness(of(next.imageId), reference)];
        state = follow(normal, state, { ...next, values }, (ids) => blockDiscrepancy(ids.map(of), reference));
      }
      if (state.change !== null) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(2);
  });
});

describe('a line that changes', () => {
  const normalOf = (random: Random) =>
    learnNormal(
      'brightness',
      stream(REFERENCE_PICTURES, 1, () => 0.02 * random.normal()),
    );

  it('is told soon, to the right side, since about when it did', () => {
    const delays: number[] = [];
    for (let seed = 0; seed < 50; seed++) {
      const random = new Random(seed);
      const normal = normalOf(random);
      const before = run(
        normal,
        stream(300, 201, () => 0.02 * random.normal()),
      );
      expect(before.change).toBeNull();
      const { change } = run(
        normal,
        stream(200, 501, () => Math.log(0.82) + 0.02 * random.normal()),
        before,
      );
      expect(change).toMatchObject({ direction: 'darker' });
      expect(Math.abs((change?.sinceImageId ?? 0) - 501)).toBeLessThanOrEqual(15);
      delays.push((change?.atImageId ?? 0) - 500);
    }
    // Seldom the reference itself seems to correlate, and two pictures count as one.
    expect(delays.toSorted((a, b) => a - b)[25]).toBeLessThanOrEqual(27);
    expect(Math.max(...delays)).toBeLessThanOrEqual(60);
  });

  it('by less than a person sees is not told', () => {
    const random = new Random(3);
    const normal = normalOf(random);
    expect(
      run(
        normal,
        stream(2000, 201, () => Math.log(0.97) + 0.02 * random.normal()),
      ).change,
    ).toBeNull();
  });

  it('is told of a kind that was never there before', () => {
    const random = new Random(3);
    const normal = learnNormal(
      'kinds',
      stream(REFERENCE_FLAGGED, 1, () => 1 + random.below(2)),
    );
    const { change } = run(
      normal,
      stream(200, 100, () => (random.uniform() < 0.5 ? 7 : 1 + random.below(2))),
    );
    expect(change).toMatchObject({ direction: 'kind_up', classId: null });
  });

  it('counts all pictures of one part as one', () => {
    const random = new Random(3);
    const normal = normalOf(random);
    // One dark part, of which there are many pictures, is no drift.
    const same = stream(500, 201, () => Math.log(0.5), 'part 1');
    expect(run(normal, same).change).toBeNull();
    expect(
      run(
        normal,
        stream(500, 201, () => Math.log(0.5)),
      ).change,
    ).not.toBeNull();
  });

  it('stays as it was told, and its record has one size after however many pictures', () => {
    const random = new Random(3);
    const normal = normalOf(random);
    const size = (count: number) =>
      JSON.stringify(
        run(
          normal,
          stream(count, 201, () => 0.02 * random.normal()),
        ),
      ).length;
    expect(size(5000)).toBeLessThan(1.5 * size(50));
    const told = run(
      normal,
      stream(200, 201, () => -1),
    );
    expect(
      run(
        normal,
        stream(200, 401, () => 1),
        told,
      ),
    ).toEqual(told);
  });
});

describe('what is remembered between two pictures', () => {
  it('goes on as if there had been no pause, from plain JSON', () => {
    const values = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 60 });
    const normal = learnNormal(
      'scores',
      stream(REFERENCE_PICTURES, 1, (at) => Math.sin(at)),
    );
    fc.assert(
      fc.property(values, fc.nat(60), (some, pause) => {
        const pictures = stream(some.length, 201, (at) => some[at] ?? 0);
        const half = JSON.parse(JSON.stringify(run(normal, pictures.slice(0, pause)))) as DriftState;
        expect(run(normal, pictures.slice(pause), half)).toEqual(run(normal, pictures));
      }),
    );
  });
});

describe('what is said of a change', () => {
  it('has its size as a factor where light and sharpness vary by factors, otherwise as a difference', () => {
    expect(sizeOf('brightness', 0.5, 0.41)).toBeCloseTo(0.18, 12);
    expect(sizeOf('flags', 0.02, 0.09)).toBeCloseTo(0.07, 12);
    expect(sizeOf('look', null, null)).toBeNull();
    expect(sizeOf('brightness', 0, 0.4)).toBeNull();
  });

  it('sends to the camera first, and to teaching only where there is something to learn from', () => {
    const changed = (...measures: DriftMeasure[]) => new Set(measures);
    expect(driftAdvice(changed('brightness', 'flags'), true, ['corrections'])).toMatchObject({
      retrain: 'camera_first',
      against: ['input_changed'],
    });
    expect(driftAdvice(changed('look', 'flags'), true, ['corrections'])).toMatchObject({
      retrain: 'teach',
      for: ['look_changed', 'flags_up', 'teaching_helps', 'input_same'],
    });
    expect(driftAdvice(changed('look'), true, [])).toMatchObject({
      retrain: 'judge_first',
      against: ['scores_same', 'nothing_new_to_teach'],
    });
    expect(driftAdvice(changed('brightness'), false, []).against).toContain('scores_unknown');
    expect(driftAdvice(changed('brightness'), true, []).actions).toEqual(['lamp', 'lens', 'learn_normal']);
  });
});
