import { defectLabelsToTeach, goodLabelsToTeach, picturesToPretrain } from '#core/domain/gates.ts';
import type { PilotGate, PilotStep, PilotStepName } from '#core/domain/pilot-steps.ts';
import type { Words } from './words.svelte.ts';

/** What a step needs before it is worth its time; shown as "n more". */
export const needs = { pictures: picturesToPretrain, good: goodLabelsToTeach, defects: defectLabelsToTeach } as const;

const places: Readonly<Record<PilotStepName, string>> = {
  ...{ camera: 'cameras', pictures: 'cameras', pretrain: 'learn', plan: 'roi/plan', baseline: 'roi/plan/baseline' },
  ...{ label: 'teach/label', teach: 'teach/label', threshold: 'threshold', golden: 'review/golden' },
  ...{ review: 'review/flagged', audit: 'review/audit', money: 'roi/effect/inputs', evidence: 'teach/label' },
  report: 'roi/effect/export',
};

/** Where in the window a step is done: the address after `#/`. */
export function placeOfStep({ name, gates }: Pick<PilotStep, 'name' | 'gates'>): string {
  const [first] = gates;
  if (first?.code === 'escape_high') return 'threshold';
  if (first?.code === 'sign') return 'roi/effect/sign';
  if (first?.code === 'not_started' || first?.code === 'period') return 'roi/plan';
  return places[name];
}

/** What is missing, in words: "12 more pictures". */
export function gateText({ code, n, share }: PilotGate, words: Words): string {
  return words.t(`pilotgate.${code}`, { n, share: words.percent(share, share < 0.01 ? 1 : 0) });
}

/** All that is missing of a step, in one line. */
export function stepText({ gates }: Pick<PilotStep, 'gates'>, words: Words): string {
  return gates.map((gate) => gateText(gate, words)).join(' · ');
}
