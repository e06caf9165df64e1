import type Database from 'better-sqlite3';

/** What SQLite binds and returns: TEXT, INTEGER and REAL, BLOB, NULL. */
export type SqlValue = string | number | Uint8Array | null;
export type SqlParams = readonly SqlValue[];

/** Called with each statement that took longer than the store's limit: its text without values, and its time. */
export type SlowQueryLog = (sql: string, ms: number) => void;

/** Reads. A repository function that only reads takes this, and so cannot write. */
export interface Reader {
  /** The first row, or `undefined`. `Row` is what the statement selects: each caller states it beside the SQL. */
  one<Row>(sql: string, ...params: SqlParams): Row | undefined;
  all<Row>(sql: string, ...params: SqlParams): Row[];
  /** Rows one after the other, for results too large to hold as objects. The handle may not be used meanwhile. */
  iterate<Row>(sql: string, ...params: SqlParams): IterableIterator<Row>;
  /** The first column of the first row. */
  value<T extends SqlValue>(sql: string, ...params: SqlParams): T | undefined;
}

/** Reads and writes. There is one in the process; what it has returned from is on the disk. */
export interface Writer extends Reader {
  /** Runs one statement; `id` is the new row's. */
  run(sql: string, ...params: SqlParams): { readonly changes: number; readonly id: number };
  /** All or nothing; inside another transaction it joins that one. `work` must not be asynchronous. */
  transaction<T>(work: () => T): T;
  readonly writes: true;
}

const SLOW_MS = 100;

interface Prepared {
  readonly statement: Database.Statement<unknown[]>;
  readonly bind: (params: SqlParams) => readonly unknown[];
}

/** Wraps a connection: statements are prepared once by their text, and slow ones reported. */
export function createHandle(database: Database.Database, onSlow: SlowQueryLog): Writer {
  const statements = new Map<string, Prepared>();
  const prepare = (sql: string): Prepared => {
    let prepared = statements.get(sql);
    if (prepared === undefined) {
      const statement = database.prepare<unknown[]>(sql);
      // better-sqlite3 takes ?1, ?2 … for names, and names from an object.
      const bind = /\?\d/.test(sql)
        ? (params: SqlParams) => [Object.fromEntries(params.map((value, index) => [index + 1, value]))]
        : (params: SqlParams) => params;
      prepared = { statement, bind };
      statements.set(sql, prepared);
    }
    return prepared;
  };
  const timed = <T>(sql: string, work: (prepared: Prepared) => T): T => {
    const prepared = prepare(sql);
    const start = performance.now();
    const result = work(prepared);
    const ms = performance.now() - start;
    if (ms > SLOW_MS) onSlow(sql, Math.round(ms));
    return result;
  };
  return {
    writes: true,
    one: <Row>(sql: string, ...params: SqlParams) =>
      timed(sql, ({ statement, bind }) => statement.get(...bind(params)) as Row | undefined),
    all: <Row>(sql: string, ...params: SqlParams) =>
      timed(sql, ({ statement, bind }) => statement.all(...bind(params)) as Row[]),
    iterate: <Row>(sql: string, ...params: SqlParams) => {
      const { statement, bind } = prepare(sql);
      return statement.iterate(...bind(params)) as IterableIterator<Row>;
    },
    value: <T extends SqlValue>(sql: string, ...params: SqlParams) => {
      const row = timed(sql, ({ statement, bind }) => statement.get(...bind(params)) as Record<string, T> | undefined);
      return row === undefined ? undefined : Object.values(row)[0];
    },
    run: (sql, ...params) => {
      const result = timed(sql, ({ statement, bind }) => statement.run(...bind(params)));
      return { changes: result.changes, id: Number(result.lastInsertRowid) };
    },
    transaction: (work) => (database.inTransaction ? work() : database.transaction(work).immediate()),
  };
}
