import type { CriterionName } from '#core/domain/pilot-plan.ts';
import type { Words } from '../../../state/words.svelte.ts';

/** A limit with its unit and its direction; a criterion that was not asked for says so. */
export function criterionText(name: CriterionName, limit: number | null, words: Words): string {
  if (limit === null) return words.t('plan.limit.none');
  return words.t(`report.limit.${name}`, { limit });
}
