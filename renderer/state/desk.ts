import { createContext } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import type { CallName } from '#core/contract/permissions.ts';
import type { KeyMap } from './key-map.svelte.ts';
import type { JudgingSpell } from './judging-spell.svelte.ts';
import type { PilotGuide } from './pilot-guide.svelte.ts';
import type { PickedPictures } from './picked-pictures.svelte.ts';
import type { Route } from './route.svelte.ts';
import type { Session } from './session.svelte.ts';
import type { ThemeChoice } from './theme.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';
import type { Unsent } from './unsent.svelte.ts';
import type { Words } from './words.svelte.ts';

/** What every part of the window may use; made once in App.svelte. */
export interface Desk {
  readonly session: Session;
  readonly words: Words;
  readonly route: Route;
  readonly theme: ThemeChoice;
  readonly toasts: Toasts;
  readonly keys: KeyMap;
  readonly picked: PickedPictures;
  readonly spell: JudgingSpell;
  readonly unsent: Unsent;
  /** Where the pilot stands. */
  readonly guide: PilotGuide;
  /** Keeps a control for those whose role may make the call: `{@attach only('threshold.apply')}`. */
  readonly only: (call: CallName) => Attachment;
  /** The same for what no control begins: tells who may, where the person may not. */
  readonly permits: (call: CallName) => boolean;
}

const [useDesk, provideDesk] = createContext<Desk>();
export { provideDesk, useDesk };
