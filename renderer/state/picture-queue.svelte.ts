import { untrack } from 'svelte';
import type { DefectRegion } from '#core/contract/engine.ts';
import type { OtherWord, Recorded } from '#core/contract/judging.ts';
import type { QueueItem } from '#core/contract/views.ts';
import { marksThatShow } from '#core/domain/defect-marks.ts';
import { EffortClock } from './effort-clock.ts';
import { MarkHistory } from './mark-history.ts';

export interface Judgement {
  readonly imageId: number;
  /** null = hold. */
  readonly classId: number | null;
  /** Where the defect is; empty where nobody said. */
  readonly regions: readonly DefectRegion[];
  readonly durationMs: number;
  readonly keystrokes: number;
  readonly clicks: number;
  /** By which the core knows it when it is sent again. */
  readonly token: string;
  /** The label that was on show with the picture. */
  readonly seen: number | null;
}

/** What is not recorded as a label has neither its number nor anybody else's word on it. */
type Saved = Pick<Recorded, 'savedAtMs'> & Partial<Recorded>;

/** Where the pictures come from and where judgements go. Each answer is `null` when it failed (and was told). */
export interface QueueSource {
  readonly next: (limit: number) => Promise<readonly QueueItem[] | null>;
  /** What is not acknowledged, oldest first, whenever that changes: it must outlive the window. */
  readonly keep: (waiting: readonly Judgement[]) => void;
  /** Waits for a lost connection; null only where the core refused. */
  readonly save: (judgement: Judgement) => Promise<Saved | null>;
  readonly undo: () => Promise<{ imageId: number | null } | null>;
  readonly redo: () => Promise<{ imageId: number | null } | null>;
  /** A picture that is no longer in the queue, to go back to it. */
  readonly find: (imageId: number) => Promise<QueueItem | null>;
}

interface Entry {
  readonly item: QueueItem;
  /** undefined: not judged here yet. */
  readonly answer: number | null | undefined;
  readonly marks: MarkHistory;
}

/** A judgement on its way, with its picture, should it come back. */
interface Outgoing {
  readonly entry: Entry;
  readonly judgement: Omit<Judgement, 'seen'>;
}

/** Somebody else's word on a picture that was judged here without having been seen. */
export interface Between {
  readonly image: QueueItem['image'];
  readonly said: OtherWord;
  readonly mine: { readonly labelId: number; readonly classId: number | null };
}

/** What taking back or putting back did: a judgement, a mark on the picture on show, or nothing was there. */
export type Step = 'judgement' | 'mark' | 'nothing' | 'failed';

const open = (item: QueueItem): Entry => ({ item, answer: undefined, marks: new MarkHistory(item.image.regions) });

/** The picture on show and the ten after it are always loaded. */
const preloaded = 11;
/** Of them, those that are decoded already: a person is never faster ahead. */
const decoded = 3;
/**
 * What is loaded for later waits until the picture on show is painted: they share the processor. From the key to the next picture of
 * 10,000 took 116 ms at p95 of 240 without it and without the glance of evidence.svelte.ts, 73 ms with both, on 2 busy cores; 31 ms on quiet ones.
 */
const paintMs = 60;
/** Asked for at a time beyond those: each asking looks at every candidate, so not one by one. */
const batch = 22;
const remembered = 60;

/**
 * Pictures to judge one after the other. A judgement shows the next picture at once and is sent behind it, in order, over however
 * many connections that takes; one that the core refuses brings its picture back. The next ten are already loading.
 */
export class PictureQueue {
  readonly #source: QueueSource;
  readonly #clock = new EffortClock();
  #entries = $state.raw<readonly Entry[]>([]);
  #at = $state(0);
  #filled = $state(false);
  #outbox = $state.raw<readonly Outgoing[]>([]);
  #betweens = $state.raw<readonly Between[]>([]);
  #sending: Promise<void> | null = null;
  #filling = $state.raw<Promise<void> | null>(null);
  /** Taken back before they were sent, the last one last. */
  #dropped: Outgoing[] = [];
  /** The newest label that this window knows of a picture. */
  readonly #labels = new Map<number, number>();
  readonly #preloads = new Map<number, HTMLImageElement>();
  #paintTimer: ReturnType<typeof setTimeout> | undefined;
  #keystrokes = 0;
  #clicks = 0;

  constructor(source: QueueSource) {
    this.#source = source;
  }

