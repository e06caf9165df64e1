import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsvSideCar, readJsonSideCar } from '#core/ingest/side-car.ts';
import { setNamePattern } from '#core/store/naming.ts';
import { brokenSideCars, sideCarCount } from '#core/store/side-cars.ts';
import { put, site, until } from './fixture.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const local = (text: string): number => new Date(text).getTime();
const empty = { lot: null, serial: null, line: null, camera: null, shift: null, takenAtMs: null };

/** `ロット,ファイル名\r\n第7,a.png` as Japanese spreadsheets write it. */
const shiftJis = Uint8Array.from([
  ...[0x83, 0x8d, 0x83, 0x62, 0x83, 0x67, 0x2c, 0x83, 0x74, 0x83, 0x40, 0x83, 0x43, 0x83, 0x8b, 0x96, 0xbc],
  ...[0x0d, 0x0a, 0x91, 0xe6, 0x37, 0x2c, 0x61, 0x2e, 0x70, 0x6e, 0x67],
]);

describe('a CSV beside the pictures', () => {
  it('says of each picture what its columns say, in English or Japanese, UTF-8 or Shift-JIS', async () => {
    const text =
      '\uFEFFFile,Lot No.,製番,日時,シフト,judge\r\na.png,L1,7,2026/11/26 8:05,夜勤,OK\r\nsub/b.bmp,L2,,,,NG\r\n';
    expect(await readCsvSideCar('day/list.csv', bytes(text))).toEqual({
      rows: [
        { ...empty, stem: 'day/a', lot: 'L1', serial: '7', shift: '夜勤', takenAtMs: local('2026-11-26T08:05:00') },
        { ...empty, stem: 'day/sub/b', lot: 'L2' },
      ],
      fault: null,
    });
    expect((await readCsvSideCar('x.csv', shiftJis)).rows).toEqual([{ ...empty, stem: 'a', lot: '第7' }]);
  });

  it.each([
    ['2026-11-26T08:05:00+09:00', Date.UTC(2026, 10, 25, 23, 5)],
    ['2026-11-26 08:05:00.250Z', Date.UTC(2026, 10, 26, 8, 5, 0, 250)],
    ['2026-11-26T08:05', local('2026-11-26T08:05:00')],
    ['20261126080500', local('2026-11-26T08:05:00')],
    ['2026年11月26日 8時05分', local('2026-11-26T08:05:00')],
    ['1795648000', 1795648000_000],
    ['1795648000123', 1795648000123],
  ])('reads %s as a time', async (text, takenAtMs) => {
    expect((await readCsvSideCar('x.csv', bytes(`file,time\na.png,${text}\n`))).rows[0]).toMatchObject({ takenAtMs });
  });

  it('puts a day and a time of two columns together, and takes half of a moment for nothing said', async () => {
    const { rows, fault } = await readCsvSideCar(
      'x.csv',
      bytes('path,日付,時刻\na.png,2026/11/26,8:05:09\nb.png,2026/11/26,\n'),
    );
    expect(rows).toEqual([{ ...empty, stem: 'a', takenAtMs: local('2026-11-26T08:05:09') }]);
    expect(fault).toBeNull();
  });

  it('loses only the value that cannot be understood, and says which', async () => {
    const text = 'file,lot,time\na.png,L1,yesterday\nb.png,L2,2026-02-31T08:00:00Z\n,L3,\n';
    const { rows, fault } = await readCsvSideCar('x.csv', bytes(text));
    expect(rows.map(({ stem, lot, takenAtMs }) => [stem, lot, takenAtMs])).toEqual([
      ['a', 'L1', null],
      ['b', 'L2', null],
    ]);
    expect(fault).toEqual({ code: 'side_car_value', params: { line: 2, column: 'time' } });
  });

  it('never means a file outside the camera’s folder, and of another computer’s path the name', async () => {
    const text = 'file,lot\n../../etc/passwd,L1\nC:\\pictures\\a.png,L2\n/srv/b.png,L3\n';
    expect((await readCsvSideCar('x.csv', bytes(text))).rows.map(({ stem }) => stem)).toEqual(['a', 'b']);
  });

  it('is refused with a reason where it names no pictures or is no CSV', async () => {
    await expect(readCsvSideCar('x.csv', bytes('lot,serial\n1,2\n'))).rejects.toThrow(/side_car_no_file/);
    await expect(readCsvSideCar('x.csv', bytes('file,lot\n"a.png,1\n'))).rejects.toThrow(/side_car_broken/);
    await expect(readCsvSideCar('x.csv', Uint8Array.from([0xff, 0xfe, 0xff, 0x80]))).rejects.toThrow(/side_car_broken/);
    // A manifest says other things of the pictures; it is no mistake.
    expect(await readCsvSideCar('manifest.csv', bytes('path,class\na.png,good\n'))).toEqual({ rows: [], fault: null });
  });
});

