import type { DoubtsView, GroupCheckView, GroupParts, GroupsView } from '#core/contract/groups.ts';
import type { ImageView } from '#core/contract/views.ts';

/** What the fixture's groups need of its core. */
interface Site {
  readonly count: number;
  readonly labels: Map<number, number | null>;
  readonly image: (id: number) => ImageView;
}

const GROUPS = 6;
const DRAWN = 20;

/** Groups, spot checks and doubts over labels in memory; nothing is proved here, counts are only plausible. */
export class FixtureGroups {
  readonly #site: Site;
  readonly #kept = new Set<number>();
  readonly #members = new Map<number, readonly number[]>();
  #checks: GroupCheckView[] = [];
  /** Labels that came with a group and that nobody looked at. */
  unseen = 0;
  /** No encoder has told pictures apart. */
  without = false;
  /** What the next list of doubts lacks. */
  wants: DoubtsView['wants'] = null;

  constructor(site: Site) {
    this.#site = site;
  }

  #ids(cluster: number): number[] {
    return Array.from({ length: this.#site.count }, (_, at) => at + 1).filter((id) => id % GROUPS === cluster);
  }

  #open(ids: readonly number[]): number[] {
    return ids.filter((id) => !this.#site.labels.has(id));
  }

  list(): GroupsView {
    const clusters = Array.from({ length: GROUPS }, (_, cluster) => {
      const ids = this.#ids(cluster);
      const labels = Map.groupBy(
        ids.flatMap((id) => this.#site.labels.get(id) ?? []),
        (classId) => classId,
      );
      return {
        cluster,
        size: ids.length,
        open: this.#open(ids).length,
        labels: [...labels].map(([classId, own]) => ({ classId, labels: own.length })),
        typical: ids.slice(40, 48),
      };
    });
    return { clusters: this.without ? null : clusters, checks: this.#checks };
  }

  members(of: { cluster: number } | { imageIds: number[] }) {
    const all = 'cluster' in of ? this.#ids(of.cluster) : of.imageIds;
    const ids = this.#open(all);
    return { ids, others: all.length - ids.length };
  }

  start({ imageIds, classId }: { imageIds: number[]; classId: number }) {
    const members = this.#open(imageIds);
    const id = this.#members.size + 1;
    this.#members.set(id, members);
    const drawn = members
      .slice(0, DRAWN)
      .map((imageId) => ({ image: this.#site.image(imageId), isClass: null, classId: null }));
    const size = members.length;
    this.#checks = [
      { id, classId, size, who: '佐藤', startedAtMs: 1, drawn, asked: 0, right: 0, atLeast: 0 },
      ...this.#checks,
    ];
    return { checkId: id };
  }

  check(checkId: number): GroupCheckView | undefined {
    return this.#checks.find(({ id }) => id === checkId);
  }

  answer(said: { checkId: number; imageId: number; isClass: boolean | null; classId: number | null }) {
    const { checkId, imageId, isClass, classId } = said;
    this.#checks = this.#checks.map((check) => {
      if (check.id !== checkId) return check;
      const drawn = check.drawn.map((one) => (one.image.id === imageId ? { ...one, isClass, classId } : one));
      const right = drawn.filter((one) => one.isClass === true).length;
      const atLeast = Math.floor((check.size * right * 0.86) / drawn.length);
      return { ...check, drawn, right, asked: drawn.filter((one) => one.isClass !== null).length, atLeast };
    });
    return this.check(checkId);
  }

  apart(checkId: number): GroupParts {
    const members = this.#open(this.#members.get(checkId) ?? []);
    const half = Math.ceil(members.length / 2);
    const parts = [members.slice(0, half), members.slice(half)];
    return { parts: parts.map((ids) => ({ ids, typical: ids.slice(-8) })) };
  }

  /** @returns the pictures that got a label, with their class */
  finish({ checkId, outcome }: { checkId: number; outcome: 'all' | 'checked' | 'given_up' }): Map<number, number> {
    const check = this.check(checkId);
    this.#checks = this.#checks.filter(({ id }) => id !== checkId);
    const given = new Map<number, number>();
    if (!check || outcome === 'given_up') return given;
    if (outcome === 'all') for (const id of this.#members.get(checkId) ?? []) given.set(id, check.classId);
    for (const { image, isClass, classId } of check.drawn) {
      if (isClass === true) given.set(image.id, check.classId);
      else if (isClass === false && classId !== null) given.set(image.id, classId);
      else given.delete(image.id);
    }
    return given;
  }

  doubts(limit: number): DoubtsView {
    const labelled = [...this.#site.labels].flatMap(([id, classId]) => (classId === null ? [] : [{ id, classId }]));
    const found = labelled.filter(({ id }) => id % 13 === 0 && !this.#kept.has(id));
    const other = (classId: number) => (classId === 1 ? 2 : 1);
    return {
      wants: this.wants,
      labels: labelled.length,
      found: this.wants === null ? found.length : 0,
      by: 'model_and_neighbours',
      rows: (this.wants === null ? found : []).slice(0, limit).map(({ id, classId }, at) => ({
        labelId: id,
        image: this.#site.image(id),
        classId,
        unseen: at === 1,
        otherId: other(classId),
        nearest: labelled
          .filter((one) => one.id !== id)
          .slice(at, at + 8)
          .map((one, n) => ({
            imageId: one.id,
            classId: n < 7 ? other(classId) : classId,
            similarity: 0.95 - 0.01 * n,
          })),
        model: { own: 0.03, other: 0.94 },
      })),
    };
  }

  keep({ labelId, kept }: { labelId: number; kept: boolean }): void {
    if (kept) this.#kept.add(labelId);
    else this.#kept.delete(labelId);
  }
}
