import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import en from '#messages/report.en.json' with { type: 'json' };
import ja from '#messages/report.ja.json' with { type: 'json' };

/** Names of the parameters of an ICU message. */
function parameters(message: string): string[] {
  return [...new Set([...message.matchAll(/\{(\w+)(?=[,}])/g)].map(([, name]) => name!.replace(/Man$/, '')))].sort();
}

describe('words of the report', () => {
  it('exist in both languages, with the same parameters', () => {
    expect(Object.keys(ja)).toEqual(Object.keys(en));
    for (const [key, message] of Object.entries(en)) {
      const missing = parameters(ja[key as keyof typeof ja]).filter((name) => !parameters(message).includes(name));
      if (key !== 'report.yen') expect(missing, key).toEqual([]);
    }
  });

  it('are all used', () => {
    const folder = join(import.meta.dirname, '../../core/report');
    const source = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n');
    const patterns = [...source.matchAll(/'(report\.[\w.]+)'|`(report\.[^`]+)`/g)].map(
      ([, plain, template]) =>
        new RegExp(`^${(plain ?? template ?? '').replace(/\$\{[^}]+\}/g, '\\w+').replaceAll('.', '\\.')}$`),
    );
    expect(Object.keys(en).filter((key) => !patterns.some((pattern) => pattern.test(key)))).toEqual([]);
  });
});
