/**
 * The summary of `npm run test:faults` from what each fault's test recorded (test/faults/record.ts).
 *
 * @typedef {{ fault: string, inputs: number, survived: number, lost: number, seconds: number, figures?: Record<string, number> }} FaultRow
 */

/** @param {string | undefined} lines one JSON object a line @returns {FaultRow[]} by the number that a fault begins with */
export function readFaultRows(lines) {
  /** @type {FaultRow[]} */
  const rows = (lines ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return rows.toSorted((a, b) => a.fault.localeCompare(b.fault, 'en', { numeric: true }));
}

/** Faults of which something was lost, or not all of what was tried survived. @param {FaultRow[]} rows */
export const notSurvived = (rows) => rows.filter(({ inputs, survived, lost }) => lost > 0 || survived < inputs);

/**
 * The rows for a machine: what was recorded of one number (that of the list of faults this app must survive) is one row; faults
 * without a number are left out.
 *
 * @param {readonly FaultRow[]} rows
 */
export function faultsJson(rows) {
  /** @type {Map<number, { row: number, tried: number, survived: number, lost: number, seconds: number }>} */
  const byNumber = new Map();
  for (const { fault, inputs, survived, lost, seconds } of rows) {
    const row = Number(/^\d+(?= )/.exec(fault)?.[0] ?? 0);
    if (row === 0) continue;
    const sum = byNumber.get(row) ?? { row, tried: 0, survived: 0, lost: 0, seconds: 0 };
    byNumber.set(row, {
      row,
      tried: sum.tried + inputs,
      survived: sum.survived + survived,
      lost: sum.lost + lost,
      seconds: Math.round(10 * (sum.seconds + seconds)) / 10,
    });
  }
  return { rows: [...byNumber.values()] };
}

/** `peakRssMb` → `peak rss mb` @param {string} name */
const spaced = (name) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** @param {FaultRow} row */
const figuresOf = ({ figures = {} }) =>
  Object.entries(figures)
    .map(([name, value]) => `${spaced(name)} ${value.toLocaleString('en')}`)
    .join(', ');

/** A table in Markdown, as it is kept with the figures of a release; figures, which may be many, are not padded. @param {FaultRow[]} rows */
export function faultsTable(rows) {
  const cells = [
    ['fault', 'inputs tried', 'survived', 'lost', 'seconds', 'figures'],
    ...rows.map((row) => [
      row.fault,
      ...[row.inputs, row.survived, row.lost, row.seconds].map((count) => count.toLocaleString('en')),
      figuresOf(row),
    ]),
  ];
  const widths = (cells[0] ?? []).map((head, column) =>
    head === 'figures' ? head.length : Math.max(...cells.map((line) => (line[column] ?? '').length)),
  );
  /** @param {string[]} line */
  const write = (line) =>
    `| ${line.map((cell, at) => (at >= 1 && at <= 4 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, at) => (at >= 1 && at <= 4 ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [write(head), rule, ...body.map(write)].join('\n');
}
