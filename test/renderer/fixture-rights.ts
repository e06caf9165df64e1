import type {
  DeletionOrder,
  DeletionPreview,
  DeletionScope,
  RetentionRule,
  RetentionView,
} from '#core/contract/retention.ts';
import type { Declaration, GovernanceState, RightsView, RightVersionView } from '#core/contract/rights.ts';
import { lacksOf, type RightDeclaration, type RightWord } from '#core/domain/data-right.ts';

const atMs = Date.UTC(2026, 10, 23, 1, 42, 7);
const dayMs = 86_400_000;

const unsaid: RightDeclaration = {
  ...{ owner: '', purpose: '', people: 'unknown', customerParts: 'unknown', customer: '' },
  ...{ basis: 'none', basisNote: '', basisDay: '', keepUntil: '' },
};
const said: RightDeclaration = {
  ...{ owner: '第2工場', purpose: '外観検査のパイロット', people: 'no', customerParts: 'no', customer: '' },
  ...{ basis: 'own', basisNote: '', basisDay: '2026-11-01', keepUntil: '2027-11-30' },
};

type DataSet = RightsView['sets'][number];

/** The register and the rules of keeping over data in memory. */
export class FixtureRights {
  readonly #person: () => string;
  readonly #changed: (governance: GovernanceState) => void;
  readonly #versions = new Map<number, RightVersionView[]>();
  readonly #rules = new Map<number, RetentionRule>();
  clearers: string[] = [];
  orders: DeletionOrder[] = [];
  certificates: RetentionView['certificates'] = [
    { number: 1, dataSet: 'カメラ1', pictures: 40, who: '佐藤', doneAtMs: atMs - 30 * dayMs },
  ];
  lots = [
    { lot: 'LOT-2026-11-A', pictures: 120, deleted: 0 },
    { lot: 'LOT-2026-11-B', pictures: 96, deleted: 4 },
  ];

  constructor(person: () => string, changed: (governance: GovernanceState) => void) {
    this.#person = person;
    this.#changed = changed;
    this.#versions.set(1, [{ ...said, id: 1, word: 'cleared', reason: '', who: '佐藤', atMs }]);
  }

  #add(cameraId: number, word: RightWord, declaration: Declaration, reason: string): void {
    const versions = this.#versions.get(cameraId) ?? [];
    const version = { ...declaration, id: 10 * cameraId + versions.length, word, reason, who: this.#person(), atMs };
    this.#versions.set(cameraId, [version, ...versions]);
  }

  #set(cameraId: number, name: string): DataSet {
    const [newest = null] = this.versions(cameraId);
    const state = newest === null ? 'undeclared' : newest.word === 'saved' ? 'waiting' : newest.word;
    return {
      ...{ cameraId, name, folder: `/pictures/${cameraId}`, pictures: 620, state, graceUntil: null },
      ...{ missing: lacksOf(newest ?? unsaid), newest },
    };
  }

  get rights(): RightsView {
    const person = this.#person();
    const mayClear = person !== '' && (this.clearers.length === 0 || this.clearers.includes(person));
    return { sets: [this.#set(1, 'カメラ1'), this.#set(2, 'カメラ2')], clearers: this.clearers, mayClear };
  }

  versions(cameraId: number): RightVersionView[] {
    return this.#versions.get(cameraId) ?? [];
  }

  governance(): GovernanceState {
    return {
      blocked: this.rights.sets
        .filter(({ state }) => state === 'undeclared' || state === 'waiting' || state === 'withdrawn')
        .map(({ name }) => name),
      grace: null,
      deletions: this.orders.map(({ id, dataSet, pictures, left, dueAtMs, state }) => ({
        ...{ id, dataSet, pictures, left, dueAtMs, running: state === 'running' },
      })),
    };
  }

  say(input: { cameraId: number; word: RightWord; said: Declaration; reason: string }): RightsView {
    this.#add(input.cameraId, input.word, input.said, input.reason);
    this.#changed(this.governance());
    return this.rights;
  }

  setClearers(names: string[]): RightsView {
    this.clearers = names;
    return this.rights;
  }

  get retention(): RetentionView {
    return {
      sets: this.rights.sets.map(({ cameraId, name, pictures, newest }) => {
        const rule = this.#rules.get(cameraId);
        const held = rule !== undefined && (rule.keepDays !== null || rule.byRight);
        return {
          ...{ cameraId, name, pictures, keepUntil: newest?.keepUntil ?? '' },
          rule: held ? { ...rule, who: this.#person(), atMs } : null,
        };
      }),
      ...{ orders: this.orders, certificates: this.certificates, delayDays: 7 },
    };
  }

  preview({ olderThanDays, even }: DeletionScope): DeletionPreview {
    const all = olderThanDays === null ? 620 : Math.max(0, 620 - 10 * olderThanDays);
    const kept = { labelled: 86, samples: 8, frozen: 40, waiting: 12 };
    const stays = Object.entries(kept).reduce((sum, [why, n]) => sum + ((even as string[]).includes(why) ? 0 : n), 0);
    const pictures = Math.max(0, all - stays);
    return {
      ...{ pictures, bytes: pictures * 180_000, kept, keptPictures: stays, examples: [3, 14, 25, 36, 47, 58] },
      kinds: [
        { classId: null, name: '', pictures: pictures - 20 },
        { classId: 2, name: '不良', pictures: 20 },
      ],
      learnt: [
        { kind: 'encoder', id: 3, atMs, inUse: true, pictures: 412 },
        { kind: 'model', id: 5, atMs, inUse: true, pictures: null },
      ],
      pausedJob: null,
    };
  }

  setRule(cameraId: number, rule: RetentionRule): RetentionView {
    this.#rules.set(cameraId, rule);
    return this.retention;
  }

  order(input: DeletionScope & { reason: string }): RetentionView {
    const { pictures } = this.preview(input);
    this.orders = [
      ...this.orders,
      {
        ...{ id: this.orders.length + 1, cameraId: input.cameraId, dataSet: `カメラ${input.cameraId}`, byRule: false },
        ...{ pictures, left: pictures, originals: input.originals, reason: input.reason, who: this.#person() },
        ...{ atMs, dueAtMs: atMs + 7 * dayMs, state: 'waiting' },
      },
    ];
    this.#changed(this.governance());
    return this.retention;
  }

  cancel(id: number): RetentionView {
    this.orders = this.orders.filter((order) => order.id !== id);
    this.#changed(this.governance());
    return this.retention;
  }
}
