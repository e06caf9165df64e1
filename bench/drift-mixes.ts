import type { DriftMeasure } from '#core/domain/drift/measures.ts';
import type { Line } from './drift-lines.ts';

/** A mix of pictures that changes. */
export interface Mix {
  readonly what: string;
  readonly measure: DriftMeasure;
  readonly usual: readonly number[];
  /** What grows from a share `before` to `share`. */
  readonly others: readonly number[];
  readonly before: number;
  readonly share: number;
}

const FLAGGED = { before: 0.05, share: 0.15 };
const RARE_GROWS_TO = 0.25;

function rowsOfKind({ rows }: Line, isWanted: (kind: string, isDefect: boolean) => boolean): number[] {
  return rows.flatMap((about, row) => (isWanted(about.class, about.is_defect === '1') ? [row] : []));
}

/** How much of a line's defects the kind is. */
const countOf = (line: Line, kind: string): number => rowsOfKind(line, (one) => one === kind).length;

/** What can be planted in a set by choosing among its pictures: more that is stopped, another mix of kinds, other surfaces. */
export function mixes(line: Line): Mix[] {
  const good = rowsOfKind(line, (_, isDefect) => !isDefect);
  const defects = rowsOfKind(line, (_, isDefect) => isDefect);
  const kinds = line.kinds.filter((kind) => defects.some((row) => line.rows[row]?.class === kind));
  const [rarest = ''] = kinds.toSorted((a, b) => countOf(line, a) - countOf(line, b));
  const ofRarest = rowsOfKind(line, (kind) => kind === rarest);
  const found: Mix[] = [];
  if (good.length > 0) {
    found.push({ what: 'flagged 5 % to 15 %', measure: 'flags', usual: good, others: defects, ...FLAGGED });
    found.push({
      what: 'half are other surfaces',
      measure: 'look',
      usual: good,
      others: defects,
      before: 0,
      share: 0.5,
    });
  } else {
    const others = rowsOfKind(line, (kind) => kinds.slice(-2).includes(kind));
    const usual = rowsOfKind(line, (kind) => !kinds.slice(-2).includes(kind));
    found.push({ what: 'half are other surfaces', measure: 'look', usual, others, before: 0, share: 0.5 });
  }
  if (kinds.length > 2) {
    const before = ofRarest.length / defects.length;
    const usual = defects.filter((row) => !ofRarest.includes(row));
    const what = `kind ${Math.round(100 * before)} % to ${100 * RARE_GROWS_TO} % of what is flagged`;
    found.push({ what, measure: 'kinds', usual, others: ofRarest, before, share: RARE_GROWS_TO });
  }
  return found;
}
