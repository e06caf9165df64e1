import type { Session } from './session.svelte.ts';

/** What is beside the picture on show: its nearest labelled good picture and whether a heat map can be drawn. */
export class NearestGood {
  readonly #session: Session;
  readonly #imageId: () => number | null;
  #found = $state.raw<{ imageId: number; good: number | null; heatMap: boolean } | null>(null);

  constructor(session: Session, imageId: () => number | null) {
    this.#session = session;
    this.#imageId = imageId;
  }

  get #current() {
    return this.#found?.imageId === this.#imageId() ? this.#found : null;
  }

  get id(): number | null {
    return this.#current?.good ?? null;
  }

  get heatMap(): boolean {
    return this.#current?.heatMap ?? false;
  }

  /** To be run in an effect: looks again whenever another picture is shown. */
  follow(): void {
    const imageId = this.#imageId();
    if (imageId === null || this.#session.app?.checkpoint == null) return;
    void this.#session
      .ask((client) => client.review.evidence({ imageId }))
      .then((evidence) => {
        if (!evidence || this.#imageId() !== imageId) return;
        this.#found = { imageId, good: evidence.nearestGood[0]?.id ?? null, heatMap: evidence.heatMap };
      });
  }
}
