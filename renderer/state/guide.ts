import { defectLabelsToTeach, goodLabelsToTeach, picturesToPretrain } from '#core/domain/gates.ts';
import type { AppState } from '#core/contract/views.ts';
import type { Page } from './route.svelte.ts';

/** What a step needs before it is worth its time; shown as "n more". */
export const needs = { pictures: picturesToPretrain, good: goodLabelsToTeach, defects: defectLabelsToTeach } as const;

export const steps = ['camera', 'pictures', 'pretrain', 'label', 'teach', 'threshold', 'review', 'roi'] as const;
export type Step = (typeof steps)[number];

export interface GuideStep {
  readonly step: Step;
  readonly page: Page;
  readonly done: boolean;
  /** How far the gate is, where it counts something. */
  readonly have: number | null;
  readonly need: number | null;
}

/** The guided pilot: each step with its gate, from the counts alone. */
export function guideOf(app: AppState): GuideStep[] {
  const { counts } = app;
  const counted = (step: Step, page: Page, have: number, need: number, done = have >= need): GuideStep => ({
    step,
    page,
    have: Math.min(have, need),
    need,
    done,
  });
  const plain = (step: Step, page: Page, done: boolean): GuideStep => ({ step, page, done, have: null, need: null });
  const pretrained = app.checkpoint !== null;
  const judged = Math.min(counts.labelledGood, needs.good) + Math.min(counts.labelledDefect, needs.defects);
  return [
    plain('camera', 'cameras', app.cameras.length > 0),
    counted('pictures', 'cameras', counts.images, needs.pictures, pretrained || counts.images >= needs.pictures),
    plain('pretrain', 'learn', pretrained),
    counted(
      'label',
      'teach',
      judged,
      needs.good + needs.defects,
      app.model !== null || judged >= needs.good + needs.defects,
    ),
    plain('teach', 'teach', app.model !== null),
    plain('threshold', 'threshold', app.threshold !== null),
    plain('review', 'review', app.threshold !== null && counts.reviewed > 0 && counts.toReview === 0),
    plain('roi', 'roi', false),
  ];
}
