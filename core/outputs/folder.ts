import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '#core/disk/whole-file.ts';
import type { FolderSettings, OutMessage, VerdictMessage } from '#core/contract/outputs.ts';
import { appendLines } from './append-file.ts';
import { ensureBelow, fileFailure, needFolder } from './file-failure.ts';
import type { SenderTools } from './kinds.ts';
import type { Sender } from './sender.ts';

const verdicts = ['ok', 'hold', 'ng'] as const;
const line = (message: OutMessage): string => `${JSON.stringify(message)}\n`;

/** The name of a picture's copy without its ending: the number keeps it apart, the rest tells people what it is, on every file system. */
export function copyName({ id, file }: VerdictMessage['picture']): string {
  const stem = file.replace(/\.[^.]*$/, '').normalize('NFC');
  const safe = stem.replaceAll(/[^\p{L}\p{N}_-]/gu, '_').slice(0, 60);
  return safe === '' ? String(id).padStart(9, '0') : `${String(id).padStart(9, '0')}-${safe}`;
}

/** Messages of one day after the other, in their order. */
export function byDay(messages: readonly OutMessage[], day: SenderTools['day']): [string, OutMessage[]][] {
  const days: [string, OutMessage[]][] = [];
  for (const message of messages) {
    const of = day(Date.parse(message.at));
    const last = days.at(-1);
    if (last?.[0] === of) last[1].push(message);
    else days.push([of, [message]]);
  }
  return days;
}

async function appendDays(folder: string, messages: readonly OutMessage[], tools: SenderTools): Promise<void> {
  for (const [day, some] of byDay(messages, tools.day))
    await appendLines(join(folder, `minarai-${day}.jsonl`), Buffer.alloc(0), Buffer.from(some.map(line).join('')));
}

const isThere = async (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isFile(),
    (thrown: unknown) => {
      if (fileFailure(thrown).reason === 'folder_missing') return false;
      throw thrown;
    },
  );

/** Lays a copy where the newest word on the picture says; an older copy goes there. */
async function sortCopy(
  { folder, originals }: FolderSettings,
  message: VerdictMessage,
  tools: SenderTools,
): Promise<void> {
  for (const one of verdicts) ensureBelow(join(folder, one));
  const source = await tools.picture(message.picture, originals);
  // A picture that was deleted or has left its place has a verdict still, but no copy.
  if (source === null) return;
  const name = `${copyName(message.picture)}${source.ending}`;
  const target = join(folder, message.verdict, name);
  for (const other of verdicts.filter((one) => one !== message.verdict)) {
    const old = join(folder, other, name);
    if (!(await isThere(old))) continue;
    // One move: the copy is in one of both folders at each moment.
    await rename(old, target);
  }
  if (!(await isThere(target))) await writeWhole(target, source.bytes, { beside: `${target}.part` });
}

/** Writes JSON Lines or sorted copies of the pictures into a folder, which must be there. */
export function openFolder(
  settings: FolderSettings,
  _secrets: Readonly<Record<string, string>>,
  tools: SenderTools,
): Sender {
  return {
    async send(messages, signal) {
      try {
        needFolder(settings.folder);
        if (settings.as === 'lines') return await appendDays(settings.folder, messages, tools);
        for (const message of messages) {
          signal.throwIfAborted();
          if (message.type === 'verdict') await sortCopy(settings, message, tools);
          else if (message.alarm === 'test') await tryFolder(settings.folder, message);
        }
      } catch (thrown) {
        signal.throwIfAborted();
        throw fileFailure(thrown);
      }
    },
    close: async () => undefined,
  };
}

/** That a folder takes files is known when it has taken one, which does not stay. */
async function tryFolder(folder: string, message: OutMessage): Promise<void> {
  const file = join(folder, `minarai-test-${message.id}.json`);
  await writeWhole(file, Buffer.from(line(message)), { beside: `${file}.part` });
  await rm(file);
}

export function previewFolder({ as, originals }: FolderSettings, messages: readonly OutMessage[]): string {
  if (as === 'lines') return messages.map(line).join('');
  return messages
    .flatMap((message) => {
      if (message.type !== 'verdict') return [];
      const ending = originals ? (/\.[a-z0-9]{1,5}$/i.exec(message.picture.file)?.[0].toLowerCase() ?? '') : '.webp';
      return [`${message.verdict}/${copyName(message.picture)}${ending}\n`];
    })
    .join('');
}
