import { isLocale } from '#core/contract/locales.ts';
import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Pilot } from '#core/app-types.ts';
import { AppError, toErrorData } from '#core/contract/errors.ts';
import { clusterFrom, type ServerPlace } from '#core/contract/tf-config.ts';
import { defaultDataDir } from '#core/shell/data-dir.ts';
import { UsageError } from '#core/shell/sentence.ts';
import type { Translate } from '#messages/translate.ts';
import { pilotFolder, pilotOptions } from './context.ts';
import type { CliContext } from './context.ts';
import { clusterLine } from '../cluster-line.ts';
import { doctorTable } from './doctor-table.ts';
import { resultLines } from './result.ts';
import { scoredSentence, scoringFigures } from './scoring.ts';
import { numberBetween, workerPlace } from './usage.ts';

const MINUTES = { max: 7 * 24 * 60, byDefault: 5 };
const MAX_SEED = 0xffffffff;
/** Some thousand pictures a shard of a million: minutes of work, and files that are good to handle. */
const SHARDS = 256;
const MOST_SHARDS = 65_536;
/** No camera takes wider pictures; what is too large for the pictures at hand is told when they are known. */
const MOST_DEFECT_PX = 65_535;

interface Flags {
  readonly images: string;
  readonly labels?: string;
  readonly out: string;
  readonly data: string;
  readonly file: string;
  readonly name?: string;
  readonly minutes: number;
  readonly seed: number;
  readonly startFrom?: string;
  readonly rightsOwner?: string;
  readonly lot: string;
  readonly originals?: boolean;
  readonly customersAgree?: boolean;
  readonly smallestDefectPx: number | null;
  readonly globalContrast?: boolean;
  readonly json?: boolean;
}

