import type { Component } from 'svelte';
import type { AppState } from '#core/contract/views.ts';
import AuditTab from './AuditTab.svelte';
import GoldenTab from './GoldenTab.svelte';
import FlaggedTab from './FlaggedTab.svelte';
import MissedDefect from './MissedDefect.svelte';

/** What each tab of the Review page is given. */
export interface ReviewTabProps {
  readonly app: AppState;
}

/** Tabs of the Review page in their order, by the name in the address; titles are `review.view.<name>`. */
export const reviewTabs = {
  flagged: FlaggedTab,
  audit: AuditTab,
  missed: MissedDefect,
  golden: GoldenTab,
} satisfies Readonly<Record<string, Component<ReviewTabProps>>>;

export type ReviewTab = keyof typeof reviewTabs;

export const reviewTabNames = Object.keys(reviewTabs) as readonly ReviewTab[];

/** What waits behind a tab; null: nothing that is counted. */
export function waitingBehind(tab: ReviewTab, { counts }: AppState): number | null {
  if (tab === 'flagged') return counts.toReview;
  return tab === 'audit' ? counts.toAudit : null;
}
