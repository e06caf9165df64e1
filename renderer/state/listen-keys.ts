import type { KeyAction, KeyMap } from './key-map.svelte.ts';

export interface KeyHandlers {
  /** Called once per stroke; a key that is held down repeats only next and previous. */
  readonly press: (action: KeyAction) => void;
  /** Actions that last while their key is down. */
  readonly hold?: (action: KeyAction, down: boolean) => void;
  /** Shift and an arrow: looks further to one side, −1, 0 or 1 along each axis. */
  readonly look?: (x: number, y: number) => void;
}

const holds: ReadonlySet<KeyAction> = new Set(['heat', 'blink', 'book']);
const repeats: ReadonlySet<KeyAction> = new Set([
  'next',
  'previous',
  'zoomIn',
  'zoomOut',
  'brighter',
  'darker',
  'contrastUp',
  'contrastDown',
]);

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What a slider does with a key itself. */
const ofSlider = /^(Arrow|Page|Home|End)/;

function isTyping(target: EventTarget | null, code: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest('dialog[open], [role="slider"]')) return true;
  if (target instanceof HTMLInputElement && target.type === 'range') return ofSlider.test(code);
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox';
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Listens for the judging keys on the whole window; returns how to stop. Typing, input methods and shortcuts pass untouched. */
export function listenKeys(map: KeyMap, handlers: KeyHandlers): () => void {
  const held = new Set<KeyAction>();
  const down = (event: KeyboardEvent): void => {
    // 229: some input methods report a composing key so, without isComposing.
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target, event.code)) return;
    const arrow = event.shiftKey ? arrows[event.code] : undefined;
    if (arrow && handlers.look) {
      event.preventDefault();
      handlers.look(...arrow);
      return;
    }
    const action = map.actionOf(event.code);
    if (!action) return;
    event.preventDefault();
    if (holds.has(action)) {
      if (held.has(action)) return;
      held.add(action);
      handlers.hold?.(action, true);
    } else if (!event.repeat || repeats.has(action)) handlers.press(action);
  };
  const up = (event: KeyboardEvent): void => {
    const action = map.actionOf(event.code);
    if (action && held.delete(action)) handlers.hold?.(action, false);
  };
  const release = (): void => {
    for (const action of held) handlers.hold?.(action, false);
    held.clear();
  };
  addEventListener('keydown', down);
  addEventListener('keyup', up);
  addEventListener('blur', release);
  return () => {
    release();
    removeEventListener('keydown', down);
    removeEventListener('keyup', up);
    removeEventListener('blur', release);
  };
}
