import type { Evidence } from '#core/contract/views.ts';
import type { Session } from './session.svelte.ts';

/** A picture that is judged at a glance is gone before anybody reads what is known of it (ms). */
const GLANCE_MS = 100;

/** What is known of the picture on show: nearest labelled pictures, heat map, ledger. `null` until it has arrived. */
export class EvidenceOfCurrent {
  readonly #session: Session;
  readonly #imageId: () => number | null;
  #found = $state.raw<Evidence | null>(null);

  constructor(session: Session, imageId: () => number | null) {
    this.#session = session;
    this.#imageId = imageId;
  }

  get evidence(): Evidence | null {
    return this.#found?.image.id === this.#imageId() ? this.#found : null;
  }

  /** To be run in an effect: looks again whenever another picture is shown. Returns how to stop. */
  follow(): (() => void) | undefined {
    const imageId = this.#imageId();
    // Asked again when the connection is back.
    if (imageId === null || this.#session.link !== 'live') return undefined;
    // Once stopped, nothing of the window may be asked which picture it shows: it may be gone.
    let isWanted = true;
    const timer = setTimeout(() => void this.#look(imageId, () => isWanted), GLANCE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }

  async #look(imageId: number, isWanted: () => boolean): Promise<void> {
    const evidence = await this.#session.ask((client) => client.review.evidence({ imageId }));
    if (evidence && isWanted()) this.#found = evidence;
  }
}
