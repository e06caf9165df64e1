import type { JobId } from '#core/domain/ids.ts';
import type { ErrorData } from '#core/contract/errors.ts';
import type { JobView } from '#core/contract/views.ts';
import type { Reader, SqlValue, Writer } from './handle.ts';

export type JobKind = JobView['kind'];
export type JobState = JobView['state'];

export interface JobRow extends JobView {
  readonly id: JobId;
  /** What the job was started with, as it was given to {@link addJob}. */
  readonly params: unknown;
  readonly createdAtMs: number;
  /** Who started it; empty: the program. */
  readonly who: string;
  /** What the job left by {@link setJobResult}. */
  readonly result: unknown;
}

type Stored = Omit<JobRow, 'params' | 'error' | 'step' | 'result'> & {
  params: string;
  error: string | null;
  step: string | null;
  result: string | null;
};

const select = `SELECT id, kind, state, params, progress, phase, left_low_s AS leftLowSeconds, left_high_s AS leftHighSeconds,
  json_extract(params, '$.smallestDefectPx') AS smallestDefectPx, json_extract(params, '$.modelId') AS modelId, step, result, error, who, created_at_ms AS createdAtMs, started_at_ms AS startedAtMs, finished_at_ms AS finishedAtMs FROM job`;

const toJob = ({ params, error, step, result, ...row }: Stored): JobRow => ({
  ...row,
  params: JSON.parse(params) as unknown,
  error: error === null ? null : (JSON.parse(error) as ErrorData),
  step: step === null ? null : (JSON.parse(step) as JobView['step']),
  result: result === null ? null : (JSON.parse(result) as unknown),
});

export function addJob(db: Writer, kind: JobKind, params: unknown, atMs: number, who = ''): JobId {
  return db.run(
    "INSERT INTO job (kind, state, params, created_at_ms, who) VALUES (?, 'queued', ?, ?, ?)",
    ...[kind, JSON.stringify(params), atMs, who],
  ).id as JobId;
}

export function getJob(db: Reader, id: JobId): JobRow | null {
  const row = db.one<Stored>(`${select} WHERE id = ?`, id);
  return row === undefined ? null : toJob(row);
}

/** Newest first. */
export function listJobs(db: Reader, limit = 20): JobRow[] {
  return db.all<Stored>(`${select} ORDER BY id DESC LIMIT ?`, limit).map(toJob);
}

/** The job of one of these kinds that has waited longest, or null. */
export function nextQueuedJob(db: Reader, kinds: readonly JobKind[]): JobRow | null {
  const wanted = kinds.map(() => '?').join(', ');
  const row = db.one<Stored>(`${select} WHERE state = 'queued' AND kind IN (${wanted}) ORDER BY id LIMIT 1`, ...kinds);
  return row === undefined ? null : toJob(row);
}

/** From which states each state is reached. */
const allowedFrom: Readonly<Record<JobState, readonly JobState[]>> = {
  queued: ['paused', 'failed'],
  running: ['queued'],
  paused: ['running', 'queued'],
  done: ['running'],
  cancelled: ['queued', 'running', 'paused'],
  failed: ['queued', 'running', 'paused'],
};

/**
 * Moves a job to another state, and returns false where it no longer is in a state from which that may happen: whoever
 * comes second (a cancel beside a crash) changes nothing.
 */
export function setJobState(
  db: Writer,
  id: JobId,
  state: JobState,
  atMs: number,
  error: ErrorData | null = null,
): boolean {
  const from = allowedFrom[state].map((name) => `'${name}'`).join(', ');
  const finished = state === 'done' || state === 'cancelled' || state === 'failed';
  return (
    db.run(
      `UPDATE job SET state = ?1, error = ?2,
         progress = CASE WHEN ?1 = 'done' THEN 1 ELSE progress END,
         left_low_s = NULL, left_high_s = NULL,
         started_at_ms = CASE WHEN ?1 = 'running' THEN coalesce(started_at_ms, ?3) ELSE started_at_ms END,
         finished_at_ms = CASE WHEN ?4 = 1 THEN ?3 ELSE NULL END
       WHERE id = ?5 AND state IN (${from})`,
      ...[state, error === null ? null : JSON.stringify(error), atMs, finished ? 1 : 0, id],
    ).changes === 1
  );
}