/** Adds every command to the program. Each action rejects with what failed; who called makes the sentence. */
export function addCommands(program: Command, context: CliContext): void {
  const { translate, print } = context;
  const { core } = context;

  command(program, context, 'doctor', '--json').action(async (flags: Flags) => {
    const facts = await core.inspectMachine();
    print(flags.json ? JSON.stringify({ facts }) : doctorTable(facts, translate));
    if (facts.some(({ status }) => status === 'missing')) context.outcome.exitCode = 1;
  });

  command(
    program,
    context,
    'run',
    '--images!',
    '--labels',
    '--out!',
    '--minutes',
    '--seed',
    '--start-from',
    '--smallest-defect-px',
    '--rights-owner',
    '--json',
  ).action(async (flags: Flags) => {
    const outDir = resolve(flags.out);
    await checkInputs(flags, translate);
    await checkStart(flags, translate);
    const { dataDir: _, ...options } = pilotOptions(context, pilotFolder(outDir), flags.rightsOwner);
    const metrics = await core.runPilot({
      ...options,
      imagesDir: resolve(flags.images),
      ...(flags.labels === undefined ? {} : { labelsFile: resolve(flags.labels) }),
      outDir,
      minutes: flags.minutes,
      seed: flags.seed,
      smallestDefectPx: flags.smallestDefectPx,
      ...startOf(flags),
    });
    const show = flags.json ? context.tell : print;
    for (const line of resultLines(metrics, translate)) show(line);
    show(translate('cli.done', { folder: outDir }));
    if (flags.json) print(JSON.stringify(metrics));
  });

  stage(program, context, 'ingest', ['--images!', '--labels'], async (pilot, flags) => {
    await checkInputs(flags, translate);
    const counts = await pilot.ingest(resolve(flags.images), flags.labels && resolve(flags.labels));
    return [translate('cli.stage.ingest', counts), counts];
  });
  stage(
    program,
    context,
    'pretrain',
    ['--minutes', '--seed', '--start-from', '--smallest-defect-px', '--global-contrast', '--rights-owner'],
    async (pilot, flags) => {
      const { minutes, seed, smallestDefectPx, globalContrast } = flags;
      await checkStart(flags, translate);
      await pilot.pretrain({
        minutes,
        seed,
        smallestDefectPx,
        ...startOf(flags),
        ...(globalContrast && { globalContrast }),
      });
      const follows = (clusterFrom(context.env)?.index ?? 0) > 0;
      return [translate(follows ? 'cli.stage.pretrain_followed' : 'cli.stage.pretrain'), {}];
    },
    () => clusterFrom(context.env),
  );
  stage(program, context, 'evaluate', ['--seed', '--rights-owner'], async (pilot, { seed }) => {
    await pilot.evaluate(seed);
    return [translate('cli.stage.evaluate'), {}];
  });
  stage(program, context, 'teach', ['--seed', '--rights-owner'], async (pilot, { seed }) => {
    await pilot.teach(seed);
    return [translate('cli.stage.teach'), {}];
  });
  stage(program, context, 'score', [], async (pilot) => {
    const speed = await pilot.score();
    return [scoredSentence(speed, translate), { scoring: speed && scoringFigures(speed) }];
  });
  stage(program, context, 'threshold', [], async (pilot) => {
    const marks = await pilot.threshold();
    if (marks === null) return [translate('cli.stage.no_threshold'), { review: null, reject: null }];
    const { review, reject } = marks;
    return [translate('cli.stage.threshold', { review: review.toFixed(3), reject: reject.toFixed(3) }), marks];
  });
  stage(program, context, 'robustness', ['--seed', '--rights-owner'], async (pilot, { seed }) => {
    const { lines, figures } = await pilot.robustness(seed);
    return [
      lines.length === 0 ? translate('cli.stage.robustness_no_marks') : lines.join('\n'),
      { robustness: figures },
    ];
  });
  stage(program, context, 'report', ['--out-report!'], async (pilot, flags) => {
    const outDir = resolve(flags.out);
    return [translate('cli.done', { folder: outDir }), await pilot.report(outDir)];
  });
  stage(program, context, 'export', ['--lot!', '--out-lot!', '--originals'], async (pilot, flags) => {
    const outDir = resolve(flags.out);
    const { lot, originals = false } = flags;
    const counts = await pilot.exportLot(lot, outDir, originals);
    return [translate('cli.stage.export', { lot, folder: outDir, ...counts }), { ...counts, folder: outDir }];
  });
  stage(program, context, 'copy-line', ['--out-line!', '--rights-owner'], async (pilot, flags) => {
    const folder = resolve(flags.out);
    const file = await pilot.copyLine(folder);
    return [translate('cli.stage.copy_line', { file, folder }), { file, folder }];
  });
  stage(program, context, 'start-from-line', ['--line!'], async (pilot, flags) => {
    await checkFile('--file', flags.file, translate);
    const taken = await pilot.startFromLine(resolve(flags.file));
    const said = { changed: taken.changed, encoder: taken.encoder ? 'yes' : 'no' };
    return [translate('cli.stage.start_from_line', said), taken];
  });
  stage(program, context, 'watch', ['--images!'], async (pilot, flags) => {
    const folder = resolve(flags.images);
    context.tell(translate('cli.stage.watch', { folder }));
    await pilot.watch(folder);
    return [translate('host.closed'), {}];
  });
  stage(program, context, 'backup', ['--file!'], async (pilot, flags) => {
    const file = resolve(flags.file);
    await pilot.backup(file);
    return [translate('cli.stage.backup', { file }), { file }];
  });
  stage(program, context, 'export-model', ['--file!', '--customers-agree'], async (pilot, { file, customersAgree }) => {
    const made = await pilot.exportModel(resolve(file), customersAgree ?? false);
    const difference = made.difference.toExponential(1);
    return [translate('cli.stage.export_model', { file, model: made.model, difference }), { file, ...made }];
  });
  stage(program, context, 'import-model', ['--model-file!'], async (pilot, { file }) => {
    const taken = await pilot.importModel(resolve(file));
    const use = taken.inUse ? 'yes' : 'no';
    return [translate('cli.stage.import_model', { from: taken.from, use }), { file, ...taken }];
  });
  command(program, context, 'restore', '--backup!', '--data', '--json').action((flags: Flags) => {
    const dataDir = resolve(flags.data);
    core.restoreBackup(resolve(flags.file), dataDir);
    const show = flags.json ? context.tell : print;
    show(translate('cli.stage.restore', { folder: dataDir }));
    if (flags.json) print(JSON.stringify({ dataDir }));
  });
  command(program, context, 'reset-pin', '--name', '--data', '--json').action(async (flags: Flags) => {
    const made = await core.resetPin(resolve(flags.data), flags.name).catch((thrown: unknown) => {
      const { code, params } = toErrorData(thrown);
      throw code === 'not_found'
        ? new UsageError(translate('cli.reset_pin_who', { names: params['names'] ?? '' }))
        : thrown;
    });
    if (flags.json) print(JSON.stringify(made));
    else print(translate('cli.stage.reset_pin', made));
  });
}

