import { Random } from '#core/domain/random.ts';

/** What each part of an address may be; every dot and slash in the ways in which servers were once fooled. */
const ups = [
  ...[
    '..',
    '.',
    '...',
    '....',
    '..;',
    '.. ',
    ' ..',
    '.%2e',
    '%2e.',
    '%2e%2e',
    '%2E%2E',
    '%252e%252e',
    '%25252e%25252e',
  ],
  ...[
    '..%00',
    '%00..',
    '%c0%ae%c0%ae',
    '%e0%80%ae%e0%80%ae',
    '%uff0e%uff0e',
    '\uff0e\uff0e',
    '%u002e%u002e',
    '\u2024\u2024',
  ],
  ...['%00%2e%00%2e', '.%00.%00', '..%0a', '..%0d%0a', '..\u0000', '%f0%80%80%ae'],
] as const;
const slashes = [
  ...[
    '/',
    '\\',
    '//',
    '\\\\',
    '/./',
    '%2f',
    '%2F',
    '%5c',
    '%252f',
    '%255c',
    '%c0%af',
    '%c1%9c',
    '%e0%80%af',
    '%u2215',
    '%u2216',
  ],
  ...['\u2215', '\uff0f', ';/', '/;/', '%00%2f', '/%2e/', '?/', '#/', '%09/'],
] as const;
const roots = [
  ...[
    '',
    '',
    '',
    '/',
    '//',
    '\\',
    '\\\\server\\share\\',
    '//server/share/',
    '\\\\?\\C:\\',
    '\\\\.\\',
    'C:\\',
    'C:/',
    'c:',
    'file:///',
  ],
  ...[
    'file://localhost/',
    'app://minarai/',
    'http://127.0.0.1/',
    '~/',
    '/proc/self/root',
    '/proc/self/cwd/',
    '/dev/fd/',
    '$HOME/',
  ],
] as const;
const ends = [
  ...[
    '',
    '',
    '',
    '%00',
    '%00.png',
    '.png',
    '.',
    ' ',
    '%20',
    '::$DATA',
    ':$i30',
    '/',
    '/.',
    '\\',
    '~1',
    '?x=.webp',
    '#.webp',
    ';.png',
  ],
  ...['.webp', '\u0000.html', '%0a', '*', '%ff', '\ud800'],
] as const;

/** The routes of the picture and export server, with what each takes for a part of a right address. */
export const routes = [
  ...[
    '/',
    '/assets/',
    '/picture/',
    '/picture/1',
    '/thumb/',
    '/thumb/1',
    '/heat/',
    '/heat/1',
    '/export/',
    '/export/report.html',
  ],
  ...['/preview/', '/preview/00000000-0000-4000-8000-000000000000/', '/rpc/'],
] as const;

/**
 * `count` strings that try to lead out of a folder, all different, the same for the same seed.
 *
 * @param targets files that lie outside, by their names and full paths
 */
export function traversals(count: number, targets: readonly string[], seed: number): string[] {
  const random = new Random(seed);
  const one = <Item>(items: readonly Item[]): Item => items[random.below(items.length)] as Item;
  const made = new Set<string>(['A'.repeat(5000), '../'.repeat(1500), '%2e%2e%2f'.repeat(500)]);
  while (made.size < count) {
    const up = one(ups);
    const slash = one(slashes);
    const mixed = (): string => (random.below(4) === 0 ? one(ups) + one(slashes) : up + slash);
    const climb = Array.from({ length: random.below(9) }, mixed).join('');
    const target = one(targets);
    const written = random.below(3) === 0 ? target.replaceAll('/', slash) : target;
    const encoded = random.below(5) === 0 ? encodeURIComponent(written) : written;
    made.add(one(roots) + climb + encoded + one(ends));
  }
  return [...made].slice(0, count);
}
