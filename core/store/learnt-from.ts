import type { ImageId, JobId, ModelId } from '#core/domain/ids.ts';
import { countWithin, idRanges, type IdRanges } from '#core/domain/id-ranges.ts';
import type { Reader, Writer } from './handle.ts';

/*
 * Which pictures each encoder and each model learnt from, so that it can be told of a deleted picture who has seen it.
 */

/** Records from which pictures a job learns; once for each run of it. */
export function noteLearntFrom(
  db: Writer,
  what: {
    readonly jobId: JobId;
    readonly modelId: ModelId | null;
    readonly ids: readonly ImageId[];
    readonly atMs: number;
  },
): void {
  const { jobId, modelId, ids, atMs } = what;
  db.run(
    'INSERT INTO learnt_from (job_id, model_id, pictures, at_ms) VALUES (?, ?, ?, ?)',
    ...[jobId, modelId, JSON.stringify(idRanges(ids)), atMs],
  );
}

/** An encoder (by its newest checkpoint) or a model that has seen some of the pictures, or may have. */
export interface Learnt {
  readonly kind: 'encoder' | 'model';
  readonly id: number;
  readonly atMs: number;
  readonly inUse: boolean;
  /** How many of them it learnt from; null: from before that was recorded, so that it may be any. */
  readonly pictures: number | null;
}

interface Learner {
  readonly kind: Learnt['kind'];
  readonly id: number;
  readonly atMs: number;
  readonly inUse: 0 | 1;
  /** One JSON of ranges for each run; NULL: not recorded. */
  readonly runs: string | null;
}

/** Who learnt from any of these pictures; a model knows also what its encoder has seen, which is told of the encoder. */
export function learntFrom(db: Reader, ids: readonly ImageId[], firstSeenMs: number): Learnt[] {
  const learners = db.all<Learner>(
    `SELECT 'encoder' AS kind, max(c.id) AS id, max(c.created_at_ms) AS atMs, max(c.active) AS inUse,
       (SELECT json_group_array(json(l.pictures)) FROM learnt_from l WHERE l.job_id = c.job_id AND l.model_id IS NULL) AS runs
     FROM checkpoint c GROUP BY c.job_id
     UNION ALL
     SELECT 'model', m.id, m.created_at_ms, m.active,
       (SELECT json_group_array(json(l.pictures)) FROM learnt_from l WHERE l.model_id = m.id)
     FROM model m`,
  );
  return learners.flatMap(({ runs, inUse, ...learner }): Learnt[] => {
    const recorded = JSON.parse(runs ?? '[]') as IdRanges[];
    if (recorded.length === 0)
      return learner.atMs >= firstSeenMs ? [{ ...learner, inUse: inUse === 1, pictures: null }] : [];
    const pictures = Math.max(...recorded.map((ranges) => countWithin(ids, ranges)));
    return pictures === 0 ? [] : [{ ...learner, inUse: inUse === 1, pictures }];
  });
}
