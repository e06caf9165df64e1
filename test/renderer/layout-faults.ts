import type { Page } from '@playwright/test';

/**
 * What a person would see go wrong on the page as it stands: text that is cut off without a sign, text that leaves its box,
 * controls that lie on each other, a page that must be moved sideways. What scrolls by intent, or ends in "…", is none.
 */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults = new Set<string>();
    const say = (what: string, element: Element): void => {
      const text = (element.textContent ?? '').trim().replaceAll(/\s+/g, ' ').slice(0, 50);
      faults.add(`${what}: <${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${text}`);
    };
    const main = document.querySelector('main');
    if (main && main.scrollWidth > main.clientWidth + 1) {
      const edge = main.getBoundingClientRect().left + main.clientWidth;
      const widest = Array.from(main.querySelectorAll('*')).findLast((one) => one.getBoundingClientRect().right > edge);
      say('sideways', widest?.closest('button, td, section > *') ?? widest ?? main);
    }
    if (document.documentElement.scrollWidth > innerWidth + 1) say('sideways', document.documentElement);
    const styleOf = new Map<Element, CSSStyleDeclaration>();
    const style = (element: Element): CSSStyleDeclaration => {
      const known = styleOf.get(element) ?? getComputedStyle(element);
      styleOf.set(element, known);
      return known;
    };
    const inside = (element: Element): boolean => element.closest('svg, .unseen, select, [hidden]') === null;
    const hasOwnText = (element: Element): boolean =>
      Array.from(element.childNodes).some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
    /** The nearest box around that hides what leaves it, and whether it does so on purpose. */
    const clip = (element: Element): Element | null => {
      for (let at = element.parentElement; at; at = at.parentElement) if (style(at).overflowX !== 'visible') return at;
      return null;
    };
    const all = Array.from(document.querySelectorAll('header *, nav *, main *, dialog[open] *')).filter(
      (element) => inside(element) && element.checkVisibility() && element.getClientRects().length > 0,
    );
    for (const element of all) {
      if (!hasOwnText(element)) continue;
      const own = style(element);
      const said = own.textOverflow === 'ellipsis' || own.webkitLineClamp !== 'none';
      if (own.overflowX === 'hidden' && !said && element.scrollWidth > element.clientWidth + 1) say('cut off', element);
      const range = document.createRange();
      range.selectNodeContents(element);
      const text = range.getBoundingClientRect();
      const around = clip(element);
      const hides = around && style(around);
      const ends = hides && (hides.textOverflow === 'ellipsis' || hides.webkitLineClamp !== 'none');
      if (around && hides?.overflowX === 'hidden' && !ends && !said) {
        const box = around.getBoundingClientRect();
        if (text.right > box.right + 2 || text.left < box.left - 2) say('cut off', element);
      }
      const box = element.closest('button, a, th, td, li, section, .chip, .notice, label, dialog');
      if (box && !said && !ends && text.right > box.getBoundingClientRect().right + 2) say('leaves its box', element);
    }
    const controls = all.filter((element) => element.matches('button, a[href], input, select, textarea, summary'));
    const boxes = controls.map((element) => ({ element, box: element.getBoundingClientRect(), around: clip(element) }));
    for (const [at, one] of boxes.entries()) {
      for (const other of boxes.slice(at + 1)) {
        if (one.around !== other.around || one.element.contains(other.element)) continue;
        if ([one, other].some(({ element }) => element.closest('.stage, .picture, .toasts'))) continue;
        const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        if (wide > 2 && high > 2) say('lies on another', other.element);
      }
    }
    return [...faults];
  });
}
