export const pages = ['today', 'cameras', 'learn', 'teach', 'review', 'threshold', 'roi', 'settings'] as const;
export type Page = (typeof pages)[number];

function pageOf(hash: string): Page {
  const name = hash.replace(/^#\/?/, '').split('/')[0];
  return pages.find((page) => page === name) ?? 'today';
}

/** The page by the address after `#`, so that back, forward and reload do what people expect. */
export class Route {
  #page = $state<Page>(pageOf(location.hash));
  readonly #follow = () => (this.#page = pageOf(location.hash));

  constructor() {
    addEventListener('hashchange', this.#follow);
  }

  get page(): Page {
    return this.#page;
  }

  go(page: Page): void {
    location.hash = `#/${page}`;
  }

  close(): void {
    removeEventListener('hashchange', this.#follow);
  }
}
