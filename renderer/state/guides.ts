import type { Locale } from '#core/contract/views.ts';
import { type Block, readMarkdown, textOf } from './markdown.ts';

/** The guides of docs/, in the order in which they are listed; titles are `help.guide.<name>`. */
export const guideNames = [
  'operator',
  'routine',
  'supervisor',
  'photo',
  'training',
  'glossary',
  'manager',
  'it',
  'cluster',
] as const;
export type GuideName = (typeof guideNames)[number];

// The same files that lie in docs/, bundled: the window reads them without a network, in a browser and in the packaged app.
const files = import.meta.glob<string>('../../docs/{ja,en}/*.md', { query: '?raw', import: 'default' });
const images = import.meta.glob<string>('../../docs/images/**/*.{png,webp,svg}', {
  query: '?url',
  import: 'default',
  eager: true,
});

/** In English where a language has no guide of its own. */
export async function readGuide(name: GuideName, locale: Locale): Promise<Block[]> {
  const read = files[`../../docs/${locale}/${name}.md`] ?? files[`../../docs/en/${name}.md`];
  return read === undefined ? [] : readMarkdown(await read());
}

/** Where a guide's picture is; null: it is none of ours. */
export function imageAddress(to: string): string | null {
  return images[to.replace(/^(\.\.\/)+/, '../../docs/')] ?? null;
}

/** Another guide that a link means, and a place in it; null: it leads out of the guides. */
export function guideMeant(to: string): { readonly name: GuideName; readonly place: string } | null {
  const [file = '', place = ''] = to.split('#');
  const name = guideNames.find((one) => file === `${one}.md`);
  return name === undefined ? null : { name, place };
}

export interface Found {
  readonly guide: GuideName;
  /** The heading or point above it. */
  readonly place: string;
  readonly before: string;
  readonly match: string;
  readonly after: string;
}

const AROUND = 36;
const MOST = 40;

/** Where words stand in a guide: every one of them in the same paragraph, whatever the case and width of the letters. */
export function findIn(guide: GuideName, blocks: readonly Block[], query: string): Found[] {
  // Character by character, so that places in the folded text are places in the text.
  const fold = (text: string): string =>
    Array.from(text, (one) => {
      const flat = one.normalize('NFKC').toLowerCase();
      return flat.length === one.length ? flat : one;
    }).join('');
  const wanted = fold(query)
    .split(/\s+/)
    .filter((word) => word !== '');
  const found: Found[] = [];
  const look = (block: Block, place: string): void => {
    if (block.kind === 'list') {
      for (const { id, blocks: own } of block.items) for (const one of own) look(one, id ?? place);
      return;
    }
    for (const text of textOf(block).split('\n')) {
      const folded = fold(text);
      const at = folded.indexOf(wanted[0] ?? '');
      if (found.length >= MOST || at < 0 || !wanted.every((word) => folded.includes(word))) continue;
      const end = at + (wanted[0]?.length ?? 0);
      found.push({
        ...{ guide, place },
        before: (at > AROUND ? '…' : '') + text.slice(Math.max(0, at - AROUND), at),
        match: text.slice(at, end),
        after: text.slice(end, end + AROUND) + (text.length > end + AROUND ? '…' : ''),
      });
    }
  };
  let place = '';
  if (wanted.length === 0) return [];
  for (const block of blocks) {
    if (block.kind === 'heading') place = block.id;
    look(block, place);
  }
  return found;
}
