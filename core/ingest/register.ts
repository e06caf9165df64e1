import { basename } from 'node:path';
import type { CameraId, ImageId } from '#core/domain/ids.ts';
import {
  judgeQuality,
  picturesForBaseline,
  qualityBaseline,
  type PictureMeasures,
  type QualityBaseline,
} from '#core/domain/quality.ts';
import type { ErrorData } from '#core/contract/errors.ts';
import type { Writer } from '#core/store/handle.ts';
import { admitPicture, firstMeasures, type FileFacts, type QualityRow } from '#core/store/images.ts';
import { quarantineFile } from '#core/store/quarantine.ts';
import type { DecodeReply } from './decode-protocol.ts';

/** A file that is done with: to be admitted or to be put on the list of broken ones. */
export type Outcome = { readonly cameraId: CameraId; readonly path: string } & (
  | { readonly kind: 'decoded'; readonly reply: Extract<DecodeReply, { ok: true }> }
  | { readonly kind: 'broken'; readonly facts: FileFacts; readonly error: ErrorData }
);

export interface Registered {
  /** Pictures that were not there before. */
  readonly admitted: readonly ImageId[];
  /** Tries so far by path, 0 for what was admitted. */
  readonly tries: ReadonlyMap<string, number>;
}

/** A camera's first pictures say what is normal for it; the baseline then stays, so that a slow drift is seen as one. */
const BASELINE_PICTURES = 200;
const baselineRenewedAt: ReadonlySet<number> = new Set([picturesForBaseline, 40, 80, 160, BASELINE_PICTURES]);

interface Normal {
  readonly measures: PictureMeasures[];
  baseline: QualityBaseline | null;
}

/** Writes outcomes to the store, many in one transaction, judging each picture's quality by its camera's baseline. */
export class Registrar {
  readonly #db: Writer;
  readonly #now: () => number;
  readonly #normals = new Map<CameraId, Normal>();

  constructor(db: Writer, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** What is normal for a camera is to be read anew from the store. */
  forget(cameraId: CameraId): void {
    this.#normals.delete(cameraId);
  }

  #normal(cameraId: CameraId): Normal {
    let normal = this.#normals.get(cameraId);
    if (normal === undefined) {
      const measures = firstMeasures(this.#db, cameraId, BASELINE_PICTURES);
      normal = { measures, baseline: qualityBaseline(measures) };
      this.#normals.set(cameraId, normal);
    }
    return normal;
  }

  #judge(cameraId: CameraId, measures: PictureMeasures): QualityRow {
    const { baseline } = this.#normal(cameraId);
    const { level, reasons } = judgeQuality(measures, baseline);
    // Without a baseline "ok" would be a promise; only what no camera should deliver is named.
    return { ...measures, verdict: baseline === null && level === 'ok' ? null : level, reasons };
  }

  #learn(cameraId: CameraId, measures: PictureMeasures): void {
    const normal = this.#normal(cameraId);
    if (normal.measures.length >= BASELINE_PICTURES) return;
    normal.measures.push(measures);
    if (baselineRenewedAt.has(normal.measures.length)) normal.baseline = qualityBaseline(normal.measures);
  }

  #admit(outcome: Extract<Outcome, { kind: 'decoded' }>, atMs: number): ImageId[] {
    const { cameraId, path, reply } = outcome;
    const place = { cameraId, path, fileName: basename(path), ...reply.facts, sha256: reply.sha256, seenAtMs: atMs };
    const takenAtMs = reply.takenAtMs ?? Math.round(reply.facts.mtimeMs);
    return reply.pages.flatMap(({ measures, ...page }) => {
      const quality = this.#judge(cameraId, measures);
      const { imageId, outcome: how } = admitPicture(this.#db, { ...place, ...page, takenAtMs, quality });
      if (how !== 'new') return [];
      this.#learn(cameraId, measures);
      return [imageId];
    });
  }

  #quarantine(outcome: Extract<Outcome, { kind: 'broken' }>, atMs: number): number {
    const { cameraId, path, error, facts } = outcome;
    return quarantineFile(this.#db, { cameraId, path, fileName: basename(path), error, atMs, ...facts });
  }

  /** All or nothing; throws what SQLite throws (a full disk, say), and then nothing was written. */
  register(outcomes: readonly Outcome[]): Registered {
    const admitted: ImageId[] = [];
    const tries = new Map<string, number>();
    const atMs = this.#now();
    try {
      this.#db.transaction(() => {
        for (const outcome of outcomes) {
          const broken = outcome.kind === 'broken';
          tries.set(outcome.path, broken ? this.#quarantine(outcome, atMs) : 0);
          if (!broken) admitted.push(...this.#admit(outcome, atMs));
        }
      });
    } catch (error) {
      // What was learned of a picture that is not stored would count twice.
      this.#normals.clear();
      throw error;
    }
    return { admitted, tries };
  }
}
