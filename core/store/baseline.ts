import type { BaselineCount, BaselineKind } from '#core/domain/baseline.ts';
import type { PilotId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';

/** One counting of today's inspection. */
export interface BaselineEntry extends BaselineCount {
  readonly id: number;
  readonly kind: BaselineKind;
  readonly who: string;
  readonly atMs: number;
  readonly withdrawn: { readonly who: string; readonly atMs: number } | null;
}

type Stored = Omit<BaselineEntry, 'withdrawn'> & { readonly goneWho: string | null; readonly goneAtMs: number | null };

/** Every counting of a pilot's baseline, those that were withdrawn among them, newest first. */
export function baselineEntries(db: Reader, pilotId: PilotId): BaselineEntry[] {
  return db
    .all<Stored>(
      `SELECT b.id, b.kind, b.parts, b.events, b.squares, b.who, b.at_ms AS atMs, w.who AS goneWho, w.at_ms AS goneAtMs
       FROM baseline_count b LEFT JOIN baseline_withdrawal w ON w.count_id = b.id WHERE b.pilot_id = ? ORDER BY b.id DESC`,
      pilotId,
    )
    .map(({ goneWho, goneAtMs, ...entry }) => ({
      ...entry,
      withdrawn: goneWho === null || goneAtMs === null ? null : { who: goneWho, atMs: goneAtMs },
    }));
}

export function addBaselineCount(
  db: Writer,
  pilotId: PilotId,
  { kind, parts, events, squares }: { readonly kind: BaselineKind } & BaselineCount,
  by: { readonly who: string; readonly atMs: number },
): number {
  return db.run(
    'INSERT INTO baseline_count (pilot_id, kind, parts, events, squares, who, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...[pilotId, kind, parts, events, squares, by.who, by.atMs],
  ).id;
}

/** The counting was a mistake: it stays, and counts no more. */
export function withdrawBaselineCount(
  db: Writer,
  id: number,
  by: { readonly who: string; readonly atMs: number },
): void {
  db.run('INSERT INTO baseline_withdrawal (count_id, who, at_ms) VALUES (?, ?, ?)', id, by.who, by.atMs);
}
