import type { KeptOutView, MeasureView, QualityView } from '#core/contract/quality-views.ts';
import { levelOf, qualityMeasures, type QualityReason } from '#core/domain/quality.ts';
import { Random } from '#core/domain/random.ts';
import type { FixturePictures } from './fixture-pictures.ts';

/** Camera 1 judges and drifts into darkness; any other has only begun. */
export function fixtureQuality(cameraId: number, count: number, nowMs: number): QualityView {
  if (cameraId !== 1)
    return {
      baseline: {
        ...{ version: 2, reason: '照明を交換', who: '佐藤', atMs: nowMs - 600_000 },
        ...{ pictures: 8, of: 200, needed: 12 },
      },
      ...{ pictures: [], measures: [], normalPicture: null },
      repeats: { by: null, found: 0, newest: [] },
    };
  const random = new Random(11);
  const pictures = Array.from({ length: 200 }, (_, at) => ({
    id: count - 199 + at,
    atMs: nowMs - (200 - at) * 7000,
  }));
  const now = { sharpness: 0.93, exposure: 0.78, clipping: 0.004, contrast: 1.04, framing: 0.012, size: null };
  const stepOf = (measure: MeasureView['measure'], at: number): number | null => {
    if (measure === 'size') return 0;
    const drift = measure === 'exposure' ? -Math.max(0, at - 120) / 70 : 0;
    const odd = measure === 'sharpness' && at % 67 === 60 ? -3.4 : 0;
    return measure === 'framing' || measure === 'clipping'
      ? 0.4 * random.uniform()
      : 0.35 * random.normal() + drift + odd;
  };
  const measures = qualityMeasures.map((measure): MeasureView => {
    const steps = measure === 'framing' ? pictures.map(() => null) : pictures.map((_, at) => stepOf(measure, at));
    const levels = steps.map((step) => levelOf(measure, step));
    const recent = levels.slice(-50);
    const off = steps.flatMap((step, at) => (levels[at] === 'ok' || step === null ? [] : [{ at, step }]));
    return {
      measure,
      coarse: measure === 'contrast',
      light: recent.includes('reject')
        ? 'reject'
        : recent.includes('warn')
          ? 'warn'
          : measure === 'framing'
            ? null
            : 'ok',
      off: recent.filter((level) => level === 'warn' || level === 'reject').length,
      judged: measure === 'framing' ? 0 : 50,
      now: measure === 'framing' ? null : now[measure],
      normal: measure === 'size' ? null : measure === 'clipping' ? 0.003 : measure === 'framing' ? 0 : 1,
      steps,
      worst: off
        .sort((a, b) => Math.abs(b.step) - Math.abs(a.step))
        .slice(0, 4)
        .flatMap(({ at }) => pictures[at]?.id ?? []),
    };
  });
  return {
    baseline: { version: 1, reason: '', who: '', atMs: nowMs - 5 * 86_400_000, pictures: 200, of: 200, needed: 0 },
    pictures,
    measures,
    normalPicture: count - 40,
    repeats: {
      by: 'embedding',
      found: 2,
      newest: [
        { id: count - 3, of: count - 9 },
        { id: count - 60, of: count - 71 },
      ],
    },
  };
}

export function fixtureKeptOut(
  words: ReadonlyMap<number, 'use' | 'reject' | 'judged'>,
  pictures: FixturePictures,
  nowMs: number,
): { rows: KeptOutView[]; total: number } {
  const judged = new Map<number, QualityReason[]>([
    [pictures.count - 6, ['blurred', 'too_dark']],
    [pictures.count - 72, ['washed_out']],
    [pictures.count - 140, ['shifted']],
  ]);
  const said = [...words].filter(([, says]) => says !== 'judged').map(([id]) => id);
  const ids = [...new Set([...judged.keys(), ...said])].sort((a, b) => b - a);
  const rows = ids.map((id) => {
    const says = words.get(id);
    return {
      ...{ id, fileName: pictures.fileName(id), takenAtMs: nowMs - (pictures.count - id) * 7000 },
      reasons: judged.get(id) ?? ['too_dark' as const],
      says: says === undefined || says === 'judged' ? null : says,
    };
  });
  return { rows, total: rows.filter(({ says }) => says !== 'use').length };
}
