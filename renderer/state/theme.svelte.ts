export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];
const storageKey = 'minarai.theme';

/** Brightness of this screen: kept in the browser, because it belongs to the screen and not to the pilot. */
export class ThemeChoice {
  #theme = $state<Theme>('system');
  readonly #system = matchMedia('(prefers-color-scheme: dark)');
  #systemDark = $state(this.#system.matches);

  constructor() {
    this.#system.addEventListener('change', () => void (this.#systemDark = this.#system.matches));
    const stored = localStorage.getItem(storageKey);
    this.set(themes.find((theme) => theme === stored) ?? 'system');
  }

  get theme(): Theme {
    return this.#theme;
  }

  /** Whether it is dark now: for what is drawn on a canvas, which no style sheet reaches. */
  get dark(): boolean {
    return this.#theme === 'system' ? this.#systemDark : this.#theme === 'dark';
  }

  set(theme: Theme): void {
    this.#theme = theme;
    localStorage.setItem(storageKey, theme);
    document.documentElement.dataset['theme'] = theme;
  }

  next(): void {
    this.set(themes[(themes.indexOf(this.#theme) + 1) % themes.length] ?? 'system');
  }
}
