import { Command, CommanderError } from 'commander';
import { exitCodeOf, sentenceOf } from '#core/shell/sentence.ts';
import { terminalLocale } from '#core/shell/system-locale.ts';
import { chosenLocale } from '../options.ts';
import { addArchiveCommands } from './archive-commands.ts';
import { addCommands } from './commands.ts';
import { createContext } from './context.ts';
import type { CliIo, PilotCore } from './context.ts';
import { asUsageError, isHelp, speak } from './usage.ts';

/**
 * Runs one command line.
 *
 * @param args what follows `npm run pilot --`
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function runCli(args: readonly string[], core: PilotCore, io: CliIo): Promise<number> {
  const locale = chosenLocale(args) ?? terminalLocale();
  const context = createContext(core, locale, io);
  const { translate } = context;
  const program = new Command('pilot').description(translate('cli.description')).helpCommand(false);
  program.helpOption('-h, --help', translate('cli.option.help'));
  program.configureOutput({ writeOut: (text) => void io.stdout.write(text) });
  speak(program, translate);
  addCommands(program, context);
  addArchiveCommands(program, context);

  try {
    await program.parseAsync([...args], { from: 'user' });
    return context.outcome.exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError && isHelp(thrown)) return 0;
    const command = `pilot ${program.commands.find((known) => known.name() === args[0])?.name() ?? ''}`.trim();
    const error = thrown instanceof CommanderError ? asUsageError(thrown, command, translate) : thrown;
    context.tell(io.signal.aborted ? translate('cli.interrupted') : sentenceOf(error, locale));
    return io.signal.aborted ? 1 : exitCodeOf(error);
  }
}
