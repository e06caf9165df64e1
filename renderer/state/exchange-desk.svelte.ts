import type { ExchangeView } from '#core/contract/exchange.ts';
import type { Session } from './session.svelte.ts';

/** Models that left this line, and encoders that came from others. */
export class ExchangeDesk {
  readonly #session: Session;
  #view = $state.raw<ExchangeView | null>(null);

  constructor(session: Session) {
    this.#session = session;
  }

  /** null until it was read. */
  get view(): ExchangeView | null {
    return this.#view;
  }

  async load(): Promise<void> {
    const view = await this.#session.ask((client) => client.exchange.list());
    if (view) this.#view = view;
  }

  export(modelId: number, agreed: boolean) {
    return this.#session.ask((client) => client.exchange.export({ modelId, agreed }));
  }

  import(path: string) {
    return this.#session.ask((client) => client.exchange.import({ path }));
  }

  async use(checkpointId: number): Promise<void> {
    await this.#session.ask((client) => client.exchange.use({ checkpointId }));
    await this.load();
  }
}
