import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CsvSettings, OutMessage } from '#core/contract/outputs.ts';
import { openCsv } from '#core/outputs/csv.ts';
import { exampleMessages } from '#core/outputs/examples.ts';
import { openFolder } from '#core/outputs/folder.ts';
import { OutputFailed } from '#core/outputs/sender.ts';
import { fillDisk } from './small-disk.ts';

/*
 * Run where the folder of the argument is a small disk: every kind of file that an output writes is delivered with ever more room. Says
 * what each was refused with, and what was found wrong.
 */
const [place = '', steps = '1'] = process.argv.slice(2);
const bytes = Buffer.alloc(9000, 3);
const tools = { dataDir: '', day: () => '2026-11-27', picture: async () => ({ bytes, ending: '.webp' }) };
const table: CsvSettings = {
  ...{ folder: '', columns: ['id', 'sequence', 'verdict', 'file'], delimiter: ',', encoding: 'utf-8' },
  ...{ header: true, files: 'day' },
};
const below = (name: string): string => {
  const folder = join(place, name);
  mkdirSync(folder);
  return folder;
};
const senders = {
  lines: openFolder({ folder: below('lines'), as: 'lines', originals: false }, {}, tools),
  pictures: openFolder({ folder: below('pictures'), as: 'pictures', originals: false }, {}, tools),
  day: openCsv({ ...table, folder: below('day') }, {}, tools),
  batch: openCsv({ ...table, folder: below('batch'), files: 'batch' }, {}, tools),
};
for (const one of ['ok', 'hold', 'ng']) mkdirSync(join(place, 'pictures', one));
const examples = exampleMessages(Date.UTC(2026, 10, 27));
let sequence = 0;
const messages = (): OutMessage[] =>
  Array.from({ length: 40 }, () => {
    const [first] = examples as [OutMessage];
    sequence++;
    return { ...first, sequence, picture: { id: sequence, sha256: '0'.repeat(64), file: 'a.png' } } as OutMessage;
  });

const refused: string[] = [];
const wrong: string[] = [];
const never = new AbortController().signal;
const contents = (name: string): Map<string, number> =>
  new Map(
    readdirSync(join(place, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        return [file, readFileSync(file).length];
      }),
  );
const send = async (name: keyof typeof senders, some: readonly OutMessage[]): Promise<string> =>
  senders[name].send(some, never).then(
    () => 'delivered',
    (thrown: unknown) => (thrown instanceof OutputFailed ? thrown.reason : String(thrown)),
  );

const count = Number(steps);
for (let n = 0; n < count; n++)
  for (const name of Object.keys(senders) as (keyof typeof senders)[]) {
    const some = messages();
    const before = contents(name);
    const free = fillDisk(place, Math.round((n * 60_000) / count));
    const answer = await send(name, some);
    if (answer !== 'delivered') refused.push(answer);
    const after = contents(name);
    free();
    for (const [file, size] of after) {
      if (file.endsWith('.part')) wrong.push(`${name} ${n}: ${file}`);
      if (name === 'pictures' && size !== bytes.length) wrong.push(`${name} ${n}: half a picture`);
      // Of lines that do not fit, nothing is left.
      if (answer !== 'delivered' && name !== 'pictures' && size !== (before.get(file) ?? 0))
        wrong.push(`${name} ${n}: ${file} has ${size} of ${before.get(file)} bytes`);
    }
    const again = await send(name, some);
    if (again !== 'delivered') wrong.push(`${name} ${n}: ${again}`);
  }
const text = readFileSync(join(place, 'lines', 'minarai-2026-11-27.jsonl'), 'utf8');
const lines = text
  .trimEnd()
  .split('\n')
  .map((line) => (JSON.parse(line) as OutMessage).sequence);
console.log(JSON.stringify({ refused, wrong, lines: new Set(lines).size }));
