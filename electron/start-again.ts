import { app } from 'electron';

/**
 * Ends this process at once and starts the app anew. An AppImage and a portable program run from a folder that goes with them:
 * they are started by the file that the person keeps.
 */
export function startAgain(env: Readonly<Record<string, string | undefined>> = process.env): void {
  const kept = env['APPIMAGE'] ?? env['PORTABLE_EXECUTABLE_FILE'];
  app.relaunch(kept ? { execPath: kept } : {});
  app.exit(0);
}