/** Before anything is made: a mistyped path must not leave a folder that the corrected command then finds in use. */
async function checkInputs({ images, labels }: Flags, translate: Translate): Promise<void> {
  const folder = resolve(images);
  await access(folder, constants.R_OK | constants.X_OK).catch((cause: unknown) => {
    throw new AppError(isAbsent(cause) ? 'folder_missing' : 'folder_not_readable', { path: folder }, { cause });
  });
  if (labels !== undefined) await checkFile('--labels', labels, translate);
}

async function checkStart({ startFrom }: Flags, translate: Translate): Promise<void> {
  if (startFrom !== undefined) await checkFile('--start-from', startFrom, translate);
}

/** @throws UsageError where a file that was named is not there */
export async function checkFile(option: string, file: string, translate: Translate): Promise<void> {
  const path = resolve(file);
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw new UsageError(translate('cli.no_file', { option, path }), { cause });
  });
}

function startOf({ startFrom }: Flags): { start?: string } {
  return startFrom === undefined ? {} : { start: resolve(startFrom) };
}

function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
}

type CommandName =
  | 'archive-embed'
  | 'archive-merge'
  | 'doctor'
  | 'run'
  | 'ingest'
  | 'pretrain'
  | 'evaluate'
  | 'teach'
  | 'score'
  | 'threshold'
  | 'robustness'
  | 'report'
  | 'export'
  | 'copy-line'
  | 'start-from-line'
  | 'watch'
  | 'export-model'
  | 'import-model'
  | 'backup'
  | 'restore'
  | 'reset-pin';
type OptionName =
  | '--pictures!'
  | '--model'
  | '--checkpoint'
  | '--out-archive!'
  | '--archive!'
  | '--shards'
  | '--worker'
  | '--images!'
  | '--labels'
  | '--out!'
  | '--out-report!'
  | '--out-lot!'
  | '--lot!'
  | '--originals'
  | '--rights-owner'
  | '--data'
  | '--name'
  | '--file!'
  | '--backup!'
  | '--model-file!'
  | '--customers-agree'
  | '--out-line!'
  | '--line!'
  | '--minutes'
  | '--seed'
  | '--start-from'
  | '--smallest-defect-px'
  | '--global-contrast'
  | '--json';

