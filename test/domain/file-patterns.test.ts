import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternFilter, splitPatterns } from '#core/domain/file-patterns.ts';

const wants = (include: string, path: string, exclude = ''): boolean => patternFilter({ include, exclude }).wants(path);

/** The same by a regular expression, as a plain reading of the rules has it. */
function byRegExp(pattern: string, path: string): boolean {
  const way = pattern.includes('/') ? pattern : `**/${pattern}`;
  const source = way
    .split('/')
    .map((part) => {
      if (part === '**') return '(?:[^/]+/)*';
      return `${Array.from(part)
        .map((glyph) =>
          glyph === '*' ? '[^/]*' : glyph === '?' ? '[^/]' : `\\u{${glyph.codePointAt(0)?.toString(16)}}`,
        )
        .join('')}/`;
    })
    .join('');
  return new RegExp(`^${source}$`, 'su').test(`${path}/`);
}

const letters = fc.constantFrom('a', 'b', '.', '図');
const name = fc.string({ unit: letters, minLength: 1, maxLength: 6 });
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
const part = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({ unit: fc.oneof(letters, fc.constantFrom('*', '?')), minLength: 1, maxLength: 5 }),
  },
  { weight: 1, arbitrary: fc.constant('**') },
);
const pattern = fc
  .array(part, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'))
  .filter((text) => !/^(\.?\/)/.test(text));

describe('file patterns', () => {
  it.each([
    ['*.png', 'a.png', true],
    ['*.png', '2026/11/a.PNG', true],
    ['*.png', 'a.jpg', false],
    ['top_?.png', 'top_1.png', true],
    ['top_?.png', 'top_12.png', false],
    ['2026*/*.png', '20261126/a.png', true],
    ['2026*/*.png', '20261126/deep/a.png', false],
    ['2026*/**', '20261126/deep/a.png', true],
    ['**/side/*', 'x/y/side/a.png', true],
    ['**/side/*', 'side/a.png', true],
    ['./a.png', 'a.png', true],
    ['lot\\*.png', 'lot/1.png', true],
    ['カ\u3099*', 'ガ1.png', true],
    ['a.png ; b.png', 'b.png', true],
    ['a.png；b.png', 'b.png', true],
    [' ; ', 'anything.png', true],
  ])('%s and %s: %s', (include, file, expected) => expect(wants(include, file)).toBe(expected));

  it('leave out before they take, and spare the folders that are left out as a whole', () => {
    expect(wants('*.png', 'old/a.png', 'old/**')).toBe(false);
    const { enters } = patternFilter({ include: '', exclude: 'old/**; *.tmp; x/*.png' });
    expect(['old', 'x', 'new', 'new/old'].map(enters)).toEqual([false, true, true, true]);
    expect(patternFilter({ include: '', exclude: '**/old/**' }).enters('new/old')).toBe(false);
  });

  it('mean what a plain reading of them means', () => {
    fc.assert(
      fc.property(pattern, path, (include, file) => {
        expect(wants(include, file)).toBe(byRegExp(include, file));
      }),
      { numRuns: 2000 },
    );
  });

  it('never take a file of a folder that need not be entered', () => {
    fc.assert(
      fc.property(pattern, path, name, (exclude, folder, file) => {
        const filter = patternFilter({ include: '', exclude });
        fc.pre(!filter.enters(folder));
        expect(filter.wants(`${folder}/${file}`)).toBe(false);
      }),
    );
  });

  it('are split whatever was typed, and cost no more than they are long', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(splitPatterns(text)).not.toContain('');
      }),
    );
    const start = performance.now();
    expect(wants('a*'.repeat(100) + 'b', 'a'.repeat(250) + '.png')).toBe(false);
    expect(wants(Array.from({ length: 100 }, () => '**').join('/') + '/b', 'a/'.repeat(30) + 'c')).toBe(false);
    expect(performance.now() - start).toBeLessThan(200);
  });
});
