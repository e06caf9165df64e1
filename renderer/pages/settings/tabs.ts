export const settingsTabs = ['general', 'outputs', 'rights', 'retention'] as const;
export type SettingsTab = (typeof settingsTabs)[number];

/** The tab by the part of the address after `settings`. */
export const settingsTab = (name: string | undefined): SettingsTab =>
  settingsTabs.find((tab) => tab === name) ?? 'general';
