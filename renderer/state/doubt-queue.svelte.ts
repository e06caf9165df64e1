import type { DoubtsView, DoubtView } from '#core/contract/groups.ts';
import type { Session } from './session.svelte.ts';

interface Done {
  readonly row: DoubtView;
  readonly kept: boolean;
}

/**
 * Doubted labels one after the other. An answer shows the next one at once and is saved behind it; one that could not be saved brings
 * its picture back.
 */
export class DoubtQueue {
  readonly #session: Session;
  #view = $state.raw<DoubtsView | null>(null);
  #rows = $state.raw<readonly DoubtView[]>([]);
  #done = $state.raw<readonly Done[]>([]);
  #loading = $state(false);
  #failed = $state(false);
  #saving: Promise<unknown> = Promise.resolve();
  #shownAt = performance.now();

  constructor(session: Session) {
    this.#session = session;
  }

  /** null before the first answer. */
  get view(): DoubtsView | null {
    return this.#view;
  }

  get loading(): boolean {
    return this.#loading;
  }

  /** The list could not be had, which was told. */
  get failed(): boolean {
    return this.#failed;
  }

  get current(): DoubtView | null {
    return this.#rows[0] ?? null;
  }

  /** What follows the one on show. */
  get waiting(): readonly DoubtView[] {
    return this.#rows.slice(1);
  }

  get answered(): number {
    return this.#done.length;
  }

  async load(): Promise<void> {
    this.#loading = true;
    await this.#saving;
    const view = await this.#session.ask((client) => client.doubts.list({}));
    this.#loading = false;
    this.#failed = view === null;
    if (!view) return;
    this.#view = view;
    this.#show(view.rows);
  }

  #show(rows: readonly DoubtView[]): void {
    this.#rows = rows;
    this.#shownAt = performance.now();
    for (const { image } of rows.slice(0, 4)) new Image().src = `/picture/${image.id}`;
  }

  /** What the picture on show is; its label's own class keeps the label, null sets it aside. */
  answer(classId: number | null): void {
    const row = this.current;
    if (!row) return;
    const kept = classId === row.classId;
    const durationMs = Math.round(performance.now() - this.#shownAt);
    this.#done = [...this.#done, { row, kept }];
    this.#show(this.#rows.slice(1));
    this.#saving = this.#saving.then(async () => {
      const saved = await this.#session.ask((client) =>
        kept
          ? client.doubts.keep({ labelId: row.labelId, kept: true })
          : client.teach.label({ imageId: row.image.id, classId, durationMs }),
      );
      if (saved) return;
      this.#done = this.#done.filter((one) => one.row !== row);
      this.#show([row, ...this.#rows]);
    });
  }

  /** Shows the one on show again after the others. */
  skip(): void {
    const [first, ...others] = this.#rows;
    if (first && others.length > 0) this.#show([...others, first]);
  }

  /** Takes the last answer back and shows its picture again. */
  async undo(): Promise<void> {
    await this.#saving;
    const last = this.#done.at(-1);
    if (!last) return;
    const { labelId, image } = last.row;
    const undone = last.kept
      ? await this.#session.ask((client) => client.doubts.keep({ labelId, kept: false }))
      : await this.#session.ask((client) => client.teach.undo());
    if (!undone) return;
    if ('imageId' in undone && undone.imageId !== image.id) {
      // Somebody has labelled another picture since: that word is put back, and the list is what it is now.
      await this.#session.ask((client) => client.teach.redo());
      this.#done = [];
      await this.load();
      return;
    }
    this.#done = this.#done.slice(0, -1);
    this.#show([last.row, ...this.#rows]);
  }
}
