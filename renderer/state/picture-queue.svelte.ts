import type { Region } from '#core/contract/engine.ts';
import type { QueueItem } from '#core/contract/views.ts';

export interface Effort {
  readonly durationMs: number;
  readonly keystrokes: number;
}

export interface Judgement extends Effort {
  readonly imageId: number;
  /** null = hold. */
  readonly classId: number | null;
  /** Where the defect is; empty where nobody said. */
  readonly regions: readonly Region[];
}

/** Where the pictures come from and where judgements go. Each answer is `null` when it failed (and was told). */
export interface QueueSource {
  readonly next: (limit: number) => Promise<readonly QueueItem[] | null>;
  readonly save: (judgement: Judgement) => Promise<{ savedAtMs: number } | null>;
  readonly undo: () => Promise<{ imageId: number | null } | null>;
  /** A picture that is no longer in the queue, to go back to it. */
  readonly find: (imageId: number) => Promise<QueueItem | null>;
}

interface Entry {
  readonly item: QueueItem;
  /** undefined: not judged here yet. */
  readonly answer: number | null | undefined;
  readonly regions: readonly Region[];
}

const open = (item: QueueItem): Entry => ({ item, answer: undefined, regions: item.image.regions });

const ahead = 11;
const remembered = 60;

/**
 * Pictures to judge one after the other. A judgement shows the next picture at once and is saved behind it, in order; one
 * that could not be saved brings its picture back. The next ten are already loading.
 */
export class PictureQueue {
  readonly #source: QueueSource;
  #entries = $state.raw<readonly Entry[]>([]);
  #at = $state(0);
  #filled = $state(false);
  #unsaved = $state(0);
  #saving: Promise<unknown> = Promise.resolve();
  #filling: Promise<void> | null = null;
  readonly #preloads = new Map<number, HTMLImageElement>();
  #shownAt = performance.now();
  #keystrokes = 0;

  constructor(source: QueueSource) {
    this.#source = source;
  }

  get current(): QueueItem | null {
    return this.#entries[this.#at]?.item ?? null;
  }

  /** What was answered for the picture on show, when going back. */
  get answer(): number | null | undefined {
    return this.#entries[this.#at]?.answer;
  }

  /** Where the defect is in the picture on show: drawn now, or with an earlier label. */
  get regions(): readonly Region[] {
    return this.#entries[this.#at]?.regions ?? [];
  }

