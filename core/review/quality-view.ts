import type { QualityView } from '#core/contract/quality-views.ts';
import type { CameraId } from '#core/domain/ids.ts';
import { BASELINE_PICTURES, picturesForBaseline } from '#core/domain/quality-baseline.ts';
import { mostNormal, summariseQuality } from '#core/domain/quality-summary.ts';
import type { Reader } from '#core/store/handle.ts';
import * as quality from '#core/store/quality.ts';

/** Pictures whose measures the page draws. */
const SHOWN = 200;
const REPEATS_SHOWN = 4;

/** A camera's newest pictures against what is normal for it, measure by measure, since that was last learnt anew. */
export function qualityView(db: Reader, cameraId: CameraId): QualityView {
  const versions = quality.listBaselines(db, cameraId);
  const [newest] = versions;
  const learnt = newest === undefined ? null : quality.normalOf(db, newest.id);
  const pictures = newest === undefined ? [] : quality.recentQuality(db, cameraId, newest, SHOWN);
  const teaching = learnt?.baseline.pictures ?? pictures.length;
  const measures = learnt === null ? [] : summariseQuality(pictures, learnt.baseline);
  const normal = learnt === null ? null : mostNormal(pictures, learnt.baseline);
  const idAt = (at: number) => pictures[at]?.id ?? [];
  const repeats = quality.listRepeats(db, cameraId, pictures[0]?.id ?? Number.MAX_SAFE_INTEGER);
  const byEmbedding = quality.embeddingLimit(db, cameraId) !== null;
  const byHash = learnt?.baseline.repeatBits != null;
  return {
    baseline:
      newest === undefined
        ? null
        : {
            version: versions.length,
            ...{ reason: newest.reason, who: newest.who, atMs: newest.atMs },
            pictures: Math.min(teaching, BASELINE_PICTURES),
            of: BASELINE_PICTURES,
            needed: learnt === null ? Math.max(1, picturesForBaseline - pictures.length) : 0,
          },
    pictures: pictures.map(({ id, atMs }) => ({ id, atMs })),
    measures: measures.map((measure) => ({ ...measure, worst: measure.worst.flatMap(idAt) })),
    normalPicture: normal === null ? null : (pictures[normal]?.id ?? null),
    repeats: {
      by: byEmbedding ? 'embedding' : byHash ? 'hash' : null,
      found: repeats.length,
      newest: repeats.slice(0, REPEATS_SHOWN).map(({ imageId, ofImageId }) => ({ id: imageId, of: ofImageId })),
    },
  };
}
