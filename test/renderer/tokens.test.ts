import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contrastRatio, deltaE2000, hexColour, labOf, seenBy, visions, type Rgb } from './colour-science.ts';

const renderer = join(import.meta.dirname, '../../renderer');
const sheet = readFileSync(join(renderer, 'styles/tokens.css'), 'utf8').replaceAll(/\/\*.*?\*\//gs, '');
const schemes = ['light', 'dark'] as const;
type Scheme = (typeof schemes)[number];

/** Colours of a block of the sheet by name, for one brightness. */
function coloursOf(css: string, scheme: Scheme): Map<string, string> {
  const found = css.matchAll(/--([\w-]+): (?:light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)|(#[0-9a-f]{6}));/g);
  return new Map(
    Array.from(found, ([, name = '', light, dark, both]) => [name, both ?? (scheme === 'light' ? light : dark) ?? '']),
  );
}

const [usual = '', more = ''] = sheet.split('@media (prefers-contrast: more)');
const tables = schemes.flatMap((scheme) => [
  { name: scheme, colours: coloursOf(usual, scheme) },
  { name: `${scheme}, more contrast`, colours: new Map([...coloursOf(usual, scheme), ...coloursOf(more, scheme)]) },
]);
const pick = (colours: ReadonlyMap<string, string>, name: string): Rgb => hexColour(colours.get(name) ?? name);

const grounds = ['bg', 'surface', 'surface-2', 'surface-3'];
const pairs = (inks: readonly string[], on: readonly string[]) => inks.flatMap((ink) => on.map((one) => [ink, one]));
/** What is read upon what. */
const text = [
  ...pairs(['ink', 'ink-2', 'ok', 'review', 'reject', 'accent', 'accent-strong'], grounds),
  ...pairs(['ink-3'], ['bg', 'surface', 'surface-2']),
  ...pairs(['ink', 'ink-2'], ['accent-soft', 'ok-soft', 'review-soft', 'reject-soft']),
  ...['ok', 'review', 'reject'].map((verdict) => [verdict, `${verdict}-soft`]),
  ...pairs(['accent-ink'], ['accent', 'accent-strong']),
  ['accent-strong', 'accent-soft'],
  ['review-mark-ink', 'review-mark'],
  ['picture-ink', 'picture-ground'],
];
/** What is drawn upon what: edges of controls, marks and curves. */
const drawn = [
  ...pairs(
    ['line-strong', 'accent', 'ok-mark', 'review-mark', 'reject-mark', 'neutral-mark'],
    ['bg', 'surface', 'surface-2'],
  ),
  ...pairs(['review-mark', 'reject-mark'], ['ok-soft', 'review-soft', 'reject-soft']),
  ...pairs(
    [1, 2, 3, 4, 5, 6].map((n) => `cluster-${n}`),
    ['surface', 'surface-2'],
  ),
  ...pairs(['lamp-ok', 'lamp-warn', 'lamp-reject'], ['lamp-case']),
];

describe('colours of the token sheet', () => {
  it.each(tables)('are read and seen on what they lie on: WCAG 2.2 AA ($name)', ({ colours }) => {
    const poor = (list: readonly (readonly string[])[], least: number) =>
      list.flatMap(([ink = '', ground = '']) => {
        const ratio = contrastRatio(pick(colours, ink), pick(colours, ground));
        return ratio < least ? [`${ink} on ${ground}: ${ratio.toFixed(2)}`] : [];
      });
    expect(poor(text, 4.5)).toEqual([]);
    expect(poor(drawn, 3)).toEqual([]);
  });

  // 10 is told apart at a glance even in small marks; a difference of 2.3 is just noticeable side by side.
  it.each([
    [['ok-mark', 'review-mark', 'reject-mark', 'neutral-mark'], 10],
    [['ok', 'review', 'reject'], 6],
    [['lamp-ok', 'lamp-warn', 'lamp-reject'], 10],
    [[1, 2, 3, 4, 5, 6].map((n) => `cluster-${n}`), 8],
  ])('of %j differ for every kind of colour vision', (names, least) => {
    const alike = tables.flatMap(({ name, colours }) =>
      (Object.keys(visions) as (keyof typeof visions)[]).flatMap((vision) => {
        const seen = names.map((one) => labOf(seenBy(vision, pick(colours, one))));
        return seen.flatMap((one, at) =>
          seen.slice(at + 1).flatMap((other, after) => {
            const difference = deltaE2000(one, other);
            const both = `${names[at]} ${names[at + 1 + after]}`;
            return difference < least ? [`${name}, ${vision}: ${both} ${difference.toFixed(1)}`] : [];
          }),
        );
      }),
    );
    expect(alike).toEqual([]);
  });

  it('are measured as others measure them', () => {
    expect(contrastRatio(hexColour('#777777'), hexColour('#ffffff'))).toBeCloseTo(4.48, 2);
    // Of the test data of Sharma, Wu and Dalal 2005.
    expect(deltaE2000([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4);
    expect(deltaE2000([50, 2.5, 0], [73, 25, -18])).toBeCloseTo(27.1492, 4);
    expect(deltaE2000([50, -0.001, 2.49], [50, 0.0011, -2.49])).toBeCloseTo(4.7461, 4);
    expect(deltaE2000([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514])).toBeCloseTo(0.9082, 4);
    // Grey stays grey for everybody.
    for (const vision of Object.keys(visions) as (keyof typeof visions)[]) {
      for (const value of seenBy(vision, [0.5, 0.5, 0.5])) expect(value).toBeCloseTo(0.5, 3);
    }
  });
});

describe('the token sheet', () => {
  const sources = readdirSync(renderer, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(svelte|css|ts)$/.test(file) && !file.endsWith('tokens.css'))
    .map((file) => ({ file, lines: readFileSync(join(renderer, file), 'utf8').split('\n') }));
  const hits = (pattern: RegExp) =>
    sources.flatMap(({ file, lines }) =>
      lines.flatMap((line) => (pattern.test(line) ? [`${file}: ${line.trim()}`] : [])),
    );

  it('is the only place with a colour', () => {
    const value = String.raw`#[0-9a-f]{3,8}\b|(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\(|\b(?:white|black|gray|grey|red|green|blue|yellow|orange|purple)\b`;
    expect(
      hits(
        new RegExp(
          String.raw`^\s*(?:[a-z-]*color|background|fill|stroke|border[a-z-]*|outline|box-shadow|text-shadow)\b[^:]*:.*(?:${value})`,
          'i',
        ),
      ),
    ).toEqual([]);
    expect(hits(/(?:fill|stroke|color|Style)\s*=[{"'\s]*(?:#[0-9a-f]{3}|rgb|hsl|white|black)/i)).toEqual([]);
  });

  it('is the only place with a size of type or a radius', () => {
    expect(hits(/^\s*(?:font-size|border-radius):.*\d(?:px|rem|pt)/)).toEqual([]);
  });

  it('defines all that is used', () => {
    const own = new Set(
      [sheet, ...sources.map(({ lines }) => lines.join('\n'))].flatMap((css) =>
        Array.from(css.matchAll(/--([\w-]+)(?=:|')/g), ([, name]) => name),
      ),
    );
    const used = sources.flatMap(({ lines }) =>
      Array.from(lines.join('\n').matchAll(/var\(--([\w-]+)/g), ([, name]) => name),
    );
    expect([...new Set(used)].filter((name) => !own.has(name))).toEqual([]);
  });
});
