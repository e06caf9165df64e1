import type { Component } from 'svelte';
import type { AppState } from '#core/contract/views.ts';
import DoubtsTab from './doubts/DoubtsTab.svelte';
import GroupsTab from './groups/GroupsTab.svelte';
import AgreementTab from './agreement/AgreementTab.svelte';
import BookTab from './book/BookTab.svelte';
import LabelTab from './LabelTab.svelte';
import ModelsTab from './models/ModelsTab.svelte';
import TeachResult from './TeachResult.svelte';

/** What each tab of the Teach page is given. */
export interface TeachTabProps {
  readonly app: AppState;
}

/** Tabs of the Teach page in their order, by the name in the address; titles are `teach.view.<name>`. */
export const teachTabs = {
  label: LabelTab,
  groups: GroupsTab,
  doubts: DoubtsTab,
  result: TeachResult,
  models: ModelsTab,
  book: BookTab,
  agreement: AgreementTab,
} satisfies Readonly<Record<string, Component<TeachTabProps>>>;

export type TeachTab = keyof typeof teachTabs;

export const teachTabNames = Object.keys(teachTabs) as readonly TeachTab[];
