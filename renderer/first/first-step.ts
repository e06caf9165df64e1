/** The first start, step by step. Where the data lies is asked by a page of its own, since there is no core before it. */
export const firstSteps = ['language', 'folder', 'computer', 'begin'] as const;
export type FirstStep = (typeof firstSteps)[number];

const storageKey = 'minarai.first';

/** The step that this window has come to; the pages before and after the core share it, and a reload begins there. */
export function readFirstStep(): FirstStep {
  const stored = localStorage.getItem(storageKey);
  return firstSteps.find((step) => step === stored) ?? 'language';
}

export function keepFirstStep(step: FirstStep): void {
  localStorage.setItem(storageKey, step);
}
