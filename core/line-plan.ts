import type { LineCard, LineKeys, LineSection } from './contract/line-file.ts';
import type { PlanItem as ItemView } from './contract/rollout.ts';
import type { CameraId, PilotId } from './domain/ids.ts';
import type { Reader, Writer } from './store/handle.ts';
import type { Settings } from './store/settings.ts';

/*
 * What a line's file would change here: looked up anew whenever it is asked for, and once more in the transaction that does it, so that
 * what a person saw and what happens cannot drift apart unseen.
 */

/** One thing that a file says, beside what holds here, and how it is made to hold. */
export interface PlanItem extends ItemView {
  /** null: nothing is to be written to the database, or it cannot be taken over. */
  readonly apply: ((db: Writer) => void) | null;
}

/** Where a file is to be taken over, by whom, and what was chosen. */
export interface PlanSite {
  readonly db: Reader;
  readonly card: LineCard;
  readonly chosen: ReadonlySet<LineSection>;
  /** Cameras here by the names of the file's; absent: none is to be like it. */
  readonly cameras: ReadonlyMap<string, CameraId>;
  readonly settings: Settings;
  /** Of the window that asks. */
  readonly keys: LineKeys;
  readonly pilotId: PilotId;
  /** Pictures of limit samples that were encoded anew, by the hashes of what came; relative to the data folder. */
  readonly pictures: ReadonlyMap<string, string>;
  /** Stands where a reason is asked for. */
  readonly reason: string;
  readonly by: { readonly who: string; readonly atMs: number };
}

type Values = Readonly<NonNullable<ItemView['now']>>;

/** What the file says of one thing, and what holds here; null: nothing does. */
export interface Compared {
  readonly section: LineSection;
  readonly kind: ItemView['kind'];
  readonly name: string;
  readonly now: Values | null;
  readonly said: Values;
}

const equal = (a: Values | null, b: Values): boolean =>
  a !== null && Object.entries(b).every(([key, value]) => a[key] === value);

/** @param same where what is shown does not tell whether it is the same, such as a drawn area */
export function compared(what: Compared, apply: PlanItem['apply'], same = equal(what.now, what.said)): PlanItem {
  const change = same ? 'same' : what.now === null ? 'new' : 'differs';
  return { ...what, now: what.now && { ...what.now }, change, why: null, apply: same ? null : apply };
}

export const blocked = (what: Compared, why: NonNullable<ItemView['why']>): PlanItem => ({
  ...what,
  ...{ now: what.now && { ...what.now }, change: 'blocked', why, apply: null },
});

export const yesNo = (is: boolean): 'yes' | 'no' => (is ? 'yes' : 'no');
