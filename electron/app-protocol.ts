import { protocol } from 'electron';
import type { App, Log } from '#core/app-types.ts';
import { toErrorData } from '#core/contract/errors.ts';
import type { Locale } from '#core/contract/views.ts';
import { commonHeaders, contentSecurityPolicy, fileHeaders, pictureHeaders } from '#core/shell/headers.ts';
import type { RendererFile } from '#core/shell/renderer-files.ts';
import { ownPath, pagePaths, SCHEME, WINDOW_SEAT } from './address.ts';
import { STYLE_PATH, troubleHeaders, troublePage, troubleStyle, type Trouble } from './trouble-page.ts';

/** What is there to be shown at the moment. */
export interface Site {
  readonly files: ReadonlyMap<string, RendererFile>;
  readonly app: () => App | null;
  readonly trouble: () => Trouble | null;
  readonly locale: () => Locale;
}

/** Before `ready`: gives app:// an origin, storage and fetch like https:// has. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

const nothing = (status: number): Response => new Response(null, { status, headers: commonHeaders });

function troubleAnswer(path: string, { trouble, locale }: Site): Response | null {
  if (path === STYLE_PATH) {
    const headers = { ...commonHeaders, 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-store' };
    return new Response(troubleStyle, { headers });
  }
  const told = trouble();
  if (path !== pagePaths.trouble || told === null) return null;
  return new Response(troublePage(told, locale()), { headers: troubleHeaders });
}

/** Answers app://minarai/… from the table of the window's files and from the core; nothing else, and nothing as a path. */
export function serveScheme(site: Site, log: Log): void {
  protocol.handle(SCHEME, async ({ url, method }) => {
    const path = ownPath(url);
    if (path === null || method !== 'GET') return nothing(404);
    const file = site.files.get(path);
    if (file) {
      const headers = { ...fileHeaders(file), 'content-security-policy': contentSecurityPolicy() };
      return new Response(Buffer.from(file.bytes), { headers });
    }
    const told = troubleAnswer(path, site);
    if (told) return told;
    try {
      const picture = await site.app()?.picture(path, { seat: WINDOW_SEAT });
      if (!picture) return nothing(404);
      return new Response(Buffer.from(picture.bytes), { headers: pictureHeaders(picture) });
    } catch (error) {
      if (toErrorData(error).code === 'not_signed_in') return nothing(403);
      log('error', 'answer_failed', { error });
      return nothing(500);
    }
  });
}
