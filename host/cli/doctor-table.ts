import type { MachineFact } from '#core/app-types.ts';
import { isMessageKey } from '#messages/translate.ts';
import type { Translate } from '#messages/translate.ts';

const marks = { ok: '✓', missing: '✗', optional: '–' } as const;

/** Japanese characters take two columns of a terminal. */
function columns(text: string): number {
  let width = 0;
  for (const char of text)
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(char)
      ? 2
      : 1;
  return width;
}

/** One line a fact, and below it what to install for more. */
export function doctorTable(facts: readonly MachineFact[], translate: Translate): string {
  const names = facts.map(({ what }) => {
    const key = `fact.${what}`;
    return isMessageKey(key) ? translate(key) : what;
  });
  const width = Math.max(...names.map(columns));
  return facts
    .map(({ status, value, hint }, n) => {
      const name = names[n] ?? '';
      const line = `${marks[status]} ${name}${' '.repeat(width - columns(name))}  ${value || '–'}`;
      const key = `hint.${hint}`;
      return hint !== null && isMessageKey(key) ? `${line}\n    ${translate(key)}` : line;
    })
    .join('\n');
}
