import { keeps } from './row.ts';
import type { Row } from './row.ts';

/** Three significant digits, thousands parted; bytes and seconds as they are. */
export function figure(value: number | null): string {
  if (value === null) return '–';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return Number(value.toPrecision(3)).toString();
}

function ratioCell({ ratio, spread, peer_name }: Row): string {
  if (ratio === null) return peer_name === null && spread ? `(${spread.map(figure).join(' – ')})` : '–';
  return `${ratio.toFixed(2)}× (${spread ? spread.map((value) => value.toFixed(2)).join(' – ') : '–'})`;
}

function targetCell(row: Row): string {
  if (row.target === undefined) return '';
  const sign = row.peer_name !== null || row.better === 'more' ? '≥' : '≤';
  const verdict = keeps(row);
  const mark = verdict === null ? '' : verdict ? ' ✓' : ' ✗';
  return `${sign} ${figure(row.target)}${row.peer_name === null ? '' : '×'}${mark}`;
}

const HEADINGS = ['what', 'ours', 'peer', 'unit', 'ratio (spread)', 'at least', 'runs'] as const;

function cells(row: Row): string[] {
  return [row.what, figure(row.ours), figure(row.peer), row.unit, ratioCell(row), targetCell(row), String(row.runs)];
}

/** The rows for a terminal, followed by who the peers were and what is missing or worth knowing. */
export function textTable(rows: readonly Row[]): string {
  const lines = [HEADINGS, ...rows.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const table = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...table, ...remarks(rows).map((remark) => `  ${remark}`)].join('\n');
}

/** The rows as Markdown, for the readme. */
export function markdownTable(rows: readonly Row[]): string {
  const line = (values: readonly string[]): string => `| ${values.join(' | ')} |`;
  const table = [line(HEADINGS), line(HEADINGS.map(() => '---')), ...rows.map((row) => line(cells(row)))];
  return [...table, '', ...remarks(rows).map((remark) => `- ${remark}`)].join('\n');
}

function remarks(rows: readonly Row[]): string[] {
  const peers = new Set(rows.flatMap(({ peer_name }) => peer_name ?? []));
  const notes = new Set(rows.flatMap(({ note }) => note ?? []));
  const reasons = rows.flatMap(({ what, reason }) => (reason === undefined ? [] : [`missing: ${what}: ${reason}`]));
  return [...[...peers].map((peer) => `peer: ${peer}`), ...notes, ...reasons];
}
