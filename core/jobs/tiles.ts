import type { PretrainConfig } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { defectInPicture, tileCrops, typicalSize, type PictureSize } from '#core/domain/tile-crops.ts';

/**
 * The configuration with the crops that its smallest defect asks for in pictures whose inspected areas have these sizes (at least one); as it is where the
 * size of the smallest defect is not known. Throws `defect_too_small`, `defect_too_large`.
 */
export function withTiles(config: PretrainConfig, sizes: readonly PictureSize[]): PretrainConfig {
  const { smallestDefectPx, tilePx, augment } = config;
  if (smallestDefectPx === null) return config;
  const size = typicalSize(sizes);
  const { width, height } = size;
  const defect = defectInPicture(smallestDefectPx, size);
  switch (defect.seen) {
    case 'too_small':
      throw new AppError('defect_too_small', { px: smallestDefectPx, width, height, least: defect.leastPx });
    case 'too_large':
      throw new AppError('defect_too_large', { px: smallestDefectPx, width, height, most: defect.mostPx });
    case 'yes':
      return { ...config, augment: { ...augment, ...tileCrops(defect.px, tilePx) } };
  }
}
