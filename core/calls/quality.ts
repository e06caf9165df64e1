import type { Core } from '../core.ts';
import type { CameraId } from '../domain/ids.ts';
import type { QualityCards } from '../quality-card.ts';
import { qualityView } from '../review/quality-view.ts';
import * as quality from '../store/quality.ts';
import { knownCamera, knownImage, noteOf, type Implementer } from './base.ts';

/** A camera's picture quality: what is normal, what is off, what a person says of it. */
export function qualityCalls(os: Implementer, core: Core, cards: QualityCards) {
  const { store, person, now } = core;
  const known = (cameraId: number): CameraId => knownCamera(core, cameraId).id;
  const note = noteOf(core);

  return {
    quality: {
      get: os.quality.get.handler(({ input }) => qualityView(store.read, known(input.cameraId))),
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
          quality.sayQuality(store.write, { imageId, says: input.says, who: person(), atMs });
          note('quality.say', input);
        });
        core.changed();
        return { savedAtMs: atMs };
      }),
      learnAgain: os.quality.learnAgain.handler(({ input }) => {
        const cameraId = known(input.cameraId);
        store.write.transaction(() => {
          const { reason } = input;
          quality.beginBaseline(store.write, { cameraId, reason, who: person(), atMs: now() });
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
