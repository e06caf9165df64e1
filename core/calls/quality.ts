import { AppError } from '../contract/errors.ts';
import type { QualityView } from '../contract/quality-views.ts';
import type { Core } from '../core.ts';
import type { CameraId } from '../domain/ids.ts';
import { BASELINE_PICTURES, picturesForBaseline } from '../domain/quality-baseline.ts';
import { mostNormal, summariseQuality } from '../domain/quality-summary.ts';
import type { QualityCards } from '../quality-card.ts';
import { addAudit } from '../store/audit.ts';
import { getCamera } from '../store/cameras.ts';
import * as quality from '../store/quality.ts';
import { type Implementer, knownImage } from './base.ts';

/** Pictures whose measures the page draws. */
const SHOWN = 200;
const REPEATS_SHOWN = 4;

/** A camera's picture quality: what is normal, what is off, what a person says of it. */
export function qualityCalls(os: Implementer, core: Core, cards: QualityCards) {
  const { store, settings, now } = core;
  const known = (cameraId: number): CameraId => {
    const camera = getCamera(store.read, cameraId as CameraId);
    if (camera === null) throw new AppError('not_found', { cameraId });
    return camera.id;
  };
  const note = (what: string, params: Record<string, string | number | boolean>): void =>
    addAudit(store.write, { who: settings().person, what, params, atMs: now() });

  const view = (cameraId: CameraId): QualityView => {
    const versions = quality.listBaselines(store.read, cameraId);
    const [newest] = versions;
    const learnt = newest === undefined ? null : quality.normalOf(store.read, newest.id);
    const pictures = quality
      .recentQuality(store.read, cameraId, SHOWN)
      .filter(({ id }) => id > (newest?.afterImageId ?? 0));
    const teaching = learnt?.baseline.pictures ?? pictures.length;
    const measures = learnt === null ? [] : summariseQuality(pictures, learnt.baseline);
    const normal = learnt === null ? null : mostNormal(pictures, learnt.baseline);
    const idAt = (at: number) => pictures[at]?.id ?? [];
    const repeats = quality.listRepeats(store.read, cameraId, pictures[0]?.id ?? Number.MAX_SAFE_INTEGER);
    const byEmbedding = quality.embeddingLimit(store.read, cameraId) !== null;
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
  };

  return {
    quality: {
      get: os.quality.get.handler(({ input }) => view(known(input.cameraId))),
      keptOut: os.quality.keptOut.handler(({ input }) => {
        const { rows, total } = quality.listKeptOut(store.read, known(input.cameraId), input.limit);
        return {
          total,
          rows: rows.map(({ imageId, reasons, ...row }) => ({ id: imageId, reasons: [...reasons], ...row })),
        };
      }),
      say: os.quality.say.handler(({ input }) => {
        const imageId = knownImage(core, input.imageId);
        const atMs = now();
        store.write.transaction(() => {
          quality.sayQuality(store.write, { imageId, says: input.says, who: settings().person, atMs });
          note('quality.say', input);
        });
        core.changed();
        return { savedAtMs: atMs };
      }),
      learnAgain: os.quality.learnAgain.handler(({ input }) => {
        const cameraId = known(input.cameraId);
        store.write.transaction(() => {
          const { reason } = input;
          quality.beginBaseline(store.write, { cameraId, reason, who: settings().person, atMs: now() });
          note('quality.learnAgain', { cameraId, reason });
        });
        core.changed();
        return {};
      }),
      card: os.quality.card.handler(async ({ input }) => {
        const cameraId = known(input.cameraId);
        const file = await cards.write(cameraId, input.locale);
        note('quality.card', { cameraId });
        return { file };
      }),
    },
  };
}
