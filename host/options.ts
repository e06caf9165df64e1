import { parseArgs } from 'node:util';
import { isLocale, type Locale } from '#core/contract/locales.ts';
import { defaultDataDir } from '#core/shell/data-dir.ts';
import { terminalLocale, windowLocale } from '#core/shell/system-locale.ts';
import { createTranslator } from '#messages/translate.ts';
import { UsageError } from '#core/shell/sentence.ts';

export interface HostOptions {
  /** 0 = any free one. */
  readonly port: number;
  readonly dataDir: string;
  /** Language of what is printed here. */
  readonly terminal: Locale;
  /** Language of a new installation's window. */
  readonly window: Locale;
  /** Play the sample line when nothing is set up yet. */
  readonly sample: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/** `--lang ja|en`, wherever it stands; read before everything else, since errors are told in it. */
export function chosenLocale(args: readonly string[]): Locale | undefined {
  const at = args.findIndex((arg) => arg === '--lang' || arg.startsWith('--lang='));
  const value = args[at]?.split('=')[1] ?? args[at + 1];
  return at >= 0 && isLocale(value) ? value : undefined;
}

/** @throws UsageError with a sentence */
export function readHostOptions(args: readonly string[], env: Env = process.env): HostOptions {
  const chosen = chosenLocale(args);
  const terminal = chosen ?? terminalLocale(env);
  const translate = createTranslator(terminal);
  const parsed = parse(args, (value) => translate('host.unknown_argument', { value }));

  const portText = parsed.port ?? env['MINARAI_PORT'] ?? '0';
  const port = Number(portText);
  if (!/^\d+$/.test(portText) || port > 65_535) {
    throw new UsageError(
      translate('cli.invalid_number', { option: '--port', min: '0', max: '65535', value: portText }),
    );
  }
  if (parsed.lang !== undefined && !chosen) {
    throw new UsageError(translate('cli.invalid_language', { value: parsed.lang }));
  }
  return {
    port,
    dataDir: parsed.data ?? defaultDataDir(env),
    terminal,
    window: chosen ?? windowLocale(env),
    sample: !parsed['no-sample'],
  };
}

interface Parsed {
  port?: string;
  data?: string;
  lang?: string;
  'no-sample'?: boolean;
}

function parse(args: readonly string[], unknown: (value: string) => string): Parsed {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        data: { type: 'string' },
        lang: { type: 'string' },
        'no-sample': { type: 'boolean' },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(unknown(args.join(' ')), { cause });
  }
}
