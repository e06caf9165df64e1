import type { Reader } from './handle.ts';

/** Rows of each table, and the version of the schema. */
export function tableSizes(db: Reader): { readonly version: number; readonly rows: Readonly<Record<string, number>> } {
  const tables = db.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  );
  return {
    version: db.value<number>('PRAGMA user_version') ?? 0,
    rows: Object.fromEntries(tables.map(({ name }) => [name, db.value<number>(`SELECT count(*) FROM "${name}"`) ?? 0])),
  };
}

/** Names that people gave: of themselves, lines, cameras with their folders, and classes. */
export function knownNames(db: Reader): string[] {
  return db
    .all<{ name: string }>(
      `SELECT name FROM line UNION SELECT name FROM camera UNION SELECT folder FROM camera UNION SELECT name FROM class
       UNION SELECT who FROM audit UNION SELECT who FROM label UNION SELECT name FROM person UNION SELECT name FROM output
       UNION SELECT json_extract(value, '$') FROM setting WHERE key = 'person'`,
    )
    .flatMap(({ name }) => (name ? [name] : []));
}
