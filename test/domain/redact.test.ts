import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactText, redactValue } from '#core/domain/redact.ts';

describe('a text for a supporter', () => {
  it.each([
    [
      "ENOENT: no such file or directory, open '/home/sato/data/cam 2/LOT-77_0012.png'",
      "ENOENT: no such file or directory, open '<path>'",
    ],
    [String.raw`cannot read C:\Users\sato\Pictures\LOT-77.bmp now`, 'cannot read <path> now'],
    [String.raw`\\nas01\line2\cam\x.png`, '<path>'],
    ['    at openStore (file:///opt/minarai/core/store/open.ts:88:11)', '    at openStore (open.ts:88:11)'],
    ['at /opt/minarai/dist/electron/main.js:1:2', 'at main.js:1:2'],
    [
      'GET http://127.0.0.1:4711/?token=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
      'GET http://127.0.0.1:4711/?token=<token>',
    ],
    ['from 192.168.10.24, mail kato@example.co.jp', 'from <address>, mail <mail>'],
    ['佐藤さんが Line A を変更', '<name>さんが <name> を変更'],
    ['SELECT a / b FROM label WHERE id = ?', 'SELECT a / b FROM label WHERE id = ?'],
    ['a linear A line', 'a linear A line'],
  ])('%s', (text, wanted) => {
    expect(redactText(text, ['佐藤', 'Line A', 'x'])).toBe(wanted);
  });

  it('holds no path, token or name wherever it stands', () => {
    const name = fc.stringMatching(/^[A-Za-z]{3,12}$/).filter((one) => !/^(name|path|token|mail|address)$/i.test(one));
    const folder = fc.array(fc.stringMatching(/^[A-Za-z0-9_]{4,10}$/), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(name, folder, fc.boolean(), (person, parts, isWindows) => {
        const path = isWindows ? `D:\\${parts.join('\\')}\\lot.png` : `/${parts.join('/')}/lot.png`;
        const text = `error "${path}" for ${person}, see ${path}: (${path})`;
        const left = redactText(text, [person]);
        expect(left).not.toContain(path);
        expect(left).not.toContain('lot.png');
        expect(left.split(/[^A-Za-z0-9]+/)).not.toContain(person);
      }),
    );
  });
});

it('keeps of values what our own code wrote, and of other texts how long they were', () => {
  const line = {
    ...{ atMs: 5, level: 'error', event: 'job_failed', code: 'image_broken', kind: 'teach', lot: 'LOT-77', ok: true },
    error: { name: 'TypeError', message: "open '/a/b/c.png'", stack: 'at x (/a/b/c.ts:1:2)', cause: { who: '佐藤' } },
    list: ['a', 1],
  };
  expect(redactValue(line, ['佐藤'])).toEqual({
    ...{
      atMs: 5,
      level: 'error',
      event: 'job_failed',
      code: 'image_broken',
      kind: 'teach',
      lot: '<6 characters>',
      ok: true,
    },
    error: { name: 'TypeError', message: "open '<path>'", stack: 'at x (c.ts:1:2)', cause: { who: '<2 characters>' } },
    list: ['<1 characters>', 1],
  });
});
