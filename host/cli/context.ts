import { join } from 'node:path';
import type { Pilot, PilotMetrics, PilotOptions, PagePrinter, PilotRunOptions, MachineFact } from '#core/app-types.ts';
import type { archiveEmbed, archiveMerge } from '#core/archive-work.ts';
import type { EnginePort } from '#core/contract/transport.ts';
import type { Locale } from '#core/contract/views.ts';
import { explain } from '#core/shell/sentence.ts';
import { openLog } from '#core/shell/log-file.ts';
import { createTranslator } from '#messages/translate.ts';
import type { Translate } from '#messages/translate.ts';
import { createProgress } from './progress.ts';
import type { ProgressView, Terminal } from './progress.ts';

/** What the commands run on; the tests put a pilot of their own here. */
export interface PilotCore {
  readonly openPilot: (options: PilotOptions) => Promise<Pilot>;
  readonly runPilot: (options: PilotRunOptions) => Promise<PilotMetrics>;
  /** Throws `not_found`, `out_folder_not_empty`, `database_newer`, `database_broken`. */
  readonly restoreBackup: (file: string, dataDir: string) => void;
  /** A new PIN for the person, or for the only administrator. Throws `second_instance`, `not_found` (names). */
  readonly resetPin: (dataDir: string, name?: string) => Promise<{ readonly name: string; readonly pin: string }>;
  readonly inspectMachine: () => Promise<readonly MachineFact[]>;
  readonly archiveEmbed: typeof archiveEmbed;
  readonly archiveMerge: typeof archiveMerge;
  /** @param hear gets what the engine writes to stderr */
  readonly launchEngine: (hear: (text: string) => void) => EnginePort;
  readonly printer?: PagePrinter;
}

/** What every command has at hand. */
export interface CliContext {
  readonly core: PilotCore;
  readonly locale: Locale;
  readonly translate: Translate;
  readonly progress: ProgressView;
  /** A line of the result, on stdout. */
  readonly print: (line: string) => void;
  /** A line for the person who watches, on stderr. */
  readonly tell: (line: string) => void;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly version: string;
  readonly env: CliIo['env'];
  /** What a command that ran to its end makes the process end with. */
  readonly outcome: { exitCode: 0 | 1 };
}

export interface CliIo {
  readonly stdout: Pick<Terminal, 'write'>;
  readonly stderr: Terminal;
  readonly signal: AbortSignal;
  readonly version: string;
  /** Of the process: a cluster's tools tell a worker its place by it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function createContext(core: PilotCore, locale: Locale, io: CliIo): CliContext {
  const translate = createTranslator(locale);
  const progress = createProgress(io.stderr, translate);
  return {
    core,
    locale,
    translate,
    progress,
    print(line) {
      progress.end();
      io.stdout.write(`${line}\n`);
    },
    tell(line) {
      progress.end();
      io.stderr.write(`${line}\n`);
    },
    signal: io.signal,
    version: io.version,
    env: io.env,
    outcome: { exitCode: 0 },
  };
}

/** What the core wants of each command; `dataDir` says where the log goes. */
export function pilotOptions(context: CliContext, dataDir: string, rightsOwner?: string): PilotOptions {
  const { core, locale, progress, signal, version, tell, translate } = context;
  const log = openLog(dataDir);
  return {
    dataDir,
    locale,
    version,
    signal,
    // TensorFlow's own remarks are for whoever looks for a fault, not for the terminal.
    launchEngine: () => core.launchEngine((text) => log('info', 'engine_says', { text })),
    ...(core.printer && { printer: core.printer }),
    onUnwritten: (file, { code, params }) =>
      tell(translate('cli.unwritten', { file, why: explain(code, params, locale) })),
    ...(rightsOwner !== undefined && { rightsOwner }),
    onDeclared: (dataSets) => tell(translate('cli.right_declared', { folders: dataSets.join(', ') })),
    log,
    onProgress: (step) => progress.show(step),
  };
}

/** Where `run` keeps its pilot (design.md §7). */
export const pilotFolder = (outDir: string): string => join(outDir, 'pilot');
