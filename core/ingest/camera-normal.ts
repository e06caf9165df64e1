import type { CameraId, ImageId } from '#core/domain/ids.ts';
import type { Complex } from '#core/domain/fourier.ts';
import { hashDistance, REPEAT_WINDOW } from '#core/domain/near-duplicate.ts';
import { findShift, meanCopy, normalised, shiftsAmong, spectrumOf } from '#core/domain/phase-correlation.ts';
import { judgeQuality, type MeasuredPicture, type PictureMeasures } from '#core/domain/quality.ts';
import {
  BASELINE_PICTURES,
  picturesForBaseline,
  qualityBaseline,
  type QualityBaseline,
} from '#core/domain/quality-baseline.ts';
import type { Writer } from '#core/store/handle.ts';
import type { QualityRow } from '#core/store/images.ts';
import * as quality from '#core/store/quality.ts';

/** What a decoded page brings for its judgement. */
export interface ToJudge {
  readonly measures: PictureMeasures;
  readonly phash: string;
  readonly copy: Uint8Array;
}

const renewedAt: ReadonlySet<number> = new Set([picturesForBaseline, 40, 80, 160, BASELINE_PICTURES]);

/**
 * What is normal for one camera, as far as it is learnt. Its first pictures teach it, and they are judged anew whenever it has
 * learnt more, so that a bad one among them is found out, too. Used inside the registrar's transactions.
 */
export class CameraNormal {
  readonly #db: Writer;
  readonly #cameraId: CameraId;
  readonly baselineId: number;
  readonly #afterImageId: number;
  #baseline: QualityBaseline | null;
  #reference: Complex | null;
  readonly #teaching: quality.TeachingPicture[];
  readonly #recent: { readonly id: ImageId; readonly phash: string }[];

  /** Takes up the camera's newest baseline where it was left; a camera without one begins its first. */
  constructor(db: Writer, cameraId: CameraId, atMs: number) {
    const row =
      quality.newestBaseline(db, cameraId) ?? quality.beginBaseline(db, { cameraId, reason: '', who: '', atMs });
    const learnt = quality.normalOf(db, row.id);
    this.#db = db;
    this.#cameraId = cameraId;
    this.baselineId = row.id;
    this.#afterImageId = row.afterImageId;
    this.#baseline = learnt?.baseline ?? null;
    this.#reference = learnt?.reference == null ? null : spectrumOf(learnt.reference);
    this.#teaching = quality.teachingPictures(db, cameraId, BASELINE_PICTURES);
    this.#recent = quality.recentHashes(db, cameraId, REPEAT_WINDOW);
  }

  get #finished(): boolean {
    return this.#baseline !== null && this.#baseline.pictures >= BASELINE_PICTURES;
  }

  judge({ measures, copy }: ToJudge): QualityRow {
    const shift = this.#reference === null ? null : findShift(this.#reference, spectrumOf(copy));
    const picture = { ...measures, shift };
    const { level, reasons } = judgeQuality(picture, this.#baseline);
    // Without a baseline "ok" would be a promise; only what no camera should deliver is named.
    return { ...picture, verdict: this.#baseline === null && level === 'ok' ? null : level, reasons };
  }

  /** A picture that is new in the store: it may repeat an earlier one, and may teach. */
  admitted(id: ImageId, { phash, copy }: ToJudge, measures: MeasuredPicture, atMs: number): void {
    this.#noteRepeat(id, phash);
    if (this.#finished || id <= this.#afterImageId) return;
    quality.keepCopy(this.#db, id, copy);
    this.#teaching.push({ id, measures, phash, copy });
    if (renewedAt.has(this.#teaching.length)) this.#renew(atMs);
  }

  #noteRepeat(id: ImageId, phash: string): void {
    const limit = this.#baseline?.repeatBits ?? null;
    if (limit !== null) {
      const distances = this.#recent.map((other) => hashDistance(phash, other.phash));
      const least = Math.min(...distances);
      const nearest = this.#recent[distances.indexOf(least)];
      if (nearest !== undefined && least <= limit)
        quality.addRepeats(this.#db, [{ imageId: id, ofImageId: nearest.id, foundBy: 'hash' }]);
    }
    this.#recent.push({ id, phash });
    if (this.#recent.length > REPEAT_WINDOW) this.#recent.shift();
  }

  #renew(atMs: number): void {
    const copies = this.#teaching.map(({ copy }) => normalised(copy));
    const shifts = shiftsAmong(copies);
    const pictures = this.#teaching.map(({ measures }) => measures);
    const baseline = qualityBaseline(pictures, { shifts, phashes: this.#teaching.map(({ phash }) => phash) });
    if (baseline === null) return;
    const reference = baseline.framing === null ? null : meanCopy(copies);
    quality.saveNormal(this.#db, this.baselineId, { baseline, reference }, atMs);
    this.#baseline = baseline;
    this.#reference = reference && spectrumOf(reference);
    this.#teaching.forEach(({ id, measures }, at) => {
      const shift = baseline.framing === null ? null : (shifts[at] ?? null);
      quality.judgeAgain(this.#db, id, { ...judgeQuality({ ...measures, shift }, baseline), shift });
    });
    if (!this.#finished) return;
    quality.dropCopies(this.#db, this.#cameraId);
    this.#teaching.length = 0;
  }
}
