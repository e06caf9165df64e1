import type { Sentence } from './sentence.ts';

/** One of the three points of the management page. */
export interface ManagementPoint {
  readonly point: 'improved' | 'money' | 'decision';
  /** good: shown by the figures. open: not shown yet. bad: the figures speak against it. */
  readonly tone: 'good' | 'open' | 'bad';
  readonly headline: Sentence;
  readonly lines: readonly PointLine[];
}

/** A sentence under a point; `role`: a risk or the next step, message key `report.role.<role>`. */
export type PointLine = Sentence & { readonly role?: 'risk' | 'next' };
