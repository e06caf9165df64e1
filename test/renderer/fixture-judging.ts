import type { OtherWord, Recorded } from '#core/contract/judging.ts';

interface Sent {
  readonly imageId: number;
  readonly classId: number | null;
  readonly token?: string | undefined;
  readonly seen?: number | null | undefined;
}

/** Labels as the core keeps them: append-only, each sent once, with what came in between told. */
export class FixtureJudging {
  /** The code with which the call that `failNext` names is refused. */
  refusal: { code: string; params: Record<string, string> } = { code: 'disk_full', params: { path: '/data' } };
  /** Pictures whose file is gone. */
  readonly missing = new Set<number>();
  /** Every picture is judged. */
  nothingLeft = false;
  readonly #words = new Map<number, OtherWord[]>();
  readonly #tokens = new Map<string, Recorded>();
  #nextId = 1;

  newest(imageId: number): OtherWord | null {
    return this.#words.get(imageId)?.at(-1) ?? null;
  }

  /** Another window says something of a picture. */
  say(imageId: number, classId: number | null, who: string, atMs: number): OtherWord {
    const word = { labelId: this.#nextId++, classId, who, atMs };
    this.#words.set(imageId, [...(this.#words.get(imageId) ?? []), word]);
    return word;
  }

  record({ imageId, classId, token, seen }: Sent, who: string, savedAtMs: number): Recorded {
    const known = token === undefined ? undefined : this.#tokens.get(token);
    if (known) return known;
    const before = this.newest(imageId);
    const { labelId } = this.say(imageId, classId, who, savedAtMs);
    const between = before && seen !== undefined && before.labelId > (seen ?? 0) ? before : null;
    const recorded = { savedAtMs, labelId, between };
    if (token !== undefined) this.#tokens.set(token, recorded);
    return recorded;
  }

  /** Takes a label back; tells its picture and the word that counts now. */
  takeBack(labelId: number): { imageId: number; word: OtherWord | null } | null {
    for (const [imageId, words] of this.#words) {
      if (!words.some((word) => word.labelId === labelId)) continue;
      this.#words.set(
        imageId,
        words.filter((word) => word.labelId !== labelId),
      );
      return { imageId, word: this.newest(imageId) };
    }
    return null;
  }

  /** Takes the newest label of a picture back. */
  undo(imageId: number): void {
    this.#words.get(imageId)?.pop();
  }
}
