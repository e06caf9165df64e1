import type { ClassChange, ClassHistory } from '#core/contract/classes.ts';
import type {
  BookChange,
  BorrowedView,
  DefectBook,
  SampleProposal,
  SampleRole,
  SampleView,
} from '#core/contract/book.ts';
import type { AppState, ClassView, ImageView } from '#core/contract/views.ts';
import { limitCrops } from '#core/domain/limit-crop.ts';

/** What the fixture's book and classes are made from. */
export interface BookSource {
  readonly state: () => AppState;
  readonly change: (patch: Partial<AppState>) => void;
  readonly image: (id: number) => ImageView;
  readonly labelled: (classId: number) => number[];
  readonly nowMs: number;
}

interface Stored {
  readonly id: number;
  readonly classId: number;
  readonly imageId: number;
  readonly role: SampleRole;
  readonly note: string;
  readonly regions: SampleView['regions'];
}

const defectAt = [{ x: 0.42, y: 0.38, width: 0.16, height: 0.18 }];

/** The defect book and the classes in memory. */
export class FixtureBook {
  readonly #of: BookSource;
  #samples: Stored[] = [];
  #history: BookChange[] = [];
  #changes: ClassChange[] = [];
  readonly #descriptions = new Map<number, string>([[3, '表面の穴。直径 0.5 mm から NG。\n縁の欠けは「割れ」。']]);
  #version = 0;
  /** Limit samples of another line. */
  borrowed: (BorrowedView & { readonly classId: number })[] = [];

  constructor(of: BookSource) {
    this.#of = of;
  }

  get(): DefectBook {
    const picture = ({ id, width, height, fileName }: ImageView) => ({ id, width, height, fileName });
    return {
      version: this.#version,
      changedAtMs: this.#version === 0 ? null : this.#of.nowMs,
      classes: this.#of.state().classes.map(({ id }) => {
        const own = this.#samples.filter(({ classId }) => classId === id);
        const images = own.map(({ imageId }) => this.#of.image(imageId));
        const crops = limitCrops(images.map((image, at) => ({ ...image, regions: own[at]?.regions ?? [] })));
        const good = this.#of.image(this.#of.labelled(1)[3] ?? 1);
        return {
          classId: id,
          description: this.#descriptions.get(id) ?? '',
          borrowed: this.borrowed.filter(({ classId }) => classId === id).map(({ classId: _, ...one }) => one),
          samples: own.flatMap(({ id: sampleId, role, note, regions }, at): SampleView[] => {
            const image = images[at];
            const crop = crops[at] ?? null;
            if (image === undefined) return [];
            return [
              {
                ...{ id: sampleId, role, note, who: '佐藤', atMs: this.#of.nowMs, image: picture(image), crop },
                ...{ regions: [...regions], classId: image.classId, gone: false },
                beside: role === 'limit_ng' ? { image: picture(good), crop } : null,
              },
            ];
          }),
        };
      }),
      history: this.#history,
    };
  }

  add(said: Omit<Stored, 'id' | 'regions'> & { readonly regions?: SampleView['regions'] | undefined }): number {
    const id = ++this.#version;
    const { classId, imageId, role, note, regions = role === 'limit_ng' ? defectAt : [] } = said;
    this.#samples.push({ id, classId, imageId, role, note, regions });
    this.#history.unshift({ what: 'added', classId, imageId, role, note, who: '佐藤', atMs: this.#of.nowMs });
    return id;
  }

  remove(sampleId: number, reason: string): void {
    const gone = this.#samples.find(({ id }) => id === sampleId);
    if (gone === undefined) return;
    this.#version++;
    this.#samples = this.#samples.filter(({ id }) => id !== sampleId);
    const { classId, imageId, role } = gone;
    this.#history.unshift({ what: 'removed', classId, imageId, role, note: reason, who: '佐藤', atMs: this.#of.nowMs });
  }

  propose(classId: number, limit: number): SampleProposal[] {
    const isGood = this.#of.state().classes.find(({ id }) => id === classId)?.isGood ?? false;
    const from = (of: number, skip: number) =>
      this.#of
        .labelled(of)
        .slice(skip, skip + limit)
        .map((id) => this.#of.image(id));
    const inBook = new Set(this.#samples.filter((one) => one.classId === classId).map(({ imageId }) => imageId));
    const typical = from(classId, 5).map((image) => ({ role: 'typical', why: 'middle', image, score: null }) as const);
    const limits = isGood
      ? []
      : [
          ...from(classId, 0).map((image) => ({ role: 'limit_ng', why: 'near_mark', image, score: 0.42 }) as const),
          ...from(1, 0).map((image) => ({ role: 'limit_ok', why: 'look_alike', image, score: null }) as const),
        ];
    return [...limits, ...typical].filter(({ image }) => !inBook.has(image.id));
  }

  history(): ClassHistory {
    const movedAway = this.#of.state().retiredClasses.map(({ id }) => ({ classId: id, labels: 3 }));
    return { changes: this.#changes, movedAway };
  }

  #record(classId: number, what: ClassChange['what'], old: string, now: string): void {
    const id = this.#changes.length + 1;
    this.#changes.unshift({ id, classId, what, old, new: now, who: '佐藤', atMs: this.#of.nowMs });
  }

  #set(classId: number, patch: Partial<ClassView>): void {
    this.#of.change({
      classes: this.#of.state().classes.map((one) => (one.id === classId ? { ...one, ...patch } : one)),
    });
  }

  rename(classId: number, name: string): void {
    this.#record(classId, 'renamed', this.#of.state().classes.find(({ id }) => id === classId)?.name ?? '', name);
    this.#set(classId, { name });
  }

  describe(classId: number, text: string): void {
    this.#record(classId, 'described', this.#descriptions.get(classId) ?? '', text);
    this.#descriptions.set(classId, text);
  }

  setKey(classId: number, key: string | null): void {
    const { classes } = this.#of.state();
    const old = classes.find(({ id }) => id === classId)?.key ?? null;
    const other = classes.find((one) => key !== null && one.key === key);
    this.#record(classId, 'key', old ?? '', key ?? '');
    if (other) this.#set(other.id, { key: old });
    this.#set(classId, { key });
  }

  move(classId: number, by: -1 | 1): void {
    const classes = [...this.#of.state().classes];
    const from = classes.findIndex(({ id }) => id === classId);
    const [one, other] = [classes[from], classes[from + by]];
    if (!one || !other) return;
    [classes[from], classes[from + by]] = [other, one];
    this.#record(classId, 'moved', String(from + 1), String(from + by + 1));
    this.#of.change({ classes });
  }

  retire(classId: number): void {
    const { classes, retiredClasses } = this.#of.state();
    const one = classes.find(({ id }) => id === classId);
    if (!one) return;
    this.#record(classId, 'retired', one.name, '');
    this.#of.change({
      classes: classes.filter(({ id }) => id !== classId),
      retiredClasses: [...retiredClasses, { ...one, key: null }],
    });
  }

  bringBack(classId: number): void {
    const { classes, retiredClasses } = this.#of.state();
    const one = retiredClasses.find(({ id }) => id === classId);
    if (!one) return;
    this.#record(classId, 'brought_back', '', one.name);
    this.#of.change({
      classes: [...classes, one],
      retiredClasses: retiredClasses.filter(({ id }) => id !== classId),
    });
  }
}
