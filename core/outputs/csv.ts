import { join } from 'node:path';
import { writeWhole } from '#core/disk/whole-file.ts';
import type { CsvColumn, CsvSettings, OutMessage, VerdictMessage } from '#core/contract/outputs.ts';
import { fieldWithin, numberField } from '#core/report/csv.ts';
import { appendLines, beginsWith } from './append-file.ts';
import { fileFailure, needFolder } from './file-failure.ts';
import { byDay } from './folder.ts';
import type { SenderTools } from './kinds.ts';
import type { Sender } from './sender.ts';
import { shiftJis } from './shift-jis.ts';

/** The value of a column; null: a message of this type has none. */
function valueOf(message: OutMessage, column: CsvColumn): string | number | null {
  switch (column) {
    case 'id':
    case 'sequence':
    case 'at':
    case 'type':
    case 'line':
    case 'camera':
      return message[column];
    case 'alarm':
    case 'state':
    case 'words':
      return message.type === 'alarm' ? message[column] : null;
    default:
      return message.type === 'verdict' ? ofVerdict(message, column) : null;
  }
}

type OfVerdict = Exclude<
  CsvColumn,
  'id' | 'sequence' | 'at' | 'type' | 'line' | 'camera' | 'alarm' | 'state' | 'words'
>;

function ofVerdict(message: VerdictMessage, column: OfVerdict): string | number | null {
  switch (column) {
    case 'picture':
      return message.picture.id;
    case 'sha256':
    case 'file':
      return message.picture[column];
    case 'review':
    case 'reject':
      return message.marks?.[column] ?? null;
    default:
      return message[column];
  }
}

function lineOf(message: OutMessage, { columns, delimiter }: CsvSettings): string {
  const fields = columns.map((column) => {
    const value = valueOf(message, column);
    return typeof value === 'string' ? fieldWithin(value, delimiter) : numberField(value);
  });
  return `${fields.join(delimiter)}\r\n`;
}

const headOf = ({ columns, delimiter, header }: CsvSettings): string =>
  header ? `${columns.join(delimiter)}\r\n` : '';

function encoded(text: string, { encoding }: CsvSettings): Uint8Array {
  return encoding === 'shift_jis' ? shiftJis(text) : Buffer.from(text);
}

/** What a new file begins with. */
function beginning(settings: CsvSettings): Uint8Array {
  return encoded(`${settings.encoding === 'utf-8-bom' ? '\uFEFF' : ''}${headOf(settings)}`, settings);
}

const linesOf = (messages: readonly OutMessage[], settings: CsvSettings): Uint8Array =>
  encoded(messages.map((message) => lineOf(message, settings)).join(''), settings);

/** A batch that is sent again after a crash has its name again. */
const batchName = (messages: readonly OutMessage[]): string => {
  const [first, last] = [messages[0], messages.at(-1)];
  const two = [first, last].map((one) => String(one?.sequence ?? 0).padStart(9, '0'));
  return `minarai-${two.join('-')}-${first?.id.slice(0, 8) ?? ''}.csv`;
};

/** The file of a day; another one where columns or encoding were others when it was begun, so that no column means two things. */
async function fileOfDay(folder: string, day: string, head: Uint8Array): Promise<string> {
  for (let n = 1; ; n++) {
    const file = join(folder, n === 1 ? `minarai-${day}.csv` : `minarai-${day}-${n}.csv`);
    if (await beginsWith(file, head)) return file;
  }
}

/** Writes a table into a folder, which must be there. */
export function openCsv(settings: CsvSettings, _secrets: Readonly<Record<string, string>>, tools: SenderTools): Sender {
  return {
    async send(messages, signal) {
      try {
        needFolder(settings.folder);
        if (settings.files === 'batch') {
          const bytes = Buffer.concat([beginning(settings), linesOf(messages, settings)]);
          const file = join(settings.folder, batchName(messages));
          await writeWhole(file, bytes, { beside: `${file}.part` });
          return;
        }
        const head = beginning(settings);
        for (const [day, some] of byDay(messages, tools.day))
          await appendLines(await fileOfDay(settings.folder, day, head), head, linesOf(some, settings));
      } catch (thrown) {
        signal.throwIfAborted();
        throw fileFailure(thrown);
      }
    },
    close: async () => undefined,
  };
}

export const previewCsv = (settings: CsvSettings, messages: readonly OutMessage[]): string =>
  headOf(settings) + messages.map((message) => lineOf(message, settings)).join('');
