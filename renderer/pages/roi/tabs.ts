import type { Component } from 'svelte';
import type { AppState } from '#core/contract/views.ts';
import EffectTab from './EffectTab.svelte';
import PlanTab from './plan/PlanTab.svelte';

/** What each tab of the ROI page is given. */
export interface RoiTabProps {
  readonly app: AppState;
}

/** Tabs of the ROI page in their order, by the name in the address; titles are `roi.view.<name>`. */
export const roiTabs = {
  effect: EffectTab,
  plan: PlanTab,
} satisfies Readonly<Record<string, Component<RoiTabProps>>>;

export const roiTabNames = Object.keys(roiTabs) as readonly (keyof typeof roiTabs)[];
