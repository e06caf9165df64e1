import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '#core/contract/errors.ts';
import en from '#messages/en.json' with { type: 'json' };
import ja from '#messages/ja.json' with { type: 'json' };
import { parametersOf } from '#test/message-parameters.ts';

const root = join(import.meta.dirname, '..', '..');
const sources = globSync('{core,engine,host,electron,native}/**/*.ts', { cwd: root });

/** The text from a bracket to the one that closes it. */
function bracketed(text: string, from: number): string {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}' && --depth === 0) return text.slice(from, at + 1);
  }
  throw new Error('a bracket that nothing closes');
}

/** Each place where a failure is named, with the names of what it gives. Places that pass a whole object on are not read. */
const named = sources.flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/new AppError\('(\w+)'(?:,\s*(\{)?|\s*[,)])/g)].flatMap((match) => {
    const [whole, code = '', bracket] = match;
    const params = bracket === undefined ? '' : bracketed(text, match.index + whole.length - 1);
    if (/\.\.\.\w/.test(params)) return [];
    return [{ file, code, params: [...params.matchAll(/[{,]\s*(\w+)/g)].map(([, name = '']) => name) }];
  });
});

describe('every failure the app names', () => {
  it('is found in the sources', () => {
    expect(named.length).toBeGreaterThan(20);
  });

  it('gives what its sentence needs, in both languages', () => {
    const words: Readonly<Record<string, string>>[] = [en, ja];
    const missing = named.flatMap(({ file, code, params }) =>
      words.flatMap((table) =>
        parametersOf(table[`error.${code}`] ?? '', 'en')
          .filter((name) => !params.includes(name))
          .map((name) => `${file}: ${code} without ${name}`),
      ),
    );
    expect([...new Set(missing)]).toEqual([]);
  });

  it('has words in both languages', () => {
    for (const code of errorCodes) {
      expect(en).toHaveProperty([`error.${code}`]);
      expect(ja).toHaveProperty([`error.${code}`]);
    }
  });
});
