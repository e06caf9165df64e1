import { compareArms, transferArms, type ArmDraws, type ComparedRow, type TransferArm } from '#core/domain/transfer.ts';
import type { CheckpointId, JobId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';

/** What one encoder came to on one split, with the labels as they were. */
export interface ArmPart {
  readonly arm: TransferArm;
  readonly split: number;
  /** The newest label then: a measurement that goes on after more were given begins anew. */
  readonly labelsThrough: number;
  readonly measure: 'auroc' | 'balanced';
  readonly tested: number;
  readonly defects: number;
  readonly rows: readonly { readonly k: number; readonly labels: number; readonly draws: readonly (number | null)[] }[];
}

export const armPartName = ({ arm, split, labelsThrough }: Pick<ArmPart, 'arm' | 'split' | 'labelsThrough'>): string =>
  `${labelsThrough}-${arm}-${split}`;

export function addArmPart(
  db: Writer,
  { jobId, checkpointId, part, atMs }: { jobId: JobId; checkpointId: CheckpointId; part: ArmPart; atMs: number },
): void {
  db.run(
    'INSERT INTO measured_arm (job_id, checkpoint_id, part, result, at_ms) VALUES (?, ?, ?, ?, ?)',
    ...[jobId, checkpointId, armPartName(part), JSON.stringify(part), atMs],
  );
}

/** What a measurement has found so far, in the order of its parts' names. */
export function armParts(db: Reader, jobId: JobId): ArmPart[] {
  return db
    .all<{ result: string }>('SELECT result FROM measured_arm WHERE job_id = ? ORDER BY part', jobId)
    .map(({ result }) => JSON.parse(result) as ArmPart);
}

interface TransferResult {
  readonly atMs: number;
  readonly measure: ArmPart['measure'];
  readonly tested: number;
  readonly defects: number;
  readonly rows: readonly ComparedRow[];
}

/** The newest measurement of an encoder from another line that came to its end; null before the first. */
export function transferOf(db: Reader, checkpointId: CheckpointId): TransferResult | null {
  const job = db.one<{ id: JobId; atMs: number }>(
    `SELECT id, finished_at_ms AS atMs FROM job WHERE state = 'done'
       AND id IN (SELECT job_id FROM measured_arm WHERE checkpoint_id = ?) ORDER BY id DESC LIMIT 1`,
    checkpointId,
  );
  if (job === undefined) return null;
  const all = armParts(db, job.id);
  const newest = Math.max(...all.map(({ labelsThrough }) => labelsThrough));
  const parts = all.filter(({ labelsThrough }) => labelsThrough === newest).sort((a, b) => a.split - b.split);
  const [first] = parts;
  if (first === undefined) return null;
  const mean = (of: (part: ArmPart) => number): number =>
    Math.round(parts.reduce((sum, part) => sum + of(part), 0) / parts.length);
  const draws = transferArms.flatMap((arm) => {
    const own = parts.filter((part) => part.arm === arm);
    return (own[0]?.rows ?? []).map(({ k }): ArmDraws => {
      const rows = own.flatMap(({ rows: each }) => each.find((row) => row.k === k) ?? []);
      return { arm, k, labels: Math.max(...rows.map(({ labels }) => labels)), draws: rows.flatMap((row) => row.draws) };
    });
  });
  const { measure } = first;
  const counts = { tested: mean(({ tested }) => tested), defects: mean(({ defects }) => defects) };
  return { atMs: job.atMs, measure, ...counts, rows: compareArms(draws) };
}

/** The newest measurement of an encoder, whole or not; null before the first. */
export function newestTransferJob(db: Reader, checkpointId: CheckpointId): JobId | null {
  const sql = `SELECT max(id) FROM job WHERE kind = 'evaluate' AND json_extract(params, '$.transferOf') = ?`;
  return (db.value<number | null>(sql, checkpointId) ?? null) as JobId | null;
}
