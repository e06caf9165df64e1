import type { PracticeResult } from '#core/contract/practice.ts';
import type { Reader, Writer } from './handle.ts';

/** Of everybody, for each exercise the newest time that it was ended; the newest first. */
export function practiceResults(db: Reader): PracticeResult[] {
  return db.all<PracticeResult>(
    `SELECT person, course, exercise, mistakes, at_ms AS atMs FROM practice_answer
     WHERE id IN (SELECT max(id) FROM practice_answer GROUP BY person, course, exercise) ORDER BY id DESC`,
  );
}

export function addPracticeAnswer(db: Writer, answer: PracticeResult & { readonly seconds: number }): void {
  const { person, course, exercise, mistakes, seconds, atMs } = answer;
  db.run(
    'INSERT INTO practice_answer (person, course, exercise, mistakes, seconds, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    ...[person, course, exercise, mistakes, seconds, atMs],
  );
}
