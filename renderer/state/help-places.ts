import type { Page } from './route.svelte.ts';

/** The chapter that belongs to a screen; the points of the supervisor's guide are its screens, in order. */
const chapters: Readonly<Record<Page, string>> = {
  ...{ today: 'routine', cameras: 'supervisor/step-1', learn: 'supervisor/step-2', teach: 'supervisor/step-3' },
  ...{ threshold: 'supervisor/step-4', review: 'supervisor/step-5', roi: 'supervisor/step-6', settings: 'it' },
  ...{ practice: 'operator', help: '' },
};

/** Tabs that have a better chapter than their page. */
const tabs: Readonly<Record<string, string>> = {
  'cameras/quality': 'photo',
  'review/audit': 'routine',
  'review/golden': 'routine',
  'today/sheets': 'routine',
};

/** The address after `#/` of the help for a place in the window. */
export function helpFor(page: Page, detail: readonly string[]): string {
  const tab = detail.map((name) => tabs[`${page}/${name}`]).find((chapter) => chapter !== undefined);
  return `help/${tab ?? chapters[page]}`.replace(/\/$/, '');
}
