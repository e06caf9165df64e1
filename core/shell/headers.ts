import type { Picture } from '../app-types.ts';
import type { RendererFile } from './renderer-files.ts';

/**
 * What the window's page may do: run its own files, show its own pictures, talk to its own core. Nothing inline, nothing
 * from elsewhere, no plugins, no frames, no forms.
 *
 * @param core where the page's calls go, beside its own origin (the WebSocket's address in the browser host)
 */
export function contentSecurityPolicy(core?: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${core ? ` ${core}` : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

/** On every answer, whatever it is. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()',
};

/** A page's own file. `no-cache` on what is not named by its content, so that an update shows at the next reload. */
export function fileHeaders(file: RendererFile): Record<string, string> {
  return {
    ...commonHeaders,
    'content-type': file.mime,
    'cache-control': file.immutable ? 'private, max-age=31536000, immutable' : 'no-cache',
  };
}

const rasterTypes: ReadonlySet<string> = new Set(['image/webp', 'image/png', 'image/jpeg']);

/**
 * A picture or an export. Only raster pictures are ever shown in place; everything else (report.html!) is handed over as a
 * download, and a policy without any right makes it inert even if a browser showed it.
 */
export function pictureHeaders(picture: Picture): Record<string, string> {
  const inPlace = rasterTypes.has(picture.mime) && picture.download === undefined;
  return {
    ...commonHeaders,
    'content-security-policy': "default-src 'none'; sandbox",
    'content-type': picture.mime,
    'cache-control': picture.cache === 'immutable' ? 'private, max-age=31536000, immutable' : 'no-store',
    // Numbers mean other pictures in another start with another data folder; each start has a cookie of its own.
    vary: 'Cookie',
    ...(inPlace ? {} : { 'content-disposition': attachment(picture.download ?? 'download') }),
  };
}

/** RFC 6266: a plain fallback and the real name in UTF-8. */
function attachment(name: string): string {
  const plain = name.replace(/[^\w.-]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