/** `!` marks what cannot be left out. */
export function command(program: Command, context: CliContext, name: CommandName, ...options: OptionName[]): Command {
  const { translate } = context;
  const made = program.command(name).description(translate(`cli.summary.${name}`));
  made.helpOption('-h, --help', translate('cli.option.help'));
  const add: Readonly<Record<OptionName, () => Command>> = {
    '--pictures!': () => made.requiredOption('--pictures <DIR>', translate('cli.option.images')),
    '--model': () => made.option('--model <FILE>', translate('cli.option.model')),
    '--checkpoint': () => made.option('--checkpoint <FILE>', translate('cli.option.checkpoint')),
    '--out-archive!': () => made.requiredOption('--out <DIR>', translate('cli.option.out_archive')),
    '--archive!': () => made.requiredOption('--archive <DIR>', translate('cli.option.archive')),
    '--shards': () => {
      const read = numberBetween(1, MOST_SHARDS, '--shards', translate);
      return made.option('--shards <N>', translate('cli.option.shards'), (text) => Math.trunc(read(text)), SHARDS);
    },
    '--worker': () => {
      const alone = { index: 0, count: 1 };
      return made.option('--worker <i/n>', translate('cli.option.worker'), workerPlace(translate), alone);
    },
    '--images!': () => made.requiredOption('--images <DIR>', translate('cli.option.images')),
    '--labels': () => made.option('--labels <FILE.csv>', translate('cli.option.labels')),
    '--out!': () => made.requiredOption('--out <DIR>', translate('cli.option.out')),
    '--out-report!': () => made.requiredOption('--out <DIR>', translate('cli.option.out_report')),
    '--out-lot!': () => made.requiredOption('--out <DIR>', translate('cli.option.out_lot')),
    '--lot!': () => made.requiredOption('--lot <LOT>', translate('cli.option.lot')),
    '--originals': () => made.option('--originals', translate('cli.option.originals')),
    '--rights-owner': () => made.option('--rights-owner <NAME>', translate('cli.option.rights_owner')),
    '--data': () => made.option('--data <DIR>', translate('cli.option.data'), defaultDataDir()),
    '--name': () => made.option('--name <NAME>', translate('cli.option.name')),
    '--file!': () => made.requiredOption('--file <FILE>', translate('cli.option.file')),
    '--backup!': () => made.requiredOption('--file <FILE>', translate('cli.option.backup')),
    '--model-file!': () => made.requiredOption('--file <FILE>', translate('cli.option.model_file')),
    '--customers-agree': () => made.option('--customers-agree', translate('cli.option.customers_agree')),
    '--out-line!': () => made.requiredOption('--out <DIR>', translate('cli.option.out_line')),
    '--line!': () => made.requiredOption('--file <FILE>', translate('cli.option.line')),
    '--minutes': () => {
      const read = numberBetween(0.05, MINUTES.max, '--minutes', translate);
      return made.option('--minutes <N>', translate('cli.option.minutes'), read, MINUTES.byDefault);
    },
    '--seed': () => {
      const read = numberBetween(0, MAX_SEED, '--seed', translate);
      return made.option('--seed <N>', translate('cli.option.seed'), (text) => Math.trunc(read(text)), 1);
    },
    '--start-from': () => made.option('--start-from <CHECKPOINT>', translate('cli.option.start_from')),
    '--smallest-defect-px': () => {
      const read = numberBetween(1, MOST_DEFECT_PX, '--smallest-defect-px', translate);
      return made.option('--smallest-defect-px <N>', translate('cli.option.smallest_defect'), read, null);
    },
    '--global-contrast': () => made.option('--global-contrast', translate('cli.option.global_contrast')),
    '--json': () => made.option('--json', translate('cli.option.json')),
  };
  for (const option of options) add[option]();
  // Read before everything else (chosenLocale); declared so that it is known and shown.
  return made.option('--lang <ja|en>', translate('cli.option.lang'), (value) => {
    if (isLocale(value)) return value;
    throw new UsageError(translate('cli.invalid_language', { value }));
  });
}

/** A command on one pilot's data folder, which is closed whatever happens. @param clusterOf the cluster that it works in, if any */
function stage(
  program: Command,
  context: CliContext,
  name: CommandName,
  options: OptionName[],
  run: (pilot: Pilot, flags: Flags) => Promise<[sentence: string, result: object]>,
  clusterOf: () => ServerPlace | null = () => null,
): void {
  command(program, context, name, ...options, '--data', '--json').action(async (flags: Flags) => {
    // What is wrong with it is told before anything is opened.
    const cluster = clusterOf();
    if (cluster) context.tell(clusterLine(cluster, context.translate));
    const options = pilotOptions(context, resolve(flags.data), flags.rightsOwner);
    const pilot = await context.core.openPilot({ ...options, ...(cluster && { cluster }) });
    try {
      const [sentence, result] = await run(pilot, flags);
      if (!flags.json) return context.print(sentence);
      context.tell(sentence);
      context.print(JSON.stringify(result));
    } finally {
      await pilot.close();
    }
  });
}