  get #entry(): Entry | undefined {
    return this.#entries[this.#at];
  }

  get current(): QueueItem | null {
    return this.#entry?.item ?? null;
  }

  /** What was answered for the picture on show, when going back. */
  get answer(): number | null | undefined {
    return this.#entry?.answer;
  }

  /** Where the defect is in the picture on show: drawn now, or with an earlier label. */
  get regions(): readonly DefectRegion[] {
    return this.#entry?.marks.marks ?? [];
  }

  /** What is known of a picture has changed; its answer stays. */
  renew(image: QueueItem['image']): void {
    this.#change(image.id, (entry) => ({ ...entry, item: { ...entry.item, image } }));
  }

  get canGoBack(): boolean {
    return this.#at > 0;
  }

  /** All that there is has arrived, or there is nothing. */
  get ready(): boolean {
    return this.#filled && this.#filling === null;
  }

  /** Judgements that the core has not acknowledged yet. */
  get unsaved(): number {
    return this.#outbox.length;
  }

  /** Others' words that were judged over unseen, the oldest first. */
  get betweens(): readonly Between[] {
    return this.#betweens;
  }

  /** Every judgement so far has been saved or has come back. */
  async settled(): Promise<void> {
    await this.#sending;
  }

  countKey(): void {
    this.#keystrokes++;
    this.#clock.touch();
  }

  countClick(): void {
    this.#clicks++;
    this.#clock.touch();
  }

  /** The mouse moved, the picture was moved or looked at closer. */
  touched(): void {
    this.#clock.touch();
  }

  /** The window went out of sight, or is back. */
  setAway(away: boolean): void {
    if (away) this.#clock.leave();
    else this.#clock.comeBack();
  }

  #change(imageId: number, change: (entry: Entry) => Entry): void {
    this.#entries = this.#entries.map((entry) => (entry.item.image.id === imageId ? change(entry) : entry));
  }

  #show(at: number): void {
    this.#at = Math.max(0, Math.min(this.#entries.length, at));
    this.#clock.restart();
    this.#keystrokes = 0;
    this.#clicks = 0;
    clearTimeout(this.#paintTimer);
    this.#paintTimer = setTimeout(() => this.#preload(), paintMs);
    if (this.#entries.length - this.#at < preloaded) void this.fill();
  }

  #preload(): void {
    const wanted = this.#entries.slice(this.#at, this.#at + preloaded).map(({ item }) => item.image.id);
    for (const id of this.#preloads.keys()) if (!wanted.includes(id)) this.#preloads.delete(id);
    for (const id of wanted) {
      if (this.#preloads.has(id)) continue;
      const image = new Image();
      image.src = `/picture/${id}`;
      this.#preloads.set(id, image);
    }
    // Decoded before they are wanted; one whose file is gone is told when it is shown.
    for (const id of wanted.slice(1, 1 + decoded))
      void this.#preloads
        .get(id)
        ?.decode()
        .catch(() => undefined);
  }

  /** Asks for more pictures; what is already listed is not listed twice. */
  fill(): Promise<void> {
    // Whoever asks in an effect must not be asked again by what asking changes.
    return untrack(() => (this.#filling ??= this.#fill().finally(() => (this.#filling = null))));
  }

  async #fill(): Promise<void> {
    // Answers on their way would come back as open pictures.
    await this.#sending;
    const items = await this.#source.next(Math.max(0, this.#entries.length - this.#at) + batch);
    if (!items) return;
    this.#filled = true;
    // What still lies ahead is not listed twice; what was skipped or held comes round again.
    const waiting = new Set(this.#entries.slice(this.#at).map(({ item }) => item.image.id));
    for (const { entry } of this.#outbox) waiting.add(entry.item.image.id);
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
    // As in fill: what asking changes must not ask again.
    return untrack(() => {
      if (this.#filling) return this.#filling.then(() => this.refresh());
      return (this.#filling = this.#refresh().finally(() => (this.#filling = null)));
    });
  }

  async #refresh(): Promise<void> {
    await this.#sending;
    const items = await this.#source.next(preloaded);
    const later = this.#entries.slice(this.#at + 1);
    if (!items || !this.current || later.some(({ answer }) => answer !== undefined)) return;
    const shown = this.#entries.slice(0, this.#at + 1);
    const seen = new Set([...shown, ...this.#outbox.map(({ entry }) => entry)].map(({ item }) => item.image.id));
    const fresh = items.filter(({ image }) => !seen.has(image.id));
    const listed = new Set(fresh.map(({ image }) => image.id));
    // What was listed already and is still to be judged keeps what was drawn on it.
    const known = new Map(later.map((entry) => [entry.item.image.id, entry]));
    const rest = later.filter(({ item }) => !listed.has(item.image.id));
    this.#entries = [...shown, ...fresh.map((item) => known.get(item.image.id) ?? open(item)), ...rest];
    this.#preload();
  }

  /** Where the defect is in the picture on show; saved with its judgement. */
  mark(regions: readonly DefectRegion[]): void {
    const { current } = this;
    if (current) this.#change(current.image.id, (entry) => ({ ...entry, marks: entry.marks.change(regions) }));
  }

  /** classId null = hold. */
  judge(classId: number | null): void {
    const entry = this.#entry;
    if (!entry) return;
    const { image } = entry.item;
    this.#dropped = [];
    this.#send({
      entry,
      judgement: {
        imageId: image.id,
        classId,
        regions: marksThatShow(this.regions, image),
        durationMs: Math.round(this.#clock.ms),
        keystrokes: this.#keystrokes,
        clicks: this.#clicks,
        token: crypto.randomUUID(),
      },
    });
    this.#goOn();
  }

  /** To the next picture that has no answer yet. */
  #goOn(): void {
    const next = this.#entries.findIndex(({ answer }, at) => at > this.#at && answer === undefined);
    this.#show(next < 0 ? this.#entries.length : next);
  }

  #send(outgoing: Outgoing): void {
    const { imageId, classId } = outgoing.judgement;
    this.#change(imageId, (entry) => ({ ...entry, answer: classId }));
    this.#keep([...this.#outbox, outgoing]);
    this.#sending ??= this.#sendAll();
  }

  #withSeen({ entry, judgement }: Outgoing): Judgement {
    return { ...judgement, seen: this.#labels.get(judgement.imageId) ?? entry.item.image.labelId };
  }

  #keep(outbox: readonly Outgoing[]): void {
    this.#outbox = outbox;
    this.#source.keep(outbox.map((one) => this.#withSeen(one)));
  }

  async #sendAll(): Promise<void> {
    for (let first = this.#outbox[0]; first; first = this.#outbox[0]) {
      const { entry } = first;
      const judgement = this.#withSeen(first);
      const { imageId } = judgement;
      const saved = await this.#source.save(judgement);
      this.#keep(this.#outbox.slice(1));
      if (!saved) {
        this.#bringBack(entry);
        continue;
      }
      const { labelId, between } = saved;
      if (labelId === undefined) continue;
      this.#labels.set(imageId, labelId);
      const mine = { labelId, classId: judgement.classId };
      if (between) this.#betweens = [...this.#betweens, { image: entry.item.image, said: between, mine }];
    }
    this.#sending = null;
  }

  /** Shows a picture again, without an answer, its marks as they were. */
  #bringBack(entry: Entry): void {
    const at = this.#indexOf(entry.item.image.id);
    this.#change(entry.item.image.id, (one) => ({ ...one, answer: undefined }));
    if (at < 0) {
      this.#entries = [...this.#entries.slice(0, this.#at), entry, ...this.#entries.slice(this.#at)];
      this.#show(this.#at);
    } else if (at < this.#at) this.#show(at);
  }

  #indexOf(imageId: number): number {
    return this.#entries.findIndex(({ item }) => item.image.id === imageId);
  }

  next(): void {
    if (this.current) this.#show(this.#at + 1);
  }

  previous(): void {
    if (this.canGoBack) this.#show(this.#at - 1);
  }

  /** Takes the last mark on the picture on show back, else the last judgement, also one of an earlier day, and shows its picture. */
  async undo(): Promise<Step> {
    const marks = this.answer === undefined ? this.#entry?.marks.undo() : null;
    if (marks) {
      this.#change(this.current?.image.id ?? 0, (entry) => ({ ...entry, marks }));
      return 'mark';
    }
    const last = this.#outbox.at(-1);
    // The first one is on its way already and cannot be held any more.
    if (last && this.#outbox.length > 1) {
      this.#keep(this.#outbox.slice(0, -1));
      this.#dropped.push(last);
      this.#bringBack({ ...last.entry, answer: undefined });
      return 'judgement';
    }
    await this.#sending;
    const undone = await this.#source.undo();
    if (!undone) return 'failed';
    if (undone.imageId === null) return 'nothing';
    const { imageId } = undone;
    const at = this.#indexOf(imageId);
    if (at >= 0) {
      this.#change(imageId, (entry) => ({ ...entry, answer: undefined }));
      this.#show(at);
      return 'judgement';
    }
    const item = await this.#source.find(imageId);
    if (item) this.#bringBack(open(item));
    return 'judgement';
  }

  /** Puts back what was taken back last, and goes on to the next picture. */
  async redo(): Promise<Step> {
    const marks = this.answer === undefined ? this.#entry?.marks.redo() : null;
    if (marks) {
      this.#change(this.current?.image.id ?? 0, (entry) => ({ ...entry, marks }));
      return 'mark';
    }
    const dropped = this.#dropped.pop();
    if (dropped) {
      this.#send(dropped);
      if (this.current?.image.id === dropped.judgement.imageId) this.#goOn();
      return 'judgement';
    }
    await this.#sending;
    const redone = await this.#source.redo();
    if (!redone) return 'failed';
    if (redone.imageId === null) return 'nothing';
    const item = await this.#source.find(redone.imageId);
    if (!item) return 'failed';
    const { id, classId, labelId, regions } = item.image;
    if (labelId !== null) this.#labels.set(id, labelId);
    this.#change(id, ({ item: { why } }) => ({
      item: { ...item, why },
      answer: classId,
      marks: new MarkHistory(regions),
    }));
    if (this.current?.image.id === id) this.#goOn();
    return 'judgement';
  }

  /** The question about the oldest word between is answered. `said`: that word counts again. */
  settle(said: OtherWord | null): void {
    const [first, ...others] = this.#betweens;
    this.#betweens = others;
    if (!first || !said) return;
    this.#labels.set(first.image.id, said.labelId);
    this.#change(first.image.id, (entry) => ({ ...entry, answer: said.classId }));
  }
}