  /** What is known of a picture has changed; its answer stays. */
  renew(image: QueueItem['image']): void {
    this.#entries = this.#entries.map((entry) =>
      entry.item.image.id === image.id ? { ...entry, item: { ...entry.item, image } } : entry,
    );
  }

  get canGoBack(): boolean {
    return this.#at > 0;
  }

  /** The first pictures have arrived, or there are none. */
  get ready(): boolean {
    return this.#filled;
  }

  get unsaved(): number {
    return this.#unsaved;
  }

  countKey(): void {
    this.#keystrokes++;
  }

  #show(at: number): void {
    this.#at = Math.max(0, Math.min(this.#entries.length, at));
    this.#shownAt = performance.now();
    this.#keystrokes = 0;
    this.#preload();
    if (this.#entries.length - this.#at < ahead) void this.fill();
  }

  #preload(): void {
    const wanted = this.#entries.slice(this.#at, this.#at + ahead).map(({ item }) => item.image.id);
    for (const id of this.#preloads.keys()) if (!wanted.includes(id)) this.#preloads.delete(id);
    for (const id of wanted) {
      if (this.#preloads.has(id)) continue;
      const image = new Image();
      image.src = `/picture/${id}`;
      this.#preloads.set(id, image);
    }
  }

  /** Asks for more pictures; what is already listed is not listed twice. */
  fill(): Promise<void> {
    this.#filling ??= this.#fill().finally(() => (this.#filling = null));
    return this.#filling;
  }

  async #fill(): Promise<void> {
    // Answers on their way would come back as open pictures.
    await this.#saving;
    const items = await this.#source.next(ahead);
    this.#filled = true;
    if (!items) return;
    // What still lies ahead is not listed twice; what was skipped or held comes round again.
    const waiting = new Set(this.#entries.slice(this.#at).map(({ item }) => item.image.id));
    const fresh = items.filter(({ image }) => !waiting.has(image.id)).map(open);
    if (fresh.length === 0) return;
    const again = new Set(fresh.map(({ item }) => item.image.id));
    const past = this.#entries
      .slice(0, this.#at)
      .filter(({ item }) => !again.has(item.image.id))
      .slice(-remembered);
    this.#entries = [...past, ...this.#entries.slice(this.#at), ...fresh];
    this.#at = past.length;
    this.#preload();
  }

  /**
   * Puts what has come since among the pictures ahead, in the order of the source; the picture on show stays. Nothing moves for
   * somebody who went back to what he had answered.
   */
  refresh(): Promise<void> {
    if (this.#filling) return this.#filling.then(() => this.refresh());
    this.#filling = this.#refresh().finally(() => (this.#filling = null));
    return this.#filling;
  }

  async #refresh(): Promise<void> {
    await this.#saving;
    const items = await this.#source.next(ahead + 1);
    const later = this.#entries.slice(this.#at + 1);
    if (!items || !this.current || later.some(({ answer }) => answer !== undefined)) return;
    const shown = this.#entries.slice(0, this.#at + 1);
    const seen = new Set(shown.map(({ item }) => item.image.id));
    const fresh = items.filter(({ image }) => !seen.has(image.id));
    const listed = new Set(fresh.map(({ image }) => image.id));
    // What was listed already and is still to be judged keeps what was drawn on it.
    const known = new Map(later.map((entry) => [entry.item.image.id, entry]));
    const rest = later.filter(({ item }) => !listed.has(item.image.id));
    this.#entries = [...shown, ...fresh.map((item) => known.get(item.image.id) ?? open(item)), ...rest];
    this.#preload();
  }

  #answer(imageId: number, answer: number | null | undefined): void {
    this.#entries = this.#entries.map((entry) => (entry.item.image.id === imageId ? { ...entry, answer } : entry));
  }

  /** Where the defect is in the picture on show; saved with its judgement. */
  mark(regions: readonly Region[]): void {
    this.#entries = this.#entries.map((entry, at) => (at === this.#at ? { ...entry, regions } : entry));
  }

  /** classId null = hold. */
  judge(classId: number | null): void {
    const imageId = this.current?.image.id;
    if (imageId === undefined) return;
    const judgement: Judgement = {
      imageId,
      classId,
      regions: this.regions,
      durationMs: Math.round(performance.now() - this.#shownAt),
      keystrokes: this.#keystrokes,
    };
    this.#answer(imageId, classId);
    this.#unsaved++;
    this.#saving = this.#saving.then(async () => {
      const saved = await this.#source.save(judgement);
      this.#unsaved--;
      if (saved) return;
      this.#answer(imageId, undefined);
      this.#show(this.#entries.findIndex(({ item }) => item.image.id === imageId));
    });
    this.#show(this.#at + 1);
  }

  next(): void {
    if (this.current) this.#show(this.#at + 1);
  }

  previous(): void {
    if (this.canGoBack) this.#show(this.#at - 1);
  }

  /** Takes the last judgement back, also one of an earlier day, and shows its picture. */
  async undo(): Promise<void> {
    await this.#saving;
    const undone = await this.#source.undo();
    if (!undone || undone.imageId === null) return;
    const { imageId } = undone;
    const at = this.#entries.findIndex(({ item }) => item.image.id === imageId);
    if (at >= 0) {
      this.#answer(imageId, undefined);
      this.#show(at);
      return;
    }
    const item = await this.#source.find(imageId);
    if (!item) return;
    this.#entries = [...this.#entries.slice(0, this.#at), open(item), ...this.#entries.slice(this.#at)];
    this.#show(this.#at);
  }
}
