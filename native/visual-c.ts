import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Whether a library of this app did not load on Windows for want of Microsoft's C++ runtime, which many PCs have and Windows does
 * not bring. Windows says only that "the specified module could not be found", not which.
 *
 * @param binding the file that was to be loaded; the runtime may lie beside it
 */
export function lacksVisualC(
  failure: unknown,
  binding: string,
  { platform, env }: Pick<NodeJS.Process, 'platform' | 'env'> = process,
): boolean {
  const notLoaded = failure instanceof Error && 'code' in failure && failure.code === 'ERR_DLOPEN_FAILED';
  if (platform !== 'win32' || !notLoaded) return false;
  const folders = [dirname(binding), join(env['SystemRoot'] ?? 'C:\\Windows', 'System32')];
  return !folders.some((folder) => existsSync(join(folder, 'msvcp140.dll')));
}
