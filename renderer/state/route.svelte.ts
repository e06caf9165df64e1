/** In the menu. */
export const menuPages = ['today', 'cameras', 'learn', 'teach', 'review', 'threshold', 'roi', 'settings'] as const;
const pages = [...menuPages, 'practice', 'help'] as const;
export type Page = (typeof pages)[number];

interface Place {
  readonly page: Page;
  /** What of the page is shown, such as a camera's number and the name of a tab. */
  readonly detail: readonly string[];
}

function placeOf(hash: string): Place {
  const [name, ...detail] = hash.replace(/^#\/?/, '').split('/');
  return { page: pages.find((page) => page === name) ?? 'today', detail };
}

/** The page by the address after `#`, so that back, forward and reload do what people expect. */
export class Route {
  #place = $state.raw<Place>(placeOf(location.hash));
  #hash = location.hash;
  readonly #follow = (): void => {
    if (this.#hash === location.hash) return;
    this.#hash = location.hash;
    this.#place = placeOf(this.#hash);
  };

  constructor() {
    addEventListener('hashchange', this.#follow);
  }

  get page(): Page {
    return this.#place.page;
  }

  get detail(): readonly string[] {
    return this.#place.detail;
  }

  go(page: Page, ...detail: readonly (string | number)[]): void {
    location.hash = `#/${[page, ...detail].join('/')}`;
    // The event comes later; the next key must find the new place.
    this.#follow();
  }

  close(): void {
    removeEventListener('hashchange', this.#follow);
  }
}
