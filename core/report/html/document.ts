import type { Format } from './format.ts';
import { html, Markup } from './markup.ts';
import { style } from './style.ts';

/** What a document is made of beside what all of ours share. */
export interface DocumentParts {
  readonly title: string;
  /** Which program made it; left out: not said. */
  readonly generator?: string;
  /** CSS after the common one. */
  readonly ownStyle?: string;
  readonly body: Markup;
}

/** A self-contained HTML file: no script and no outside resource, which its own content policy holds it to as well. */
export function htmlDocument({ title, generator, ownStyle = '', body }: DocumentParts, format: Format): string {
  return html`<!doctype html>
    <html lang="${format.locale.slice(0, 2)}">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <meta name="viewport" content="width=device-width" />
        ${generator === undefined ? null : html`<meta name="generator" content="${generator}" />`}
        <title>${title}</title>
        <style>
          ${new Markup(style)} ${new Markup(ownStyle)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html>`.text;
}
