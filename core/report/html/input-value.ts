import { type RoiInputName, roiInputUnits } from '#core/domain/roi.ts';
import type { Format } from './format.ts';

/** A value of an input in its unit. */
export function inputValue(name: RoiInputName, value: number, format: Format): string {
  switch (roiInputUnits[name]) {
    case 'share':
      return format.percent(value, 2);
    case 'yen':
      return format.yen(value);
    case 'seconds':
      return format.translate('report.seconds', { seconds: value });
    case 'hours':
      return format.translate('report.hours', { hours: value });
    case 'years':
      return format.translate('report.years', { years: value });
    case 'parts':
    case 'shifts':
      return format.number(value);
  }
}

/** A volume at which it pays back; words where more parts do not help. */
export function volume(parts: number | null, format: Format): string {
  return parts === null ? format.translate('report.roi.no_volume') : format.number(parts);
}
