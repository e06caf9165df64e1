import type { AuditFigures, AuditState, PassedEstimate } from '#core/contract/audit.ts';
import type { Words } from './words.svelte.ts';

/** A shift's name as people say it; the day where it is one shift. */
export const shiftName = (name: string, words: Words): string =>
  name === '' ? words.t('audit.wholeDay') : words.term('shift', name);

/** What the audit of the lines asks for now: shift by shift what is done, and what is overdue. */
export function auditDue(states: readonly AuditState[], words: Words, nowMs: number): string {
  const overdue = states.reduce((sum, one) => sum + one.overdue, 0);
  const shifts = states.flatMap(({ shift }) =>
    shift === null || shift.endMs <= nowMs
      ? []
      : words.t('task.audit.shift', {
          shift: shiftName(shift.name, words),
          done: shift.done,
          need: Math.max(shift.perShift, shift.drawn),
          time: words.duration((shift.endMs - nowMs) / 1000),
        }),
  );
  return [
    ...(shifts.length > 0 ? shifts : [words.t('task.audit.noShift')]),
    ...(overdue > 0 ? [words.t('task.audit.overdue', { n: overdue })] : []),
  ].join(' · ');
}

const shareDigits = (share: number): number => (share < 0.001 ? 3 : share < 0.01 ? 2 : 1);

/** A share of what passed, with as many digits as it needs. */
export const passedShare = (part: number, { passed }: PassedEstimate, words: Words): string => {
  const share = passed === 0 ? 0 : Math.min(1, part / passed);
  return words.percent(share, share === 0 ? 0 : shareDigits(share));
};

/** "214 passed, 20 looked at again, 0 defects: at most 13.9 % of what passed (95 %) · 139,108 in a million" */
export function estimateSentence(estimate: PassedEstimate, words: Words): string {
  const { passed, audited, defects, atMost95 } = estimate;
  if (audited === 0) return words.t('audit.nobody', { passed });
  const said = words.t('audit.says', { passed, audited, defects });
  const atMost = words.t('audit.atMost', { percent: passedShare(atMost95, estimate, words) });
  const ppm = words.t('audit.ppm', { n: Math.round((1e6 * atMost95) / passed) });
  return `${said} – ${atMost} · ${ppm}`;
}

/** What else must be known to read the figures of several shifts. */
export function figuresNotes(figures: AuditFigures, wantedShare: number, words: Words): string[] {
  const { estimate, shifts, unchecked, marks, sinceMs, more } = figures;
  const { value, lower95, upper95, defects, missing } = estimate;
  const percent = words.percent(wantedShare);
  const share = (part: number): string => passedShare(part, estimate, words);
  return [
    ...(value !== null && defects > 0
      ? [words.t('audit.estimate', { percent: share(value), low: share(lower95), high: share(upper95) })]
      : []),
    more === 0 ? words.t('audit.needNothing', { percent }) : words.t('audit.more', { n: more, percent }),
    ...(sinceMs === null ? [] : [words.t('audit.since', { date: words.date(sinceMs), n: shifts })]),
    ...(marks > 1 ? [words.t('audit.marks', { n: marks })] : []),
    ...(missing > 0 ? [words.t('audit.missing', { n: missing })] : []),
    ...(unchecked.shifts > 0 ? [words.t('audit.unchecked', { n: unchecked.shifts, passed: unchecked.passed })] : []),
  ];
}
