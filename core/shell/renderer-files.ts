import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { AppError } from '../contract/errors.ts';

export interface RendererFile {
  readonly bytes: Uint8Array;
  readonly mime: string;
  /** Its name holds a hash of its content. */
  readonly immutable: boolean;
}

const mimeTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/**
 * Reads the built window (some hundred kB) into a table from address to bytes. What is not in the table cannot be asked for:
 * no address ever becomes a path. `/` is index.html; types that the window does not need are left out.
 *
 * @throws AppError `folder_missing` when the window has not been built.
 */
export async function readRendererFiles(dir: string): Promise<ReadonlyMap<string, RendererFile>> {
  const table = new Map<string, RendererFile>();
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new AppError('folder_missing', { path: dir }, { cause });
  });
  for (const entry of entries) {
    const mime = mimeTypes[extname(entry.name)];
    if (!entry.isFile() || !mime) continue;
    const path = join(entry.parentPath, entry.name);
    const address = path.slice(dir.length).replaceAll('\\', '/').replace(/^\/?/, '/');
    table.set(address, { bytes: await readFile(path), mime, immutable: address.startsWith('/assets/') });
  }
  const index = table.get('/index.html');
  if (!index) throw new AppError('folder_missing', { path: join(dir, 'index.html') });
  table.set('/', index);
  return table;
}
