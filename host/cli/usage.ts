import type { Command, CommanderError } from 'commander';
import { readWorkerPlace, type WorkerPlace } from '#core/domain/worker-place.ts';
import { UsageError } from '#core/shell/sentence.ts';
import type { Translate } from '#messages/translate.ts';

/** The part of commander's English message that names what was meant: `'--foo'` or `'--images <DIR>'`. */
function named(error: CommanderError): string {
  return /'([^']*)'/.exec(error.message)?.[1] ?? '';
}

/** What commander found wrong, as a sentence in the reader's language. */
export function asUsageError(error: CommanderError, command: string, translate: Translate): UsageError {
  const value = named(error);
  const option = value.split(' ', 1)[0] ?? value;
  switch (error.code) {
    case 'commander.unknownOption':
      return new UsageError(translate('cli.unknown_option', { value, command }));
    case 'commander.unknownCommand':
      return new UsageError(translate('cli.unknown_command', { value }));
    case 'commander.missingMandatoryOptionValue':
      return new UsageError(translate('cli.missing_option', { option, command }));
    case 'commander.optionMissingArgument':
      return new UsageError(translate('cli.missing_value', { option, command }));
    case 'commander.excessArguments':
      return new UsageError(translate('cli.excess_arguments', { command }));
    default:
      return new UsageError(translate('cli.no_command'));
  }
}

/** Help was asked for and shown: no error. */
export function isHelp(error: CommanderError): boolean {
  return error.exitCode === 0;
}

/** Help and usage in the reader's language; commander's own error texts are not shown, see {@link asUsageError}. */
export function speak(program: Command, translate: Translate): void {
  const titles: Readonly<Record<string, string>> = {
    'Options:': translate('cli.options'),
    'Commands:': translate('cli.commands'),
    'Usage:': translate('cli.usage', { usage: '' }).trim(),
  };
  program
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .configureHelp({
      styleTitle: (title) => titles[title] ?? title,
      optionDescription: ({ description, defaultValue, required }) =>
        required && defaultValue !== undefined
          ? `${description} (${translate('cli.default', { value: String(defaultValue) })})`
          : description,
    });
}

/** Reads a number option. */
export function numberBetween(
  min: number,
  max: number,
  option: string,
  translate: Translate,
): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() !== '' && number >= min && number <= max) return number;
    throw new UsageError(translate('cli.invalid_number', { option, min: String(min), max: String(max), value }));
  };
}

/** Reads "2/5", the second of five workers. */
export function workerPlace(translate: Translate): (value: string) => WorkerPlace {
  return (value) => {
    const place = readWorkerPlace(value);
    if (place !== null) return place;
    throw new UsageError(translate('cli.archive.no_worker', { value }));
  };
}
