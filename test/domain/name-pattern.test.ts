import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, readName, whyUnread, type NamePattern } from '#core/domain/name-pattern.ts';
import { suggestPattern } from '#core/domain/suggest-pattern.ts';

function pattern(source: string): NamePattern {
  const compiled = compilePattern(source);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.fault));
  return compiled.pattern;
}

const read = (source: string, path: string) => readName(pattern(source), path);
const two = (value: number) => String(value).padStart(2, '0');

describe('reading a name', () => {
  it('gives back the fields that a name was built from', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9ロット製番良]{1,12}$/);
    const day = fc.date({ min: new Date(1990, 0, 1), max: new Date(2099, 0, 1), noInvalidDate: true });
    fc.assert(
      fc.property(word, word, word, day, (lot, serial, shift, at) => {
        const date = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
        const time = `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
        const path = `${date}/${shift}/${lot}_${serial}_${time}.JPG`;
        expect(read('{date}/{shift}/{lot}_{serial}_{time}.jpg', path)).toEqual({
          ...{ lot: lot.normalize('NFC'), serial: serial.normalize('NFC'), shift: shift.normalize('NFC') },
          ...{ line: null, camera: null, impossible: false },
          date: { year: at.getFullYear(), month: at.getMonth() + 1, day: at.getDate() },
          time: { hour: at.getHours(), minute: at.getMinutes(), second: at.getSeconds(), millisecond: 0 },
        });
      }),
    );
  });

  it.each([
    ['{lot}-{*}-{serial}', 'A-x-7.png', { lot: 'A', serial: '7.png' }],
    ['{lot}-*-{serial}.*', 'A--7.png', { lot: 'A', serial: '7' }],
    ['{lot:3}{serial}.png', 'ABC0001.PNG', { lot: 'ABC', serial: '0001' }],
    ['{serial}.*', 'deep/er/0001.png', { serial: '0001' }],
    ['{lot}/**/{serial}.*', 'L1/a/b/0001.png', { lot: 'L1', serial: '0001' }],
    ['{line}/{camera}/{serial}.*', 'ライン2/上面/0001.png', { line: 'ライン2', camera: '上面' }],
    ['{ロット}_{製番}.*', 'ロット7_ｶﾞ.png', { lot: 'ロット7', serial: 'ｶﾞ' }],
    ['{{{lot}}}.*', '{7}.png', { lot: '7' }],
    ['{lot}\\{serial}.*', 'L/1.png', { lot: 'L', serial: '1' }],
    // A decomposed name, as a Mac writes it, by a composed pattern.
    ['ガ{serial}.*', 'ガ1.png'.normalize('NFD'), { serial: '1' }],
    ['{datetime}.*', '20261126083011.png', { time: { hour: 8, minute: 30, second: 11, millisecond: 0 } }],
    ['{datetime:yyyyMMdd_HHmmss}.*', '20261126_083011.png', { date: { year: 2026, month: 11, day: 26 } }],
    ['{date:YYMMDD}.*', '261126.png', { date: { year: 2026, month: 11, day: 26 } }],
    ['{date:yyyy年M月d日}.*', '2026年1月6日.png', { date: { year: 2026, month: 1, day: 6 } }],
    ['{date:Md yyyy}.*', '111 2026.png', { date: { year: 2026, month: 11, day: 1 } }],
  ])('%s of %s', (source, path, expected) => {
    expect(read(source, path)).toMatchObject(expected);
  });

  it.each(['20260231', '20251301', '20230229', '20260100'])('takes %s for no date, and still reads the rest', (day) => {
    expect(read('{lot}_{date}.*', `L1_${day}.png`)).toMatchObject({ lot: 'L1', date: null, impossible: true });
  });

  it('does not cross folders with a field, and takes no control characters into one', () => {
    expect(read('{lot}/{serial}.*', 'a/b/c.png')).toBeNull();
    expect(read('{lot}_{serial}.*', 'a\n_b.png')).toBeNull();
  });

  it('never throws, whatever the pattern and the name, and says where a name stops following', () => {
    const piece = fc.constantFrom(
      '{lot}',
      '{serial:3}',
      '{date}',
      '{time:H-m}',
      '*',
      '**',
      '{',
      '}',
      '{{',
      'ロ',
      '_',
      '/',
      '.*',
    );
    const source = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(source, fc.string({ unit: 'binary', maxLength: 60 }), (text, name) => {
        const compiled = compilePattern(text);
        if (!compiled.ok) {
          expect(compiled.fault.at).toBeLessThanOrEqual(text.length + 1);
          return;
        }
        if (readName(compiled.pattern, name) === null) expect(whyUnread(compiled.pattern, name)).toHaveProperty('rest');
      }),
      { numRuns: 500 },
    );
  });

  it('takes time in proportion to the name, not to the ways of reading it', () => {
    const nasty = pattern(`{date}${'*a'.repeat(90)}*b`);
    const name = `20261126${'a'.repeat(4000)}`;
    const startMs = performance.now();
    expect(readName(nasty, name)).toBeNull();
    // Measured: 28 ms of processor time; going back would take more steps than there are atoms.
    expect(performance.now() - startMs).toBeLessThan(5000);
  });

  it.each([
    ['{date}/{lot}_{serial}.*', '20261126/A.png', { part: '_', rest: '.png' }],
    ['{date}/{lot}_{serial}.*', 'x.png', { part: '{date}', rest: 'x.png' }],
    ['{lot}_{time}.png', 'A_083011.jpg', { part: '.png', rest: '.jpg' }],
    ['{serial:4}', '00011', { part: '', rest: '1' }],
  ])('%s: why %s is not understood', (source, path, expected) => {
    const { part, rest } = whyUnread(pattern(source), path);
    expect({ part, rest }).toEqual(expected);
  });
});

describe('a pattern that is wrong', () => {
  it.each([
    ['  ', 'empty', 0],
    ['{lot', 'unclosed', 0],
    ['a}b', 'unclosed', 1],
    ['{lot}_{color}', 'unknown_field', 6],
    ['{lot}_{lot}', 'repeated', 6],
    ['{date}_{datetime}', 'clash', 7],
    ['{datetime}_{time}', 'clash', 11],
    ['{date:yyyyMM}', 'format', 0],
    ['{date:yyyyMMddHH}', 'format', 0],
    ['{time:HHmmssf}', 'format', 0],
    ['{lot:0}', 'width', 0],
    ['{lot:x}', 'width', 0],
    ['{lot}{serial}', 'no_separator', 5],
    ['{lot}*', 'no_separator', 5],
    ['IMG_*.png', 'no_field', 0],
    [`{lot}${'x'.repeat(200)}`, 'too_long', 200],
  ])('%s: %s', (source, reason, at) => {
    expect(compilePattern(source)).toMatchObject({ ok: false, fault: { reason, at } });
  });
});

describe('a proposal from real names', () => {
  const names = (of: (n: number) => string) => Array.from({ length: 40 }, (_, n) => of(n));
  it.each([
    [
      names((n) => `20261126/L${100 + (n >> 3)}_${1000 + n}_08${two(n)}11.png`),
      '{date:yyyyMMdd}/L{lot}_{serial}_{time:HHmmss}.*',
    ],
    [names((n) => `ロット${7 + (n >> 4)}-製番${1000 + n}.bmp`), 'ロット{lot}-製番{serial}.*'],
    [names((n) => `2026-11-26 08-${two(n)}-11.jpg`), '{date:yyyy-MM-dd} {time:HH-mm-ss}.*'],
    [names((n) => `IMG_${1000 + n}.JPG`), 'IMG_{serial}.*'],
    [names((n) => `cam1_20261126T08${two(n)}11_${n % 2 ? 'OK' : 'NG'}.jpg`), 'cam1_{date:yyyyMMdd}T{time:HHmmss}_*.*'],
    [names((n) => `202611260830${two(n)}123.png`), '{datetime:yyyyMMddHHmmssfff}.*'],
    [names((n) => `261126_${n}.png`), '{date:yyMMdd}_{serial}.*'],
    // Only today's lot was seen; a camera's number is none.
    [names((n) => `cam2/L2610_${1000 + n}.png`), 'cam2/L{lot}_{serial}.*'],
    // Two strays do not spoil it.
    [['notes a.png', 'test.png', ...names((n) => `SN_${n}_LOT_${n >> 4}.png`)], 'SN_{serial}_LOT_{lot}.*'],
    [['a.png'], null],
    [['a b.png', 'c_d.png'], null],
    [['same.png', 'same.jpg'], null],
  ])('%#', (sample, expected) => {
    expect(suggestPattern(sample)).toBe(expected);
  });

  it('reads every name that it was made from, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { maxLength: 12 }), (sample) => {
        const proposed = suggestPattern(sample);
        if (proposed !== null) expect(compilePattern(proposed).ok).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
