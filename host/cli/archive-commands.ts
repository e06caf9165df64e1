import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { PilotRunProgress } from '#core/app-types.ts';
import type { WorkerPlace } from '#core/domain/worker-place.ts';
import { UsageError } from '#core/shell/sentence.ts';
import type { Translate } from '#messages/translate.ts';
import { checkFile, command } from './commands.ts';
import { pilotOptions, type CliContext } from './context.ts';

interface EmbedFlags {
  readonly pictures: string;
  readonly model?: string;
  readonly checkpoint?: string;
  readonly out: string;
  readonly shards: number;
  readonly worker: WorkerPlace;
  readonly json?: boolean;
}

interface MergeFlags {
  readonly archive: string;
  readonly data: string;
  readonly json?: boolean;
}

/** Exactly one of both: a model scores what a checkpoint only embeds. */
async function networkOf({ model, checkpoint }: EmbedFlags, translate: Translate) {
  const file = model ?? checkpoint;
  if (file === undefined || (model !== undefined && checkpoint !== undefined))
    throw new UsageError(translate('cli.archive.one_network'));
  await checkFile(model === undefined ? '--checkpoint' : '--model', file, translate);
  return { kind: model === undefined ? 'checkpoint' : 'model', file: resolve(file) } as const;
}

/** Archives: more pictures than one machine should look at. */
export function addArchiveCommands(program: Command, context: CliContext): void {
  const { core, translate, print, tell } = context;
  const embedOptions = ['--pictures!', '--model', '--checkpoint', '--out-archive!', '--shards', '--worker'] as const;
  command(program, context, 'archive-embed', ...embedOptions, '--json').action(async (flags: EmbedFlags) => {
    const { pictures, shards, worker: place, json } = flags;
    const out = resolve(flags.out);
    const network = await networkOf(flags, translate);
    const { signal, progress } = context;
    const onProgress = (step: PilotRunProgress): void => progress.show(step);
    const launchEngine = () => core.launchEngine(() => undefined);
    const share = await core.archiveEmbed({ pictures, out, network, shards, place, launchEngine, signal, onProgress });
    const { ownShards, ownRows, ownUnreadable, seconds } = share;
    const words = { folder: out, shards, ownShards, ownRows, ownUnreadable };
    (json ? tell : print)(translate('cli.archive.embedded', words));
    if (json) {
      const own = { own_shards: ownShards, own_rows: ownRows, own_unreadable: ownUnreadable };
      print(JSON.stringify({ folder: out, shards, ...own, seconds }));
    }
  });
  command(program, context, 'archive-merge', '--archive!', '--data', '--json').action(async (flags: MergeFlags) => {
    const [out, dataDir] = [resolve(flags.archive), resolve(flags.data)];
    const { log, signal, onProgress } = pilotOptions(context, dataDir);
    const merged = await core.archiveMerge({ out, dataDir, log, signal, onProgress });
    const { pictures, unreadable, known, deleted, suspicious } = merged;
    const show = flags.json ? tell : print;
    show(translate('cli.archive.merged', { pictures, unreadable, known, deleted }));
    if (suspicious.length > 0) show(translate('cli.archive.suspicious'));
    for (const { score, path } of suspicious) show(`${score.toFixed(3)}  ${path}`);
    if (!flags.json) return;
    const first = suspicious.map(({ imageId, ...one }) => ({ ...one, image_id: imageId }));
    print(JSON.stringify({ ...merged, suspicious: first }));
  });
}
