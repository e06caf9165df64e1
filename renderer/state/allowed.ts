import type { Attachment } from 'svelte/attachments';
import type { CallName } from '#core/contract/permissions.ts';
import type { Desk } from './desk.ts';

type Needed = Pick<Desk, 'session' | 'words' | 'toasts'>;

/** Whether the person's role may make a call; otherwise says who may. For what no control begins, as a key does. */
export function permits({ session, toasts }: Pick<Needed, 'session' | 'toasts'>, call: CallName): boolean {
  if (session.may(call)) return true;
  toasts.failure({ code: 'not_allowed', params: { access: session.accessOf(call) } });
  return false;
}

/** They act by themselves when they are pressed, before there is any click, and cannot be made to be read only. */
const byItself = 'select, input[type="range"]';
const typed = 'input:not([type="checkbox"], [type="radio"], [type="range"]), textarea';

/**
 * Keeps a control from whoever's role may not make a call: it is seen to be out of use, says who may, and tells it again when it is
 * pressed. The core refuses the call in any case (core/calls/gate.ts).
 */
export function allowed(desk: Needed, call: CallName): Attachment {
  const { session, words } = desk;
  return (element) => {
    if (session.may(call)) return;
    const before = element.getAttribute('title');
    element.setAttribute('aria-disabled', 'true');
    element.setAttribute('title', words.t('error.not_allowed', { access: session.accessOf(call) }));
    const refuse = (event: Event): void => {
      event.preventDefault();
      event.stopImmediatePropagation();
      permits(desk, call);
    };
    const keep = (event: Event): void => {
      if (!(event instanceof KeyboardEvent && event.key === 'Tab')) event.preventDefault();
    };
    const ended = new AbortController();
    const options = { capture: true, signal: ended.signal };
    for (const kind of ['click', 'submit']) element.addEventListener(kind, refuse, options);
    if (element.matches(byItself))
      for (const kind of ['mousedown', 'keydown']) element.addEventListener(kind, keep, options);
    if (element.matches(typed)) element.toggleAttribute('readonly', true);
    return () => {
      ended.abort();
      if (element.matches(typed)) element.toggleAttribute('readonly', false);
      element.removeAttribute('aria-disabled');
      if (before === null) element.removeAttribute('title');
      else element.setAttribute('title', before);
    };
  };
}
