import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { toErrorData } from '#core/contract/errors.ts';
import { openStore } from '#core/store/open.ts';
import { readContainer, writeContainer } from '#engine/container.ts';
import { fillDisk } from './small-disk.ts';

/*
 * Run where the folder of the argument is a small disk: a backup and a checkpoint are begun with ever more room, until both fit.
 * Says what each was refused with, and what was found wrong.
 */
const [place = '', steps = '1'] = process.argv.slice(2);
const store = openStore(join(place, 'data'));
store.write.transaction(() => {
  for (let n = 0; n < 300; n++) store.write.run('INSERT INTO line (name) VALUES (?)', `line ${n} ${'x'.repeat(2000)}`);
});
const folder = join(place, 'run');
const backups = join(place, 'backups');
for (const one of [folder, backups]) mkdirSync(one);
const checkpoint = join(folder, 'step-000020.minarai');
const save = (file: string, value: number) =>
  writeContainer(file, { value }, new Map([['w', { shape: [300_000], data: new Float32Array(300_000).fill(value) }]]));
await save(join(folder, 'step-000010.minarai'), 10);

const said = async (work: () => Promise<unknown>): Promise<string> =>
  work().then(
    () => 'saved',
    (thrown: unknown) => toErrorData(thrown).code,
  );
const refused: string[] = [];
const wrong: string[] = [];
const count = Number(steps);
for (let n = 0; n < count; n++) {
  const free = fillDisk(place, (n * 3_000_000) / count);
  const backup = join(backups, `${n}.db`);
  const answers = [await said(() => store.backup(backup)), await said(() => save(checkpoint, 20))];
  for (const answer of answers) if (answer !== 'saved') refused.push(answer);
  const names = [...readdirSync(folder), ...readdirSync(backups)];
  if (names.some((name) => /tmp|part/.test(name))) wrong.push(`${n}: ${names.join(' ')}`);
  if (names.includes('step-000020.minarai') !== (answers[1] === 'saved')) wrong.push(`${n}: a checkpoint by name only`);
  if (names.includes(`${n}.db`) !== (answers[0] === 'saved')) wrong.push(`${n}: a backup by name only`);
  const before = await readContainer(join(folder, 'step-000010.minarai'));
  if (before.arrays.get('w')?.data[299_999] !== 10) wrong.push(`${n}: the former checkpoint`);
  free();
  for (const file of [backup, checkpoint]) rmSync(file, { force: true });
}
const afterwards = [await said(() => store.backup(join(backups, 'last.db'))), await said(() => save(checkpoint, 30))];
store.close();
console.log(JSON.stringify({ refused, wrong, afterwards }));
