import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '#core/contract/errors.ts';
import en from '#messages/en.json' with { type: 'json' };
import ja from '#messages/ja.json' with { type: 'json' };
import { parametersOf } from '#test/message-parameters.ts';

const root = join(import.meta.dirname, '..', '..');
const sources = globSync('{core,engine,host,electron,native}/**/*.ts', { cwd: root });

/** Each place where a failure is named, with the names of what it gives. Places that pass a whole object on are not read. */
const named = sources.flatMap((file) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/new AppError\('(\w+)'(?:,\s*\{([^}]*)\})?\s*[,)]/g)].map(
    ([, code = '', params = '']) => ({
      file,
      code,
      params: params.split(',').map((entry) => entry.split(':')[0]?.trim() ?? ''),
    }),
  ),
);

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
