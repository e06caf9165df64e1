import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { OutputAbout, OutputOutage, OutputPlan } from '#core/contract/output-calls.ts';
import { OutputTarget } from '#core/contract/output-kinds.ts';
import type { FailReason } from '#core/contract/outputs.ts';
import { AppError } from '#core/contract/errors.ts';
import type { Reader, Writer } from './handle.ts';

/*
 * Outputs, and when they could not deliver. Their secrets are not here.
 */

export interface OutputRow extends OutputPlan {
  readonly id: number;
  readonly key: string;
  /** null: settings that this version does not understand, as after a database of another one was put back. */
  readonly target: OutputTarget | null;
  readonly kind: OutputTarget['kind'];
  readonly paused: boolean;
  readonly putThrough: number;
  readonly endedThrough: number;
  readonly deliveredAtMs: number | null;
  readonly missed: number;
}

type Stored = Omit<OutputRow, 'target' | 'about' | 'paused'> & { settings: string; about: string; paused: 0 | 1 };

const select = `SELECT id, key, name, kind, settings, about, rate, keep_days AS keepDays, paused, put_through AS putThrough,
  ended_through AS endedThrough, delivered_at_ms AS deliveredAtMs, missed FROM output WHERE removed_at_ms IS NULL`;

function toRow({ settings, about, paused, ...row }: Stored): OutputRow {
  const target = v.safeParse(OutputTarget, { kind: row.kind, settings: JSON.parse(settings) as unknown });
  return {
    ...row,
    target: target.success ? target.output : null,
    about: about.split(' ') as OutputAbout[],
    paused: paused === 1,
  };
}

/** Outputs that were not removed, in the order in which they were added. */
export const listOutputs = (db: Reader): OutputRow[] => db.all<Stored>(`${select} ORDER BY id`).map(toRow);

/** Throws `not_found`. */
export function getOutput(db: Reader, id: number): OutputRow {
  const row = db.one<Stored>(`${select} AND id = ?`, id);
  if (row === undefined) throw new AppError('not_found', { outputId: id });
  return toRow(row);
}

export function addOutput(db: Writer, plan: OutputPlan, { kind, settings }: OutputTarget, atMs: number): OutputRow {
  const { name, about, rate, keepDays } = plan;
  const { id } = db.run(
    `INSERT INTO output (key, name, kind, settings, about, rate, keep_days, created_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[randomUUID(), name, kind, JSON.stringify(settings), about.join(' '), rate, keepDays, atMs],
  );
  return getOutput(db, id);
}

/** What waits goes the new way. */
export function setOutput(db: Writer, id: number, plan: OutputPlan, { kind, settings }: OutputTarget): void {
  const { name, about, rate, keepDays } = plan;
  db.run(
    'UPDATE output SET name = ?, kind = ?, settings = ?, about = ?, rate = ?, keep_days = ? WHERE id = ?',
    ...[name, kind, JSON.stringify(settings), about.join(' '), rate, keepDays, id],
  );
}

export function setOutputPaused(db: Writer, id: number, paused: boolean): void {
  db.run('UPDATE output SET paused = ? WHERE id = ?', paused ? 1 : 0, id);
}

/** The output is gone with its messages, also those that wait. */
export function removeOutput(db: Writer, id: number, atMs: number): void {
  db.transaction(() => {
    db.run("UPDATE output SET removed_at_ms = ?, settings = '{}', ended_through = put_through WHERE id = ?", atMs, id);
    db.run('DELETE FROM outbox WHERE output_id = ?', id);
    db.run('DELETE FROM output_outage WHERE output_id = ?', id);
  });
}

type Outage = Omit<OutputOutage, 'nextTryAtMs'>;
const outage = `SELECT since_ms AS sinceMs, until_ms AS untilMs, reason, detail, tries FROM output_outage WHERE output_id = ?`;

/** The outage that lasts; null: the last delivery succeeded. */
export const openOutage = (db: Reader, outputId: number): Outage | null =>
  db.one<Outage>(`${outage} AND until_ms IS NULL`, outputId) ?? null;

/** The newest first. */
export const listOutages = (db: Reader, outputId: number, limit: number): Outage[] =>
  db.all<Outage>(`${outage} ORDER BY id DESC LIMIT ?`, outputId, limit);

/** A delivery failed: once more, or for the first time. */
export function noteFailure(
  db: Writer,
  outputId: number,
  { reason, detail }: { readonly reason: FailReason; readonly detail: string },
  atMs: number,
): void {
  const again = db.run(
    'UPDATE output_outage SET reason = ?, detail = ?, tries = tries + 1 WHERE output_id = ? AND until_ms IS NULL',
    ...[reason, detail, outputId],
  );
  if (again.changes > 0) return;
  db.run(
    'INSERT INTO output_outage (output_id, since_ms, reason, detail, tries) VALUES (?, ?, ?, ?, 1)',
    ...[outputId, atMs, reason, detail],
  );
}

export function endOutage(db: Writer, outputId: number, atMs: number): void {
  db.run('UPDATE output_outage SET until_ms = ? WHERE output_id = ? AND until_ms IS NULL', atMs, outputId);
}
