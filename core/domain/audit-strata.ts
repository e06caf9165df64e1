import type { AuditStratumName } from './audit-draw.ts';
import type { AuditStratum } from './stratified-bound.ts';

interface Cell {
  readonly shiftId: number;
  readonly thresholdId: number;
  readonly stratum: AuditStratumName;
  /** Came when the shift's sample had been made whole. */
  readonly late: boolean;
}

/** What was drawn with equal chances: the pictures of one stratum of a shift under one mark, late ones apart. */
export interface AuditCell extends Cell {
  readonly passed: number;
  readonly drawn: number;
}

/** A drawn picture with what a person said of it, whichever way. */
export interface AuditDraw extends Cell {
  /** Its lot; the smallest ones of a cell are drawn and looked at first. */
  readonly number: number;
  /** held: set aside; open: nobody has looked. */
  readonly answer: 'good' | 'defect' | 'held' | 'open';
}

const keyOf = ({ shiftId, thresholdId, stratum, late }: Cell): string =>
  `${shiftId} ${thresholdId} ${stratum} ${late ? 1 : 0}`;

/**
 * The cells with their answers. Of a shift that has ended, pictures behind the last lot that was answered were not reached: what
 * was is a random sample all the same, and they count for nothing. One that was passed over or set aside is missing, since that
 * may be for what it shows. While a shift runs nothing is missing but what was set aside.
 */
export function strataOf(
  cells: readonly AuditCell[],
  draws: readonly AuditDraw[],
  hasEnded: (shiftId: number) => boolean,
): (AuditStratum & { readonly shiftId: number })[] {
  const byCell = Map.groupBy(draws, keyOf);
  return cells.map((cell) => {
    const lots = (byCell.get(keyOf(cell)) ?? []).toSorted((a, b) => a.number - b.number);
    const ended = hasEnded(cell.shiftId);
    const reached = ended ? lots.slice(0, lots.findLastIndex(({ answer }) => answer !== 'open') + 1) : lots;
    const count = (...answers: readonly AuditDraw['answer'][]): number =>
      reached.filter(({ answer }) => answers.includes(answer)).length;
    return {
      shiftId: cell.shiftId,
      passed: cell.passed,
      answered: count('good', 'defect'),
      defects: count('defect'),
      missing: ended ? count('held', 'open') : count('held'),
    };
  });
}
