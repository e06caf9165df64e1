import { say } from '../native/setup/say.mjs';

/**
 * Says what is wrong and ends the process with 1, or with 0 where nothing is. `process.exitCode` alone would not do: whatever loads
 * electron-builder has a hook of it (async-exit-hook) that ends the process with 0 once nothing is left to do.
 */
export function endWith(wrong: readonly string[]): never {
  for (const line of wrong) say(`✗ ${line}`);
  process.exit(wrong.length === 0 ? 0 : 1);
}
