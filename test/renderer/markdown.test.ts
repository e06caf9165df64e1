import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, readMarkdown, textOf } from '../../renderer/state/markdown.ts';

const docs = join(import.meta.dirname, '../../docs');
const read = (locale: string, file: string): Block[] => readMarkdown(readFileSync(join(docs, locale, file), 'utf8'));
const steps = (blocks: readonly Block[]): (string | null)[] =>
  blocks.flatMap((block) => (block.kind === 'list' ? block.items.map(({ id }) => id) : [])).filter((id) => id !== null);

describe('guides', () => {
  it.each(readdirSync(join(docs, 'ja')).filter((file) => file.endsWith('.md')))(
    '%s has its steps in both languages, and no mark-up is left in its words',
    (file) => {
      const [ja, en] = [read('ja', file), read('en', file)];
      expect(steps(ja)).toEqual(steps(en));
      for (const block of [...ja, ...en]) {
        if (block.kind === 'code') continue;
        expect(textOf(block)).not.toMatch(/\*\*|^#+ |\]\(/m);
      }
    },
  );

  it('have the chapters that the screens open', () => {
    expect(steps(read('ja', 'supervisor.md')).slice(0, 6)).toEqual([1, 2, 3, 4, 5, 6].map((n) => `step-${n}`));
    expect(readdirSync(join(docs, 'en')).toSorted()).toEqual(readdirSync(join(docs, 'ja')).toSorted());
  });

  it('read any text to an end, losing no word of a plain one', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => void readMarkdown(text)));
    const lines = fc.array(fc.constantFrom('- a', '1. b', '  c', '# d', '| e | f |', '```', '> g', '', '**h** i'), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(lines, (all) => {
        const words = readMarkdown(all.join('\n')).map(textOf).join(' ');
        for (const letter of ['a', 'b', 'd', 'g'])
          if (!all.includes('```') && all.some((line) => new RegExp(`[-.#>] ${letter}$`).test(line)))
            expect(words).toContain(letter);
      }),
    );
  });

  it('keep what looks like HTML a text', () => {
    expect(readMarkdown('<img src=x onerror=alert(1)>')).toEqual([
      { kind: 'paragraph', inline: [{ kind: 'text', text: '<img src=x onerror=alert(1)>' }] },
    ]);
  });
});
