import type { DataSetView } from '#core/contract/rights.ts';
import type { Verdict } from '#core/domain/threshold.ts';
import type { Words } from './words.svelte.ts';

/** What holds of a data set, in words. */
export function rightStateText({ state, graceUntil, newest }: DataSetView, words: Words): string {
  return words.t(`rights.state.${state}`, { until: (state === 'grace' ? graceUntil : newest?.keepUntil) ?? '' });
}

const shapes: Readonly<Record<DataSetView['state'], Verdict>> = {
  ...{ cleared: 'ok', declared: 'ok', sample: 'ok', grace: 'review', waiting: 'review', apart: 'review' },
  ...{ undeclared: 'reject', expired: 'reject', withdrawn: 'reject' },
};

/** ○ may teach, △ a person is to decide, × may not. */
export const rightShape = ({ state }: DataSetView): Verdict => shapes[state];
