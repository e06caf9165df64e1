import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { locale, type AppState } from '#core/contract/views.ts';
import type { Reader, Writer } from './handle.ts';

export type Settings = AppState['settings'];

const schemas = {
  locale,
  autoScore: v.boolean(),
  autoTeach: v.boolean(),
} as const satisfies Readonly<Record<keyof Settings, v.GenericSchema>>;

/** The settings as stored, each replaced by its default where it was never set or no longer parses. */
export function getSettings(db: Reader, defaults: Settings): Settings {
  const stored = new Map(
    db.all<{ key: string; value: string }>('SELECT key, value FROM setting').map((row) => [row.key, row.value]),
  );
  const read = <K extends keyof Settings>(key: K): Settings[K] => {
    const text = stored.get(key);
    if (text === undefined) return defaults[key];
    const parsed = v.safeParse(schemas[key], JSON.parse(text));
    return parsed.success ? (parsed.output as Settings[K]) : defaults[key];
  };
  return {
    locale: read('locale'),
    autoScore: read('autoScore'),
    autoTeach: read('autoTeach'),
  };
}

/** The name of this data, made at its first opening; a copy of it has the same. */
export function storeId(db: Writer): string {
  db.run("INSERT OR IGNORE INTO setting (key, value) VALUES ('store.id', ?)", randomUUID());
  return db.value<string>("SELECT value FROM setting WHERE key = 'store.id'") ?? '';
}

/** Stores the settings that are given. */
export function setSettings(db: Writer, changes: { readonly [K in keyof Settings]?: Settings[K] | undefined }): void {
  db.transaction(() => {
    for (const [key, value] of Object.entries(changes)) {
      if (value === undefined) continue;
      db.run('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)', key, JSON.stringify(value));
    }
  });
}
