import type { PilotFacts } from '#core/domain/pilot-facts.ts';
import { nextStep, type PilotStep, stepsOf, todayOf } from '#core/domain/pilot-steps.ts';
import type { Session } from './session.svelte.ts';

/** Between two looks at where the pilot stands: while somebody judges, every second label is another state. */
const REST_MS = 1000;

/** Where the pilot stands, read again whenever the core says that something changed. */
export class PilotGuide {
  readonly #session: Session;
  #facts = $state.raw<PilotFacts | null>(null);
  readonly #steps = $derived(this.#facts === null ? [] : stepsOf(this.#facts));
  #asking = false;
  #again = false;

  constructor(session: Session) {
    this.#session = session;
  }

  get steps(): readonly PilotStep[] {
    return this.#steps;
  }

  /** null: not known yet, or the report is signed. */
  get next(): PilotStep | null {
    return nextStep(this.#steps);
  }

  get today(): readonly PilotStep[] {
    return todayOf(this.#steps);
  }

  get done(): number {
    return this.#steps.filter(({ state }) => state === 'done').length;
  }

  /** At most one look at a time and one a second; what changes meanwhile is looked at after it. */
  async refresh(): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    this.#facts = (await this.#session.ask((client) => client.guide.facts())) ?? this.#facts;
    setTimeout(() => {
      this.#asking = false;
      if (!this.#again || this.#session.link !== 'live') return;
      this.#again = false;
      void this.refresh();
    }, REST_MS);
  }
}
