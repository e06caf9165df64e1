import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import { exercisesOf } from '../domain/practice.ts';
import { addPracticeAnswer, practiceResults } from '../store/practice.ts';
import type { Implementer } from './base.ts';

/** Who did which exercise. */
export function practiceCalls(os: Implementer, { store, person, now }: Core) {
  return {
    practice: {
      results: os.practice.results.handler(() => ({ results: practiceResults(store.read) })),
      answer: os.practice.answer.handler(({ input }) => {
        const { course, exercise } = input;
        if (!exercisesOf(course).some(({ name }) => name === exercise)) throw new AppError('bad_input', { exercise });
        const atMs = now();
        addPracticeAnswer(store.write, { ...input, person: person(), atMs });
        return { savedAtMs: atMs };
      }),
    },
  };
}
