import type { Locale } from '../contract/views.ts';

/** The language that the system names, or null where it names none (a server, a container: C, POSIX, unset). */
function named(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): Locale | null {
  const tag =
    env['LC_ALL'] ||
    env['LC_MESSAGES'] ||
    env['LANG'] ||
    (platform === 'linux' ? '' : Intl.DateTimeFormat().resolvedOptions().locale);
  if (tag === '' || /^(C|POSIX)\b/.test(tag)) return null;
  return tag.startsWith('ja') ? 'ja' : 'en';
}

/** Language of what is printed on a terminal: the system's; English where the system names none. */
export function terminalLocale(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): Locale {
  return named(env, platform) ?? 'en';
}

/** Language in which a new installation's window opens: the system's; Japanese, the app's first, where it names none. */
export function windowLocale(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): Locale {
  return named(env, platform) ?? 'ja';
}
