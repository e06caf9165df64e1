/*
 * The little Markdown that our guides are written in, read into data: the window makes elements of it, so whatever stands in a
 * text stays text. Headings are numbered `h-1`, `h-2` …, the points of the first numbered list `step-1` …: the same in every language.
 */

export type Inline =
  | { readonly kind: 'text' | 'strong' | 'em' | 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly to: string }
  | { readonly kind: 'image'; readonly text: string; readonly to: string };

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly id: string; readonly inline: readonly Inline[] }
  | { readonly kind: 'paragraph' | 'quote'; readonly inline: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly ListItem[] }
  | { readonly kind: 'table'; readonly head: readonly (readonly Inline[])[]; readonly rows: readonly Row[] };
type Row = readonly (readonly Inline[])[];

export interface ListItem {
  readonly id: string | null;
  readonly blocks: readonly Block[];
}

const pattern =
  /`([^`]+)`|\*\*(.+?)\*\*|!\[([^\]]*)\]\(([^)\s]+)\)|\[([^\]]+)\]\(([^)\s]+)\)|(?<![\p{L}\p{N}])_([^_]+)_(?![\p{L}\p{N}])/gu;

/** What stands inside a line. */
export function readInline(text: string): Inline[] {
  const parts: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const [whole, code, strong, image, source, link, to, em] = match;
    if (match.index > at) parts.push({ kind: 'text', text: text.slice(at, match.index) });
    at = match.index + whole.length;
    if (code !== undefined) parts.push({ kind: 'code', text: code });
    else if (strong !== undefined) parts.push({ kind: 'strong', text: strong });
    else if (source !== undefined) parts.push({ kind: 'image', text: image ?? '', to: source });
    else if (to !== undefined) parts.push({ kind: 'link', text: link ?? '', to });
    else parts.push({ kind: 'em', text: em ?? '' });
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) });
  return parts;
}

/** Lines of one paragraph: Japanese is joined without a space. */
function join(lines: readonly string[]): string {
  return lines
    .map((line) => line.trim())
    .reduce(
      (sum, line) =>
        sum === ''
          ? line
          : /[\u3000-\u9fff\uff00-\uffef]$/.test(sum) || /^[\u3000-\u9fff\uff00-\uffef]/.test(line)
            ? sum + line
            : `${sum} ${line}`,
      '',
    );
}

const bullet = /^(\s*)([-*]|\d+\.)\s+/;
const cells = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));

/** Numbers what is numbered in the order of the text. */
class Numbers {
  headings = 0;
  stepsDone = false;
}

function readList(lines: readonly string[], numbers: Numbers): { block: Block; used: number } {
  const [, indent = '', mark = '-'] = bullet.exec(lines[0] ?? '') ?? [];
  const ordered = /\d/.test(mark);
  const inside = (line: string): boolean => line.trim() === '' || line.length - line.trimStart().length > indent.length;
  const starts = (line: string): boolean => {
    const found = bullet.exec(line);
    return found !== null && (found[1] ?? '').length === indent.length && /\d/.test(found[2] ?? '') === ordered;
  };
  const items: string[][] = [];
  let used = 0;
  for (; used < lines.length; used++) {
    const line = lines[used] ?? '';
    if (starts(line)) items.push([line.replace(bullet, '')]);
    else if (inside(line)) items.at(-1)?.push(line);
    else if (lines[used - 1]?.trim() !== '' && !/^(#|\||```|>)/.test(line) && bullet.exec(line) === null)
      items.at(-1)?.push(line);
    else break;
  }
  const steps = ordered && indent === '' && !numbers.stepsDone;
  if (steps) numbers.stepsDone = true;
  return {
    used,
    block: {
      ...{ kind: 'list', ordered },
      items: items.map((own, at) => ({ id: steps ? `step-${at + 1}` : null, blocks: readBlocks(own, numbers) })),
    },
  };
}

function readBlocks(lines: readonly string[], numbers: Numbers): Block[] {
  const blocks: Block[] = [];
  const paragraph: string[] = [];
  const end = (): void => {
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', inline: readInline(join(paragraph)) });
    paragraph.length = 0;
  };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const heading = /^(#{1,4})\s+(.*)$/.exec(line.trim());
    if (line.trim() === '' || /^<!--.*-->$/.test(line.trim())) end();
    else if (heading) {
      end();
      const id = `h-${++numbers.headings}`;
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, id, inline: readInline(heading[2] ?? '') });
    } else if (line.trim().startsWith('```')) {
      end();
      const close = lines.findIndex((other, n) => n > at && other.trim().startsWith('```'));
      const last = close === -1 ? lines.length : close;
      blocks.push({ kind: 'code', text: lines.slice(at + 1, last).join('\n') });
      at = last;
    } else if (bullet.test(line)) {
      end();
      const { block, used } = readList(lines.slice(at), numbers);
      blocks.push(block);
      at += used - 1;
    } else if (/^\s*\|/.test(line)) {
      end();
      const count = lines.slice(at).findIndex((other) => !/^\s*\|/.test(other));
      const table = lines.slice(at, count === -1 ? lines.length : at + count);
      const [head = '', , ...rows] = table;
      const row = (text: string): Row => cells(text).map(readInline);
      blocks.push({ kind: 'table', head: row(head), rows: rows.map(row) });
      at += table.length - 1;
    } else if (line.startsWith('>')) {
      end();
      blocks.push({ kind: 'quote', inline: readInline(line.replace(/^>\s?/, '')) });
    } else paragraph.push(line);
  }
  end();
  return blocks;
}

/** A guide as blocks. Whatever is not understood is a paragraph of text. */
export function readMarkdown(text: string): Block[] {
  return readBlocks(text.replaceAll('\r\n', '\n').split('\n'), new Numbers());
}

const plain = (inline: readonly Inline[]): string => inline.map(({ text }) => text).join('');

/** The words of a block, for looking something up. */
export function textOf(block: Block): string {
  switch (block.kind) {
    case 'code':
      return block.text;
    case 'list':
      return block.items.flatMap(({ blocks }) => blocks.map(textOf)).join('\n');
    case 'table':
      return [block.head, ...block.rows].map((row) => row.map(plain).join(' ')).join('\n');
    default:
      return plain(block.inline);
  }
}
