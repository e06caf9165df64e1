import { untrack } from 'svelte';
import type { ErrorView } from '#core/contract/views.ts';
import type { MessageKey, MessageParams } from '#messages/translate.ts';

export type Toast = { readonly id: number } & (
  | { readonly kind: 'failure'; readonly error: ErrorView }
  | { readonly kind: 'lost' }
  | { readonly kind: 'done'; readonly key: MessageKey; readonly params: MessageParams }
);

type Content = Toast extends infer T ? (T extends Toast ? Omit<T, 'id'> : never) : never;

const doneMs = 4000;

/** Short messages at the edge of the window. Failures stay until they are closed; good news goes by itself. */
export class Toasts {
  #items = $state.raw<readonly Toast[]>([]);
  #next = 1;

  get items(): readonly Toast[] {
    return this.#items;
  }

  #add(content: Content): void {
    const id = this.#next++;
    const same = JSON.stringify(content);
    // Whoever tells something in an effect must not run again because it was told.
    const others = untrack(() => this.#items).filter(({ id: _, ...rest }) => JSON.stringify(rest) !== same);
    this.#items = [...others, { ...content, id }].slice(-4);
    if (content.kind !== 'failure') setTimeout(() => this.close(id), doneMs);
  }

  failure(error: ErrorView): void {
    this.#add({ kind: 'failure', error });
  }

  lost(): void {
    this.#add({ kind: 'lost' });
  }

  done(key: MessageKey, params: MessageParams = {}): void {
    this.#add({ kind: 'done', key, params });
  }

  close(id: number): void {
    this.#items = this.#items.filter((toast) => toast.id !== id);
  }
}
