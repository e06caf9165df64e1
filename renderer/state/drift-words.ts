import type { DriftAlarm } from '#core/contract/drift.ts';
import type { DriftMeasure } from '#core/domain/drift/measures.ts';
import type { Words } from './words.svelte.ts';

/**
 * A number of a measure as a person reads it: light and sharpness against what is normal, the others as they are. null: how unlike
 * pictures look has no unit.
 */
export function driftNumber(measure: DriftMeasure, value: number, normal: number, words: Words): string | null {
  switch (measure) {
    case 'brightness':
    case 'sharpness':
      return normal === 0 ? null : words.percent(value / normal);
    case 'colour':
    case 'framing':
      return words.percent(value, 1);
    case 'flags':
    case 'kinds':
      return words.percent(value, value < 0.1 ? 1 : 0);
    case 'scores':
      return words.number(value, 2);
    case 'look':
      return null;
  }
}

/** What a side of an alarm measured, where that is a number. */
export function alarmNumber({ measure, before }: DriftAlarm, value: number | null, words: Words): string | null {
  return value === null ? null : driftNumber(measure, value, before ?? 0, words);
}

/** Changes that stand for marks of a camera; of all cameras where the marks are for all. */
export const standsFor = (alarms: readonly DriftAlarm[] | undefined, cameraId: number | null): readonly DriftAlarm[] =>
  (alarms ?? []).filter((alarm) => cameraId === null || alarm.cameraId === cameraId);
