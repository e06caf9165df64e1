import type { ErrorCode, ErrorParams } from '#core/contract/errors.ts';
import type { Locale } from '#core/contract/views.ts';
import { commonHeaders } from '#core/shell/headers.ts';
import { explain } from '#core/shell/sentence.ts';
import { createTranslator } from '#messages/translate.ts';
import { pagePaths } from './address.ts';

/** What a person can do about it; the links of the page, which navigate nowhere. */
export const troubleActions = ['again', 'folder', 'log', 'quit'] as const;
export type TroubleAction = (typeof troubleActions)[number];

/** Why the app cannot be shown. */
export interface Trouble {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  /** What this kind of trouble leaves to do, the first one first. */
  readonly actions: readonly TroubleAction[];
  /** Where the log lies that support will want. */
  readonly logFile: string;
}

const ACTION_PATH = '/do/';
export const STYLE_PATH = `${pagePaths.trouble}.css`;

/** The action that an address of ours stands for, else null. */
export function actionAt(path: string | null): TroubleAction | null {
  return troubleActions.find((action) => path === `${ACTION_PATH}${action}`) ?? null;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replace(/[&<>"]/g, (letter) => escapes[letter] ?? letter);

/** The page in the person's language. Without a script: it must show when preload, port and core are what is broken. */
export function troublePage({ code, params, actions, logFile }: Trouble, locale: Locale): string {
  const t = createTranslator(locale);
  const links = actions.map((action, index) => {
    const kind = index === 0 ? ' class="first"' : '';
    return `<a href="${ACTION_PATH}${action}"${kind}>${escape(t(`trouble.${action}`))}</a>`;
  });
  return `<!doctype html>
<html lang="${locale}">
<meta charset="utf-8">
<title>${escape(t('trouble.title'))}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
<main>
<p class="sign" aria-hidden="true">×</p>
<h1>${escape(t('trouble.title'))}</h1>
<p>${escape(explain(code, params, locale))}</p>
<p class="safe">${escape(t('trouble.safe'))}</p>
<nav>${links.join('\n')}</nav>
<p class="small">${escape(t('trouble.log_at', { file: logFile }))}</p>
</main>
</html>
`;
}

/** Nothing but its own style. */
export const troubleHeaders: Readonly<Record<string, string>> = {
  ...commonHeaders,
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

export const troubleStyle = `
:root { color-scheme: light dark; font: 18px/1.7 'Yu Gothic UI', 'Hiragino Sans', 'Noto Sans CJK JP', 'Noto Sans JP', system-ui, sans-serif; }
body { margin: 0; background: light-dark(#f1f2ef, #14181b); color: light-dark(#1a2024, #eef1f0); }
main { box-sizing: border-box; max-width: 46rem; min-height: 100vh; margin: auto; padding: 3rem 2rem; display: flex; flex-direction: column; justify-content: center; gap: 1rem; }
h1, p { margin: 0; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; }
.sign { width: 4rem; height: 4rem; border: 4px solid currentColor; border-radius: 50%; font: 700 3rem/3.8rem sans-serif; text-align: center; color: light-dark(#a13a00, #ff9d66); }
.safe { padding: .6rem 1rem; border-inline-start: 6px solid #009e73; background: light-dark(#fff, #1c2226); }
nav { display: flex; flex-wrap: wrap; gap: 1rem; margin-block: 1rem; }
a { display: inline-flex; align-items: center; min-height: 60px; padding: 0 1.5rem; border: 2px solid light-dark(#1d4e89, #8dbbf2); border-radius: 8px; color: light-dark(#1d4e89, #8dbbf2); font-weight: 700; text-decoration: none; }
a.first { background: light-dark(#1d4e89, #8dbbf2); color: light-dark(#fff, #10202f); }
a:focus-visible { outline: 4px solid #e69f00; outline-offset: 3px; }
.small { font-size: .85rem; opacity: .8; }
`;
