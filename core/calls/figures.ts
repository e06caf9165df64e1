import type { Core } from '../core.ts';
import type { Figures } from '../figures.ts';
import { figurePictures } from '../store/figure-pictures.ts';
import type { Implementer } from './base.ts';

/** Figures of a period by line, camera, lot, shift, day and kind of defect. */
export function figureCalls(os: Implementer, { store }: Core, figures: Figures) {
  return {
    figures: {
      get: os.figures.get.handler(({ input }) => figures.view(input)),
      pictures: os.figures.pictures.handler(({ input: { filter, ...page } }) =>
        figurePictures(store.read, filter, page),
      ),
      export: os.figures.export.handler(async ({ input: { locale, ...query } }) => ({
        file: await figures.write(query, locale),
      })),
    },
  };
}
