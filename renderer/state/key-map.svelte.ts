/** What a key can do while judging pictures. */
export const keyActions = [
  'class1',
  'class2',
  'hold',
  'class4',
  'class5',
  'class6',
  'class7',
  'class8',
  'class9',
  'next',
  'previous',
  'undo',
  'redo',
  'zoom',
  'zoomIn',
  'zoomOut',
  'heat',
  'blink',
  'book',
  'addToBook',
  'brighter',
  'darker',
  'contrastUp',
  'contrastDown',
  'toneReset',
  'move',
  'box',
  'brush',
  'erase',
  'help',
] as const;
export type KeyAction = (typeof keyActions)[number];

/** Physical keys (event.code), so that a kana layout or an input method changes nothing. */
const defaults: Readonly<Record<KeyAction, string>> = {
  class1: 'Digit1',
  class2: 'Digit2',
  hold: 'Digit3',
  class4: 'Digit4',
  class5: 'Digit5',
  class6: 'Digit6',
  class7: 'Digit7',
  class8: 'Digit8',
  class9: 'Digit9',
  next: 'ArrowRight',
  previous: 'ArrowLeft',
  undo: 'Backspace',
  redo: 'KeyY',
  zoom: 'KeyZ',
  zoomIn: 'Equal',
  zoomOut: 'Minus',
  heat: 'KeyH',
  blink: 'KeyB',
  book: 'KeyL',
  addToBook: 'KeyK',
  brighter: 'Period',
  darker: 'Comma',
  contrastUp: 'KeyC',
  contrastDown: 'KeyX',
  toneReset: 'Digit0',
  move: 'KeyM',
  box: 'KeyR',
  brush: 'KeyP',
  erase: 'KeyE',
  help: 'Slash',
};

const storageKey = 'minarai.keys';
const symbols: Readonly<Record<string, string>> = {
  ArrowRight: '→',
  ArrowLeft: '←',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Backspace: '⌫',
  Slash: '?',
  Space: '␣',
  Equal: '+',
  Minus: '−',
  Period: '.',
  Comma: ',',
};

/** Keys beside the ones they stand for: + lies beside Enter on Japanese keyboards. */
const twins: Readonly<Record<string, string>> = { NumpadAdd: 'Equal', NumpadSubtract: 'Minus', Semicolon: 'Equal' };

/** The number pad does what the number row does. */
const normal = (code: string): string => twins[code] ?? code.replace(/^Numpad(?=\d$)/, 'Digit');

function stored(): Partial<Record<KeyAction, string>> {
  const parsed: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
  if (typeof parsed !== 'object' || parsed === null) return {};
  return Object.fromEntries(
    Object.entries(parsed).filter(([action, code]) => action in defaults && typeof code === 'string'),
  );
}

/** Which physical key does what; changed in Settings and kept on this screen. */
export class KeyMap {
  #codes = $state.raw<Readonly<Record<KeyAction, string>>>({ ...defaults, ...stored() });

  codeOf(action: KeyAction): string {
    return this.#codes[action];
  }

  /** The key as it is printed on the keyboard. */
  label(action: KeyAction): string {
    const code = this.#codes[action];
    return symbols[code] ?? code.replace(/^(Digit|Key)/, '');
  }

  /** The key of a class by the name that the class has for it; empty without one. */
  classLabel(key: string | null): string {
    const action = keyActions.find((name) => name === `class${key}`);
    return action ? this.label(action) : '';
  }

  actionOf(code: string): KeyAction | undefined {
    return keyActions.find((action) => this.#codes[action] === normal(code));
  }

  /** Gives `action` the key; whichever action had it gets the old key in exchange, so that none is left without. */
  rebind(action: KeyAction, code: string): void {
    const other = this.actionOf(code);
    const next = { ...this.#codes, [action]: normal(code) };
    if (other && other !== action) next[other] = this.#codes[action];
    this.#codes = next;
    localStorage.setItem(storageKey, JSON.stringify(next));
  }

  /** Keys that are not the usual ones: what goes along to another line. */
  get own(): Record<string, string> {
    const changed = keyActions.filter((action) => this.#codes[action] !== defaults[action]);
    return Object.fromEntries(changed.map((action) => [action, this.#codes[action]]));
  }

  /** Takes another window's keys over; what this app does not know is passed over. */
  adopt(codes: Readonly<Record<string, string>>): void {
    this.reset();
    for (const action of keyActions) if (codes[action] !== undefined) this.rebind(action, codes[action]);
  }

  reset(): void {
    this.#codes = defaults;
    localStorage.removeItem(storageKey);
  }

  get changed(): boolean {
    return keyActions.some((action) => this.#codes[action] !== defaults[action]);
  }
}
