import type { CheckpointId, JobId } from '#core/domain/ids.ts';
import type { PretrainConfig, Watched } from '#core/contract/engine.ts';
import type { CheckpointView, Evaluation, ProgressPoint } from '#core/contract/views.ts';
import type { Reader, Writer } from './handle.ts';

export interface CheckpointRow extends CheckpointView {
  readonly id: CheckpointId;
  readonly jobId: JobId;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface NewCheckpoint {
  readonly jobId: JobId;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly step: number;
  readonly steps: number;
  readonly config: PretrainConfig;
  readonly images: number;
  /** Of training so far. */
  readonly seconds: number;
  readonly watched: Watched | null;
  readonly atMs: number;
}

type Stored = Omit<CheckpointRow, 'active' | 'config'> & { active: 0 | 1; config: string };

const select = `SELECT id, job_id AS jobId, file, sha256, bytes, step, steps, config, images, created_at_ms AS createdAtMs,
  active FROM checkpoint`;

const toCheckpoint = (row: Stored): CheckpointRow => ({
  ...row,
  active: row.active === 1,
  config: JSON.parse(row.config) as PretrainConfig,
});

const first = (row: Stored | undefined): CheckpointRow | null => (row === undefined ? null : toCheckpoint(row));

/** Records a checkpoint file that the engine has written. */
export function addCheckpoint(db: Writer, checkpoint: NewCheckpoint): CheckpointId {
  const { jobId, file, sha256, bytes, step, steps, config, images, seconds, watched, atMs } = checkpoint;
  return db.run(
    `INSERT INTO checkpoint (job_id, file, sha256, bytes, step, steps, config, images, created_at_ms, seconds, watched)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[jobId, file, sha256, bytes, step, steps, JSON.stringify(config), images, atMs],
    ...[seconds, watched && JSON.stringify(watched)],
  ).id as CheckpointId;
}

/** The checkpoint whose features are in use. */
export function activeCheckpoint(db: Reader): CheckpointRow | null {
  return first(db.one<Stored>(`${select} WHERE active = 1`));
}

export function getCheckpoint(db: Reader, id: CheckpointId): CheckpointRow | null {
  return first(db.one<Stored>(`${select} WHERE id = ?`, id));
}

/** The newest checkpoint of a job: where it goes on. */
export function newestCheckpoint(db: Reader, jobId: JobId): CheckpointRow | null {
  return first(db.one<Stored>(`${select} WHERE job_id = ? ORDER BY id DESC LIMIT 1`, jobId));
}

/** The newest checkpoint that this line trained by itself to its end or until it was taken into use; null where it has none. */
export function newestOwnCheckpoint(db: Reader): CheckpointRow | null {
  return first(
    db.one<Stored>(
      `${select} WHERE id NOT IN (SELECT checkpoint_id FROM model_origin)
         AND (active = 1 OR step >= steps OR id IN (SELECT checkpoint_id FROM model)) ORDER BY active DESC, id DESC LIMIT 1`,
    ),
  );
}

/** Hashes of the files that a job has saved. */
export function checkpointHashes(db: Reader, jobId: JobId): string[] {
  return db
    .all<{ sha256: string }>('SELECT DISTINCT sha256 FROM checkpoint WHERE job_id = ?', jobId)
    .map(({ sha256 }) => sha256);
}

/** What the encoder told apart over a job, in the order of training; checkpoints of a pause have nothing to tell. */
export function progressPoints(db: Reader, jobId: JobId): ProgressPoint[] {
  return db
    .all<{ step: number; seconds: number; watched: string }>(
      `SELECT step, seconds, watched FROM checkpoint
       WHERE job_id = ? AND seconds IS NOT NULL AND watched IS NOT NULL ORDER BY step, id`,
      jobId,
    )
    .map(({ step, seconds, watched }) => ({ step, seconds, watched: JSON.parse(watched) as Watched }));
}

export function activateCheckpoint(db: Writer, id: CheckpointId): void {
  db.transaction(() => {
    db.run('UPDATE checkpoint SET active = 0 WHERE active = 1');
    db.run('UPDATE checkpoint SET active = 1 WHERE id = ?', id);
  });
}

export function addEvaluation(
  db: Writer,
  checkpointId: CheckpointId,
  result: Omit<Evaluation, 'checkpointId' | 'createdAtMs'>,
  atMs: number,
): void {
  db.run(
    'INSERT INTO evaluation (checkpoint_id, result, created_at_ms) VALUES (?, ?, ?)',
    ...[checkpointId, JSON.stringify(result), atMs],
  );
}

/** What is stored of an evaluation; older versions measured less. */
type Measured = Omit<Evaluation, 'checkpointId' | 'createdAtMs' | 'fewShot'> & Partial<Pick<Evaluation, 'fewShot'>>;

/** The newest evaluation of a checkpoint. */
export function newestEvaluation(db: Reader, checkpointId: CheckpointId): Evaluation | null {
  const row = db.one<{ result: string; createdAtMs: number }>(
    'SELECT result, created_at_ms AS createdAtMs FROM evaluation WHERE checkpoint_id = ? ORDER BY id DESC LIMIT 1',
    checkpointId,
  );
  if (row === undefined) return null;
  const result = JSON.parse(row.result) as Measured;
  return { checkpointId, createdAtMs: row.createdAtMs, ...result, fewShot: result.fewShot ?? [] };
}
