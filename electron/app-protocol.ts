import { protocol } from 'electron';
import type { App, Log } from '#core/app-types.ts';
import { toErrorData } from '#core/contract/errors.ts';
import { contentSecurityPolicy, fileHeaders, pictureHeaders } from '#core/shell/headers.ts';
import type { RendererFile } from '#core/shell/renderer-files.ts';
import { ownPath, SCHEME, WINDOW_SEAT } from './address.ts';

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
      const picture = await app.picture(path, { seat: WINDOW_SEAT });
      if (!picture) return new Response(null, { status: 404 });
      return new Response(Buffer.from(picture.bytes), { headers: pictureHeaders(picture) });
    } catch (error) {
      if (toErrorData(error).code === 'not_signed_in') return new Response(null, { status: 403 });
      log('error', 'answer_failed', { error });
      return new Response(null, { status: 500 });
    }
  });
}
