export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];
const storageKey = 'minarai.theme';

/** Brightness of this screen: kept in the browser, because it belongs to the screen and not to the pilot. */
export class ThemeChoice {
  #theme = $state<Theme>('system');

  constructor() {
    const stored = localStorage.getItem(storageKey);
    this.set(themes.find((theme) => theme === stored) ?? 'system');
  }

  get theme(): Theme {
    return this.#theme;
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
