import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where this person's pilots live: `MINARAI_DATA`, else the system's place for data that stays on this computer
 * (`%LOCALAPPDATA%\Minarai`, `~/Library/Application Support/Minarai`, `$XDG_DATA_HOME/minarai`). Never a roaming folder: the
 * database must not be on a network drive.
 */
export function defaultDataDir(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (env['MINARAI_DATA']) return env['MINARAI_DATA'];
  if (platform === 'win32') return join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'Minarai');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Minarai');
  return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'minarai');
}
