import type { Attachment } from 'svelte/attachments';
import type { CallName } from '#core/contract/permissions.ts';
import type { Desk } from './desk.ts';

/**
 * Keeps a control from whoever's role may not make a call: it is seen to be out of use, says who may, and tells it again when it is
 * pressed. The core refuses the call in any case (core/calls/gate.ts).
 */
export function allowed(
  { session, words, toasts }: Pick<Desk, 'session' | 'words' | 'toasts'>,
  call: CallName,
): Attachment {
  return (element) => {
    if (session.may(call)) return;
    const access = session.accessOf(call);
    const before = element.getAttribute('title');
    element.setAttribute('aria-disabled', 'true');
    element.setAttribute('title', words.t('error.not_allowed', { access }));
    const refuse = (event: Event): void => {
      event.preventDefault();
      event.stopImmediatePropagation();
      toasts.failure({ code: 'not_allowed', params: { access } });
    };
    const ended = new AbortController();
    for (const kind of ['click', 'submit'])
      element.addEventListener(kind, refuse, { capture: true, signal: ended.signal });
    return () => {
      ended.abort();
      element.removeAttribute('aria-disabled');
      if (before === null) element.removeAttribute('title');
      else element.setAttribute('title', before);
    };
  };
}
