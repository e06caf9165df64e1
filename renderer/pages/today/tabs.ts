/** Tabs of the Today page by the name in the address; titles are `today.view.<name>`. */
export const todayTabs = ['tasks', 'figures', 'sheets'] as const;

/** Pictures behind a figure belong to the figures. */
export const todayTab = (detail: string | undefined): (typeof todayTabs)[number] =>
  detail === 'sheets' ? 'sheets' : detail === 'figures' || detail === 'pictures' ? 'figures' : 'tasks';
