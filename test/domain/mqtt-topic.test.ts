import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topicFields, topicOf, topicTrouble } from '#core/domain/mqtt-topic.ts';

describe('topics', () => {
  it.each([
    ['plant/{line}/{camera}/verdict', null],
    ['ライン/{camera}/{by}', null],
    ['', 'empty'],
    ['plant/+/verdict', 'wildcard'],
    ['plant/#', 'wildcard'],
    ['plant/\0', 'unprintable'],
    ['$SYS/{line}', 'reserved'],
    ['plant/{alarm}', 'field'],
    ['plant/{lin', 'field'],
    ['plant/{}', 'field'],
    ['a'.repeat(201), 'long'],
  ] as const)('%s: %s', (pattern, trouble) => {
    expect(topicTrouble('verdict', pattern)).toBe(trouble);
  });

  const anyName = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '_', '%5F', '/', 'a/b', '+', '#', '$SYS', '\0', '%2F'),
  );

  it('whatever a camera is called, its topic has the levels of the pattern and nothing that a broker refuses', () => {
    fc.assert(
      fc.property(anyName, fc.option(anyName), (line, camera) => {
        const levels = topicOf('{line}/{camera}/verdict', { line, camera }).split('/');
        expect(levels).toHaveLength(3);
        for (const level of levels) {
          expect(level).toMatch(/^[^+#\p{Cc}]+$/u);
          expect(level.isWellFormed()).toBe(true);
          expect(level.startsWith('$')).toBe(false);
        }
      }),
    );
  });

  it('two names never have one topic', () => {
    const well = anyName.filter((name) => name !== '' && name.isWellFormed());
    fc.assert(
      fc.property(well, well, (one, other) => {
        fc.pre(one !== other);
        expect(topicOf('{camera}', { camera: one })).not.toBe(topicOf('{camera}', { camera: other }));
        expect(topicOf('{camera}', { camera: one })).not.toBe(topicOf('{camera}', { camera: null }));
      }),
    );
  });

  it('knows the fields of each kind', () => {
    for (const [kind, fields] of Object.entries(topicFields))
      expect(topicTrouble(kind as keyof typeof topicFields, fields.map((name) => `{${name}}`).join('/'))).toBeNull();
  });
});
