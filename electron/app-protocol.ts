import { protocol } from 'electron';
import type { App, Log } from '#core/app-types.ts';
import { contentSecurityPolicy, fileHeaders, pictureHeaders } from '#core/shell/headers.ts';
import type { RendererFile } from '#core/shell/renderer-files.ts';
import { ownPath, SCHEME } from './address.ts';

/** Before `ready`: gives app:// an origin, storage and fetch like https:// has. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Answers app://minarai/… from the table of the window's files and from the core; nothing else, and nothing as a path. */
export function serveScheme(app: App, files: ReadonlyMap<string, RendererFile>, log: Log): void {
  protocol.handle(SCHEME, async ({ url, method }) => {
    const path = ownPath(url);
    if (path === null || method !== 'GET') return new Response(null, { status: 404 });
    const file = files.get(path);
    if (file) {
      const headers = { ...fileHeaders(file), 'content-security-policy': contentSecurityPolicy() };
      return new Response(Buffer.from(file.bytes), { headers });
    }
    try {
      const picture = await app.picture(path);
      if (!picture) return new Response(null, { status: 404 });
      return new Response(Buffer.from(picture.bytes), { headers: pictureHeaders(picture) });
    } catch (error) {
      log('error', 'answer_failed', { error });
      return new Response(null, { status: 500 });
    }
  });
}
