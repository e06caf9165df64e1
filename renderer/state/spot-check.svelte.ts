import type { GroupCheckView } from '#core/contract/groups.ts';
import type { Session } from './session.svelte.ts';

/** What a person says of a drawn picture; `isClass` null: taken back. */
export interface SpotAnswer {
  readonly isClass: boolean | null;
  readonly classId: number | null;
}

/**
 * A spot check, picture by picture. An answer shows the next picture at once and is saved behind it, in order; one that could not be
 * saved brings its picture back.
 */
export class SpotCheck {
  readonly #session: Session;
  readonly #checkId: number;
  #view = $state.raw<GroupCheckView | null>(null);
  #at = $state(0);
  #gone = $state(false);
  #saving: Promise<unknown> = Promise.resolve();
  readonly #preloads: HTMLImageElement[] = [];
  #shownAt = performance.now();

  constructor(session: Session, checkId: number) {
    this.#session = session;
    this.#checkId = checkId;
  }

  /** null before it has arrived. */
  get view(): GroupCheckView | null {
    return this.#view;
  }

  /** Somebody ended it, or it could not be had (which was told). */
  get gone(): boolean {
    return this.#gone;
  }

  /** The picture on show; null once all are answered and none was gone back to. */
  get current(): GroupCheckView['drawn'][number] | null {
    return this.#view?.drawn[this.#at] ?? null;
  }

  get at(): number {
    return this.#at;
  }

  /** Every drawn picture has an answer. */
  get complete(): boolean {
    return this.#view?.drawn.every(({ isClass }) => isClass !== null) ?? false;
  }

  async load(): Promise<void> {
    const view = await this.#session.ask((client) => client.groups.check({ checkId: this.#checkId }));
    this.#gone = view === null;
    if (!view) return;
    this.#view = view;
    for (const { image } of view.drawn) {
      const preload = new Image();
      preload.src = `/picture/${image.id}`;
      this.#preloads.push(preload);
    }
    this.#showOpen(0);
  }

  show(at: number): void {
    this.#at = Math.max(0, Math.min(this.#view?.drawn.length ?? 0, at));
    this.#shownAt = performance.now();
  }

  /** The next picture without an answer from a place on, or from the start; none: the end. */
  #showOpen(from: number): void {
    const drawn = this.#view?.drawn ?? [];
    const after = drawn.findIndex(({ isClass }, at) => at >= from && isClass === null);
    const any = drawn.findIndex(({ isClass }) => isClass === null);
    this.show(after >= 0 ? after : any >= 0 ? any : drawn.length);
  }

  #set(imageId: number, answer: SpotAnswer): void {
    if (!this.#view) return;
    const drawn = this.#view.drawn.map((one) => (one.image.id === imageId ? { ...one, ...answer } : one));
    this.#view = { ...this.#view, drawn };
  }

  answer(answer: SpotAnswer): void {
    const shown = this.current;
    if (!shown) return;
    const before: SpotAnswer = { isClass: shown.isClass, classId: shown.classId };
    const imageId = shown.image.id;
    const durationMs = Math.round(performance.now() - this.#shownAt);
    this.#set(imageId, answer);
    if (answer.isClass !== null) this.#showOpen(this.#at + 1);
    this.#saving = this.#saving.then(async () => {
      const saved = await this.#session.ask((client) =>
        client.groups.answer({ checkId: this.#checkId, imageId, ...answer, durationMs }),
      );
      // Later answers may still be on their way: only the counts are taken over.
      if (saved && this.#view) this.#view = { ...saved, drawn: this.#view.drawn };
      if (saved) return;
      this.#set(imageId, before);
      this.show(this.#view?.drawn.findIndex(({ image }) => image.id === imageId) ?? 0);
    });
  }

  /** Takes the answer before this place back and shows its picture again. */
  back(): void {
    if (this.#at === 0) return;
    this.show(this.#at - 1);
    if (this.current?.isClass !== null) this.answer({ isClass: null, classId: null });
  }

  /** Resolves when every answer so far is on the disk. */
  saved(): Promise<unknown> {
    return this.#saving;
  }
}