export interface JobProgress {
  readonly progress: number;
  readonly phase: string | null;
  readonly leftLowSeconds: number | null;
  readonly leftHighSeconds: number | null;
  readonly step?: JobView['step'];
}

/** Records how far a running job is; a job that has ended meanwhile is left as it is. */
export function setJobProgress(db: Writer, id: JobId, state: JobProgress): void {
  const { progress, phase, leftLowSeconds, leftHighSeconds, step = null } = state;
  db.run(
    `UPDATE job SET progress = ?, phase = ?, left_low_s = ?, left_high_s = ?, step = coalesce(?, step)
     WHERE id = ? AND state = 'running'`,
    ...[progress, phase, leftLowSeconds, leftHighSeconds, step === null ? null : JSON.stringify(step), id],
  );
}

/** Keeps what a job has to say beyond the rows it wrote, as JSON. */
export function setJobResult(db: Writer, id: JobId, result: unknown): void {
  db.run('UPDATE job SET result = ? WHERE id = ?', JSON.stringify(result), id);
}

/** What the newest job of a kind that left anything has left. */
export function newestResult(db: Reader, kind: JobKind): unknown {
  const result = db.value<string>(
    'SELECT result FROM job WHERE kind = ? AND result IS NOT NULL ORDER BY id DESC LIMIT 1',
    kind,
  );
  return result === undefined ? null : (JSON.parse(result) as unknown);
}

/**
 * To be called at start, before any job runs: a job that was running when the program ended goes on from its checkpoint
 * when asked (`paused`), or has failed where it left none.
 */
export function recoverJobs(db: Writer, atMs: number): void {
  const crashed: ErrorData = { code: 'engine_crashed', params: {} };
  db.transaction(() => {
    db.run(
      `UPDATE job SET state = 'paused', left_low_s = NULL, left_high_s = NULL
       WHERE state = 'running' AND (EXISTS (SELECT 1 FROM checkpoint c WHERE c.job_id = job.id)
         OR EXISTS (SELECT 1 FROM measured_part m WHERE m.job_id = job.id)
         OR EXISTS (SELECT 1 FROM measured_arm m WHERE m.job_id = job.id))`,
    );
    db.run(
      "UPDATE job SET state = 'failed', error = ?, finished_at_ms = ? WHERE state = 'running'",
      JSON.stringify(crashed),
      atMs,
    );
  });
}

export interface JobPoint {
  readonly step: number;
  readonly loss: number;
  readonly effectiveRank: number | null;
}

/** Adds points of the loss curve; a step that is run again after a resume replaces the former one. */
export function addJobPoints(db: Writer, id: JobId, points: readonly JobPoint[]): void {
  db.transaction(() => {
    for (const { step, loss, effectiveRank } of points)
      db.run(
        'INSERT OR REPLACE INTO job_point (job_id, step, loss, effective_rank) VALUES (?, ?, ?, ?)',
        ...([id, step, loss, effectiveRank] satisfies SqlValue[]),
      );
  });
}

/** The loss curve, thinned evenly to at most `limit` points; the last one is always there. */
export function jobPoints(db: Reader, id: JobId, limit = 400): JobPoint[] {
  return db.all<JobPoint>(
    `WITH numbered AS (
       SELECT step, loss, effective_rank AS effectiveRank, row_number() OVER (ORDER BY step DESC) - 1 AS place,
         count(*) OVER () AS total
       FROM job_point WHERE job_id = ?1)
     SELECT step, loss, effectiveRank FROM numbered WHERE place % max(1, (total + ?2 - 1) / ?2) = 0 ORDER BY step`,
    id,
    limit,
  );
}
