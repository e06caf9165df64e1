import type { PlanItem } from '#core/contract/rollout.ts';
import { isCurrency } from '#core/domain/currency.ts';
import type { Words } from '../../../state/words.svelte.ts';

/** What an item of a file is about. */
export function itemName(words: Words, { kind, name }: Pick<PlanItem, 'kind' | 'name'>): string {
  return words.t(`rollout.kind.${kind}`, { name: kind === 'cost' ? words.term('report.input', name) : name });
}

const figures: ReadonlySet<string> = new Set(['value', 'low', 'high']);
const shares: ReadonlySet<string> = new Set(['escape', 'overkill']);

function shown(words: Words, key: string, value: string | number): string | number {
  if (value === '') return 'none';
  if (key === 'role' && typeof value === 'string') return words.term('role', value);
  if (key === 'currency' && typeof value === 'string' && isCurrency(value)) return words.currencyName(value);
  if (typeof value !== 'number') return value;
  if (shares.has(key)) return words.percent(value, 1);
  return figures.has(key) ? value.toLocaleString(words.locale, { maximumSignificantDigits: 6 }) : value;
}

/** What holds of an item, here or in the file. */
export function itemValue(words: Words, kind: PlanItem['kind'], values: NonNullable<PlanItem['now']>): string {
  const params = Object.entries(values).map(([key, value]) => [key, shown(words, key, value)]);
  return words.t(`rollout.value.${kind}`, Object.fromEntries(params) as Record<string, string | number>);
}
