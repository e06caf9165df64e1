import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  courses,
  exercises,
  exercisesOf,
  ideas,
  meetsAim,
  type PracticePart,
  resumeAt,
  understandingOf,
} from '#core/domain/practice.ts';
import { drawPractice, hitsDefect } from '#core/sample/practice-part.ts';

const partsOf = (one: (typeof exercises)[number]): readonly PracticePart[] =>
  one.task === 'mark' ? [] : one.task === 'pick' ? one.parts : [one.part];

describe('practice', () => {
  it('can be done: every defect is there to be seen, every mark can be set, and the machine is wrong in some', () => {
    for (const one of exercises) {
      for (const part of partsOf(one)) {
        const { defect } = drawPractice(part);
        const seen = defect?.reduce((sum, pixel) => sum + pixel, 0) ?? 0;
        if (part.kind === 'good') expect(defect, one.name).toBeNull();
        else expect(seen, one.name).toBeGreaterThan(60);
      }
      if (one.task === 'mark') {
        const marks = Array.from({ length: 101 }, (_, at) => at / 100).filter((mark) => meetsAim(mark, one.aim));
        expect(marks.length, one.name).toBeGreaterThan(3);
        expect(marks.length, one.name).toBeLessThan(50);
      }
    }
    const judged = exercises.filter((one) => one.task === 'judge');
    const wrong = judged.filter(({ part }) => part.machine === (part.kind === 'good' ? 'stops' : 'passes'));
    expect(wrong.map(({ name }) => name)).toEqual(['flag_false', 'heat_plausible', 'miss_passed']);
  });

  it('glows on a sound place where it is to mislead, and hits are near the defect alone', () => {
    for (const one of exercises)
      for (const part of partsOf(one)) {
        const picture = drawPractice(part);
        const { heat, side } = picture;
        if (heat === null) continue;
        const hottest = heat.indexOf(Math.max(...heat));
        const onDefect = hitsDefect(picture, hottest % side, Math.floor(hottest / side));
        expect(onDefect, one.name).toBe(part.heat === 'defect');
        if (part.heat === 'dark') expect(Math.max(...heat)).toBeLessThan(0.2);
      }
  });

  it('draws the same part each time', () => {
    const part = { kind: 'dent', seed: 13, heat: 'defect' } as const;
    expect(drawPractice(part)).toEqual(drawPractice(part));
  });

  it('goes on at what was not done, and understands by first tries alone', () => {
    fc.assert(
      fc.property(fc.constantFrom(...courses), fc.array(fc.nat(2), { maxLength: 14 }), (course, mistakes) => {
        const all = exercisesOf(course);
        const done = all
          .slice(0, mistakes.length)
          .map(({ name }, at) => ({ exercise: name, mistakes: mistakes[at] ?? 0 }));
        expect(resumeAt(course, done)).toBe(all[done.length]?.name ?? null);
        for (const { idea, is } of understandingOf(course, done)) {
          const own = all.filter((one) => one.idea === idea);
          const known = own.flatMap(({ name }) => done.filter(({ exercise }) => exercise === name));
          const expected =
            known.length < own.length ? 'open' : known.every((one) => one.mistakes === 0) ? 'understood' : 'again';
          expect(is).toBe(expected);
        }
      }),
    );
    expect(new Set(courses.flatMap((course) => exercisesOf(course).map(({ idea }) => idea)))).toEqual(new Set(ideas));
  });
});
