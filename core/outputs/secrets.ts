import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
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
  const folder = join(dataDir, 'secrets');
  const file = join(folder, 'outputs.json');

  const read = (): Record<string, TypedSecrets> => {
    if (!existsSync(file)) return {};
    try {
      return v.parse(Stored, JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      // A damaged file holds no secret any more: each output says that it needs its own.
      return {};
    }
  };

  const write = (all: Readonly<Record<string, TypedSecrets>>): void => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const beside = `${file}.tmp`;
    rmSync(beside, { force: true });
    const descriptor = openSync(beside, 'wx', 0o600);
    try {
      writeSync(descriptor, `${JSON.stringify(all)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, file);
  };

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