describe('a JSON file beside a picture', () => {
  it('says what its keys say', () => {
    const text =
      '{"lot":"L1","シリアル":12,"timestamp":"2026-11-26T08:05:00","nested":{"lot":"x"},"__proto__":{"lot":"y"}}';
    const takenAtMs = local('2026-11-26T08:05:00');
    for (const path of ['d/a.json', 'd/a.png.json', 'd/a.PNG.JSON'])
      expect(readJsonSideCar(path, bytes(text))).toEqual({
        rows: [{ ...empty, stem: 'd/a', lot: 'L1', serial: '12', takenAtMs }],
        fault: null,
      });
  });

  it('never fails but by saying why', async () => {
    const content = fc.oneof(fc.string({ unit: 'binary' }), fc.json());
    await fc.assert(
      fc.asyncProperty(content, async (text) => {
        for (const read of [readJsonSideCar, readCsvSideCar])
          try {
            expect(await read('a.x', bytes(text))).toHaveProperty('rows');
          } catch (error) {
            expect(String(error)).toMatch(/side_car_(broken|no_file)/);
          }
      }),
      { numRuns: 300 },
    );
  });
});

describe('side-cars of a watched folder', () => {
  const facts = ({ store }: ReturnType<typeof site>) =>
    store.read.all<object>(
      `SELECT i.file_name AS file, m.lot, m.serial, m.serial_source AS source, m.taken_source AS taken
       FROM image_meta m JOIN image i ON i.id = m.image_id ORDER BY i.file_name`,
    );

  it('are taken whether they come before, with or after their picture, and again when they change', async () => {
    const here = site();
    const { folder, ingest, images, store } = here;
    await mkdir(join(folder, 'lot'));
    await put(join(folder, 'lot'), 'a.png', 1);
    await writeFile(join(folder, 'lot', 'a.json'), '{"serial":"A1"}');
    const id = await ingest.addCamera({ name: 'camera', folder });
    await until(images, (count) => count === 1);
    await ingest.rescan(id);
    await ingest.idle();
    expect(facts(here)).toEqual([{ file: 'a.png', lot: null, serial: 'A1', source: 'side_car', taken: 'file' }]);

    await put(join(folder, 'lot'), 'b.png', 2);
    await until(images, (count) => count === 2);
    const list = join(folder, 'lot', 'list.csv');
    await writeFile(list, 'file,lot,serial,time\na.png,L1,other,\nb.png,L1,B1,2026/11/26 8:05\n');
    await ingest.rescan(id);
    await ingest.idle();
    // A picture's own side-car comes before the list.
    const b = { file: 'b.png', lot: 'L1', serial: 'B1', source: 'side_car', taken: 'side_car' };
    expect(facts(here)).toEqual([{ file: 'a.png', lot: 'L1', serial: 'A1', source: 'side_car', taken: 'file' }, b]);

    await writeFile(list, 'file,lot,serial,time\nb.png,L2,B2,\n');
    await utimes(list, 5, 5);
    await ingest.rescan(id);
    await ingest.idle();
    expect(facts(here)).toEqual([
      { file: 'a.png', lot: null, serial: 'A1', source: 'side_car', taken: 'file' },
      { file: 'b.png', lot: 'L2', serial: 'B2', source: 'side_car', taken: 'file' },
    ]);
    expect(sideCarCount(store.read, id)).toBe(2);
  });

  it('that are broken are listed until they are mended or gone, and stop no picture', async () => {
    const here = site();
    const { folder, ingest, images, store, broken } = here;
    await put(folder, 'a.png', 1);
    await writeFile(join(folder, 'a.json'), '{"serial":');
    await writeFile(join(folder, 'big.json'), ' '.repeat(70_000));
    await writeFile(join(folder, 'log.csv'), 'x,y\n1,2\n');
    await writeFile(join(folder, 'elsewhere'), '{"serial":"stolen"}');
    await symlink('/etc/passwd', join(folder, 'link.json'));
    const id = await ingest.addCamera({ name: 'camera', folder });
    await until(images, (count) => count === 1);
    await ingest.rescan(id);
    await ingest.idle();
    const listed = () =>
      brokenSideCars(store.read, id, 9)
        .rows.map(({ path, error }) => `${path} ${error.code}`)
        .sort();
    expect(listed()).toEqual(['a.json side_car_broken', 'big.json side_car_too_large', 'log.csv side_car_no_file']);
    expect(broken().filter(({ fileName }) => fileName !== 'elsewhere')).toEqual([]);
    await writeFile(join(folder, 'a.json'), '{"serial":"A1"}');
    await rm(join(folder, 'log.csv'));
    await ingest.rescan(id);
    await ingest.idle();
    await until(listed, (rows) => rows.length === 1);
    expect(listed()).toEqual(['big.json side_car_too_large']);
    expect(facts(here)).toEqual([{ file: 'a.png', lot: null, serial: 'A1', source: 'side_car', taken: 'file' }]);
  });

  it('come after the name, and new pictures are read by the pattern at once', async () => {
    const here = site();
    const { folder, ingest, images, store } = here;
    const id = await ingest.addCamera({ name: 'camera', folder });
    setNamePattern(store.write, id, '{lot}_{serial}.*', { who: '', atMs: 1 });
    await writeFile(join(folder, 'L1_7.json'), '{"serial":"8","time":"2026-11-26T08:00:00"}');
    await put(folder, 'L1_7.png', 1);
    await put(folder, 'ロット2_8.png', 2);
    await until(images, (count) => count === 2);
    await ingest.rescan(id);
    await ingest.idle();
    expect(facts(here)).toEqual([
      { file: 'L1_7.png', lot: 'L1', serial: '7', source: 'name', taken: 'side_car' },
      { file: 'ロット2_8.png', lot: 'ロット2', serial: '8', source: 'name', taken: 'file' },
    ]);
  });
});
