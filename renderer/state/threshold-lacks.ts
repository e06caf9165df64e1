import type { Aims } from '#core/domain/aims.ts';
import { defectsNeeded } from '#core/domain/interval.ts';
import { costPerReviewYen, type LineFacts } from '#core/domain/line-estimate.ts';
import type { ThresholdTable } from '#core/domain/threshold.ts';
import type { MessageParams } from '#messages/translate.ts';

/** Something that is missing, as `lack.<code>`, and what it would take. */
export interface Lack {
  readonly code: 'no_defects' | 'no_good' | 'same_scores' | 'no_inputs' | 'no_costs' | 'free_escape' | 'free_overkill';
  readonly params: MessageParams;
}

/** Why the page cannot say, suggest or promise more on these pictures and inputs; nothing where it can. */
export function lacksOf(table: ThresholdTable, line: LineFacts | null, { maxEscape }: Aims): Lack[] {
  const { good, defect } = table.judged;
  const { judgedScores } = table;
  const lacks: Lack[] = [];
  const lack = (code: Lack['code'], params: MessageParams = {}): void => void lacks.push({ code, params });
  if (defect === 0) lack('no_defects', { good, needed: defectsNeeded(maxEscape), limit: maxEscape });
  if (good === 0 && defect > 0) lack('no_good', { defect });
  if (good > 0 && defect > 0 && judgedScores[0] === judgedScores.at(-1))
    lack('same_scores', { n: judgedScores.length });
  if (line === null) lack('no_inputs');
  else {
    const [freeEscape, freeOverkill] = [line.costPerEscapeYen === 0, line.costPerOverkillYen === 0];
    // Costs of nothing make every pair of marks as cheap as any other.
    if (freeEscape && freeOverkill && costPerReviewYen(line) === 0) lack('no_costs');
    else if (freeEscape) lack('free_escape');
    else if (freeOverkill) lack('free_overkill');
  }
  return lacks;
}
