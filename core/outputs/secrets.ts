import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeOwnWhole } from '#core/disk/whole-file.ts';
import type { TypedSecrets } from '#core/contract/output-calls.ts';

/*
 * Passwords and keys of outputs: in a file of their own that only this account reads, and in no database, backup, export, log or answer.
 */

const Stored = v.record(v.string(), v.record(v.string(), v.string()));

export interface OutputSecrets {
  /** @param key the output's own, not its number */
  readonly of: (key: string) => Readonly<TypedSecrets>;
  /** Keeps what was typed beside what is there, or alone; what is empty was not typed. */
  readonly keep: (key: string, typed: TypedSecrets, beside: boolean) => void;
  readonly forget: (key: string) => void;
}

const withoutEmpty = (typed: TypedSecrets): TypedSecrets =>
  Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== ''));

export function createSecrets(dataDir: string): OutputSecrets {
  const file = join(dataDir, 'secrets', 'outputs.json');

  const read = (): Record<string, TypedSecrets> => {
    if (!existsSync(file)) return {};
    try {
      return v.parse(Stored, JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      // A damaged file holds no secret any more: each output says that it needs its own.
      return {};
    }
  };

  const write = (all: Readonly<Record<string, TypedSecrets>>): void => writeOwnWhole(file, `${JSON.stringify(all)}\n`);

  return {
    of: (key) => read()[key] ?? {},
    keep(key, typed, beside) {
      const all = read();
      write({ ...all, [key]: { ...(beside ? all[key] : {}), ...withoutEmpty(typed) } });
    },
    forget(key) {
      const { [key]: gone, ...others } = read();
      if (gone !== undefined) write(others);
    },
  };
}
