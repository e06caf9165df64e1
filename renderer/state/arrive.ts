import type { Attachment } from 'svelte/attachments';
import type { Route } from './route.svelte.ts';

/** Brings a part of a page to where it is seen, and the focus with it, when the address names it. */
export function arrive(route: Route, name: string): Attachment<HTMLElement> {
  return (node) => {
    if (!route.detail.includes(name)) return;
    node.tabIndex = -1;
    node.scrollIntoView({ block: 'start' });
    node.focus({ preventScroll: true });
  };
}
