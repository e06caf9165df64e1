import { untrack } from 'svelte';

/**
 * A slow answer to what moves with a finger or a key: it is worked out once the window has painted the move, and only for the
 * newest move, so that the answer never keeps the mark from following. Made while a component is set up.
 */
export class AfterPaint<T> {
  #value = $state.raw() as T;

  /**
   * @param moved reads whatever the answer follows; cheap, since each move reads it before the paint
   * @param read the answer
   */
  constructor(moved: () => unknown, read: () => T) {
    this.#value = untrack(read);
    $effect(() => {
      moved();
      let timer: ReturnType<typeof setTimeout> | undefined;
      // A frame's callback runs before its paint; what it puts off to a task of its own comes after.
      const frame = requestAnimationFrame(() => {
        timer = setTimeout(() => (this.#value = untrack(read)));
      });
      return () => {
        cancelAnimationFrame(frame);
        clearTimeout(timer);
      };
    });
  }

  get value(): T {
    return this.#value;
  }
}
