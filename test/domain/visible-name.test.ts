import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleName } from '#core/domain/visible-name.ts';

test.each([
  ['カメラ１_がぎ.png', 'カメラ１_がぎ.png'],
  ['\u202Egnp.exe', '⟨U+202E⟩gnp.exe'],
  ['new\nline.png', 'new⟨U+000A⟩line.png'],
  ['a\u200Bb\u2066c.png', 'a⟨U+200B⟩b⟨U+2066⟩c.png'],
  ['\uD800.png', '⟨U+D800⟩.png'],
  ['🙂.png', '🙂.png'],
])('%j is shown as %j', (name, shown) => {
  expect(visibleName(name)).toBe(shown);
});

test('nothing that turns or joins lines is left in any name, and what can be seen stays', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (name) => {
      const shown = visibleName(name);
      expect(shown).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
      expect(visibleName(shown)).toBe(shown);
    }),
  );
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'Z', '9', '_', '-', '=', '+', '@', '.', 'カ', 'が', '漢', ' ') }),
      (name) => {
        expect(visibleName(name)).toBe(name);
      },
    ),
  );
});
