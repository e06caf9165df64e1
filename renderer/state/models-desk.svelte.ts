import type { ComparisonView, FrozenView, ModelEntry } from '#core/contract/models.ts';
import type { Session } from './session.svelte.ts';

/** The models that were taught, and the candidate beside the one in use. */
export class ModelsDesk {
  readonly #session: Session;
  #models = $state.raw<readonly ModelEntry[] | null>(null);
  #frozen = $state.raw<FrozenView | null>(null);
  #comparison = $state.raw<ComparisonView | null>(null);
  #candidateId: number | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  /** null until they were read. */
  get models(): readonly ModelEntry[] | null {
    return this.#models;
  }

  get frozen(): FrozenView | null {
    return this.#frozen;
  }

  get comparison(): ComparisonView | null {
    return this.#comparison;
  }

  async load(candidateId: number | null = this.#candidateId): Promise<void> {
    this.#candidateId = candidateId;
    const [listed, compared] = await Promise.all([
      this.#session.ask((client) => client.models.list()),
      candidateId === null ? null : this.#session.ask((client) => client.models.compare({ modelId: candidateId })),
    ]);
    if (listed) [this.#models, this.#frozen] = [listed.models, listed.frozen];
    this.#comparison = compared;
  }

  /** @returns how many verdicts are others now; null when it failed (and was told) */
  async use(modelId: number, reason: string): Promise<number | null> {
    const done = await this.#session.ask((client) => client.models.use({ modelId, reason }));
    if (done) await this.load();
    return done?.changed ?? null;
  }

  async setAside(modelId: number, reason: string): Promise<boolean> {
    return (await this.#session.ask((client) => client.models.setAside({ modelId, reason }))) !== null;
  }

  plan(parts: 2 | 3 | 5) {
    return this.#session.ask((client) => client.models.plan({ parts }));
  }

  async freeze(parts: 2 | 3 | 5, reason: string): Promise<boolean> {
    const done = await this.#session.ask((client) => client.models.freeze({ parts, reason }));
    if (done) await this.load();
    return done !== null;
  }

  async unfreeze(reason: string): Promise<boolean> {
    const done = await this.#session.ask((client) => client.models.unfreeze({ reason }));
    if (done) await this.load();
    return done !== null;
  }
}
