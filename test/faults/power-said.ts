/** What a session whose power is cut had acknowledged, and what it was about. */
export type Said =
  /** A row is on the disk, as JSON. */
  | { readonly kind: 'row'; readonly table: string; readonly id: number; readonly row: string }
  /** A backup is to take the database's place; does so at the next opening; has done so. */
  | { readonly kind: 'restoring' | 'waiting' | 'restored' }
  /** The nth content of a file. */
  | { readonly kind: 'file'; readonly n: number };

/** With the name of the snapshot of the log's index that was taken at that moment. */
export type Heard = Said & { readonly index: string | null };
