/** How long after a finger was lifted the browser's own click may still come (ms). */
const LATE_MS = 800;

/**
 * Buttons of an area act when a finger is lifted from them, however long it rested: a browser makes no click of a slow press, and
 * gloved fingers press slowly. To be attached to the area.
 */
export function fingerPress(area: HTMLElement): () => void {
  let down: { readonly id: number; readonly button: HTMLButtonElement } | null = null;
  let acted: { readonly button: HTMLButtonElement; readonly atMs: number } | null = null;
  let byFinger = false;
  const buttonAt = (target: EventTarget | null) => (target instanceof Element ? target.closest('button') : null);
  const press = (event: PointerEvent): void => {
    byFinger = event.pointerType === 'touch';
    const button = byFinger && event.isPrimary ? buttonAt(event.target) : null;
    down = button && { id: event.pointerId, button };
  };
  const lift = (event: PointerEvent): void => {
    const began = down;
    down = null;
    if (began?.id !== event.pointerId) return;
    if (buttonAt(document.elementFromPoint(event.clientX, event.clientY)) !== began.button) return;
    acted = { button: began.button, atMs: event.timeStamp };
    began.button.click();
  };
  const giveUp = (): void => void (down = null);
  /** The browser's own click of a press that has acted already. */
  const swallow = (event: MouseEvent): void => {
    if (!event.isTrusted || buttonAt(event.target) !== acted?.button) return;
    if (event.timeStamp - acted.atMs < LATE_MS) event.stopPropagation();
  };
  const noMenu = (event: MouseEvent): void => {
    if (byFinger) event.preventDefault();
  };
  area.addEventListener('pointerdown', press);
  area.addEventListener('pointerup', lift);
  area.addEventListener('pointercancel', giveUp);
  area.addEventListener('click', swallow, { capture: true });
  area.addEventListener('contextmenu', noMenu);
  return () => {
    area.removeEventListener('pointerdown', press);
    area.removeEventListener('pointerup', lift);
    area.removeEventListener('pointercancel', giveUp);
    area.removeEventListener('click', swallow, { capture: true });
    area.removeEventListener('contextmenu', noMenu);
  };
}
