import { SvelteMap } from 'svelte/reactivity';
import type { RobustnessState } from '#core/contract/robustness.ts';
import type { Session } from './session.svelte.ts';

/** What models bear, by their numbers, as far as it was asked for. */
export class RobustnessDesk {
  readonly #session: Session;
  readonly #states = new SvelteMap<number, RobustnessState>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** null until it was read. */
  of(modelId: number): RobustnessState | null {
    return this.#states.get(modelId) ?? null;
  }

  async load(modelId: number): Promise<void> {
    const state = await this.#session.ask((client) => client.robustness.get({ modelId }));
    if (state) this.#states.set(modelId, state);
  }
}
