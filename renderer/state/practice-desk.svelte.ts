import type { PracticeResult } from '#core/contract/practice.ts';
import {
  type Course,
  type Exercise,
  exercises,
  type ExerciseName,
  exercisesOf,
  type Idea,
  understandingOf,
} from '#core/domain/practice.ts';
import type { Session } from './session.svelte.ts';

/** The exercise under way: the wrong answers so far, and what was said of the last one. */
export class PracticeDesk {
  readonly #session: Session;
  #results = $state.raw<readonly PracticeResult[] | null>(null);
  #course = $state<Course>('operator');
  #queue = $state.raw<readonly ExerciseName[]>([]);
  #mistakes = $state(0);
  #said = $state<'right' | 'wrong' | null>(null);
  #sinceMs = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** null until they were read. */
  get results(): readonly PracticeResult[] | null {
    return this.#results;
  }

  get course(): Course {
    return this.#course;
  }

  get exercise(): (Exercise & { readonly name: ExerciseName }) | null {
    return exercises.find(({ name }) => name === this.#queue[0]) ?? null;
  }

  /** Exercises that are still to come, the one under way among them. */
  get left(): number {
    return this.#queue.length;
  }

  get said(): 'right' | 'wrong' | null {
    return this.#said;
  }

  async load(): Promise<void> {
    this.#results = (await this.#session.ask((client) => client.practice.results()))?.results ?? this.#results;
  }

  /** What a person has done of a course. */
  done(person: string, course: Course): readonly PracticeResult[] {
    return (this.#results ?? []).filter((one) => one.person === person && one.course === course);
  }

  people(): readonly string[] {
    return [...new Set((this.#results ?? []).map(({ person }) => person))];
  }

  understanding(person: string, course: Course) {
    return understandingOf(course, this.done(person, course));
  }

  /** Goes on where this person left it; with an idea, does its exercises again; a course that was ended begins anew. */
  begin(course: Course, person: string, idea?: Idea): void {
    this.#course = course;
    const all = exercisesOf(course);
    const done = new Set(this.done(person, course).map(({ exercise }) => exercise));
    const open = all.filter(({ name }) => !done.has(name));
    const chosen = idea !== undefined ? all.filter((one) => one.idea === idea) : open.length > 0 ? open : all;
    this.#queue = chosen.map(({ name }) => name);
    this.#fresh();
  }

  #fresh(): void {
    [this.#mistakes, this.#said, this.#sinceMs] = [0, null, performance.now()];
  }

  leave(): void {
    this.#queue = [];
  }

  answer(right: boolean): void {
    // What was answered rightly stays answered.
    if (this.#said === 'right') return;
    if (!right) this.#mistakes++;
    this.#said = right ? 'right' : 'wrong';
  }

  /** Notes the exercise down and goes on; stays where that could not be saved. */
  async next(): Promise<void> {
    const exercise = this.#queue[0];
    if (exercise === undefined || this.#said !== 'right') return;
    const seconds = Math.min(86_400, (performance.now() - this.#sinceMs) / 1000);
    const answer = { course: this.#course, exercise, mistakes: Math.min(999, this.#mistakes), seconds };
    if ((await this.#session.ask((client) => client.practice.answer(answer))) === null) return;
    this.#queue = this.#queue.slice(1);
    this.#fresh();
    await this.load();
  }
}
