import { describe, expect, it } from 'vitest';
import { conditions } from '#core/domain/disturbance.ts';
import {
  conditionFigures,
  disturbancesSay,
  leftOutFigures,
  type Grade,
  type RobustnessFigures,
} from '#core/domain/robustness.ts';
import { robustnessMetrics } from '#core/pilot-metrics.ts';
import { renderHtml } from '#core/report/render-html.ts';
import { amountText, robustnessLines } from '#core/report/robustness.ts';
import { createTranslator } from '#messages/translate.ts';
import { report } from './report-fixture.ts';

/** 21 defects of which darkness hides 3, 40 good parts of which noise stops all; the check keeps what is turned far out. */
function measured(gate: boolean | null = false): RobustnessFigures {
  const scores = (kind: string, amount: number) =>
    Array.from({ length: 61 }, (_, at) => {
      const isDefect = at < 21;
      const hidden = kind === 'darker' && amount >= 0.4 && at < 3;
      const stopped = kind === 'noise' && amount >= 0.1;
      const turned = kind === 'rotation' && amount >= 10;
      const score = isDefect ? (hidden || turned ? 0.2 : 0.9) : stopped ? 0.8 : 0.1;
      return { isDefect, score, review: 0.5, keptOut: turned ? true : gate };
    });
  const clean = conditionFigures(scores('', 0));
  const grades = conditions.flatMap((one): Grade[] =>
    one === null ? [] : [{ ...one, ...conditionFigures(scores(one.kind, one.amount)) }],
  );
  const kind = Array.from({ length: 12 }, (_, at) => ({ isDefect: at < 8, score: at < 6 ? 0.9 : 0.1, anomaly: null }));
  return {
    ...{ basis: 'folds', pxFactor: { low: 2, high: 4 }, clean, grades, says: disturbancesSay(clean, grades) },
    ...{ kinds: [{ name: '割れ <b>', ...leftOutFigures(kind, 0) }], tooFew: [{ name: 'dent', pictures: 1 }] },
  };
}

describe('what a model bears, in sentences', () => {
  it.each([
    [
      'en',
      'Darker: Up to 20 % less light hardly more defects pass and hardly more good parts are stopped. With 40 % less light, 3 of 21 defects would pass (3 % – 36 %) instead of 0.',
      'With noise of 10 %, 40 of 40 good parts would be stopped',
      'With a turn of 10° the model alone would let 21 of 21 defects pass and stop 0 of 40 good parts. The picture check keeps 61 of 61',
      'Blur: Up to a blur of 8–16 px hardly more defects pass and hardly more good parts are stopped.',
      'had nobody taught it: 6 of 8 would be stopped',
      '“dent”: 1 picture is too few',
    ],
    [
      'ja',
      '暗くなる: 明るさ 20 % 減までは、見逃しも止めすぎもほとんど増えません。 明るさ 40 % 減では、不良 21 枚のうち 3 枚を見逃します（3 % – 36 %）。',
      'ノイズ 10 %では、良品 40 枚のうち 40 枚を止めてしまいます',
      '傾き 10°では、モデルだけなら不良 21 枚のうち 21 枚を見逃し',
      'ぼけ: ぼけ 8–16 pxまでは、見逃しも止めすぎもほとんど増えません。',
      'をだれも教えていなかったら：8 枚のうち 6 枚が止まります',
      '「dent」：1 枚では',
    ],
  ] as const)('are counts with their ranges, and pixels of the camera (%s)', (locale, ...said) => {
    const text = robustnessLines(createTranslator(locale), measured()).join('\n');
    for (const one of said) expect(text).toContain(one);
  });

  it('say that nothing can get worse where nearly everything is stopped, and go by AUROC then', () => {
    const rows = (spread: number) =>
      Array.from({ length: 40 }, (_, at) => {
        const isDefect = at < 20;
        return { isDefect, score: 0.6 + (isDefect ? 0.1 : 0) + spread * ((at % 20) / 20), review: 0.5, keptOut: false };
      });
    const clean = conditionFigures(rows(0.05));
    const grades: Grade[] = [{ kind: 'blur', amount: 1, ...conditionFigures(rows(0.4)) }];
    const card = { ...measured(), clean, grades, says: disturbancesSay(clean, grades) };
    const text = robustnessLines(createTranslator('en'), card).join('\n');
    expect(text).toContain('Already as they are, 20 of 20 good parts are stopped');
    expect(text).toMatch(
      /With a blur of 2–4 px it tells defects from good parts worse \(AUROC 0\.\d+ instead of 1\.00\)/,
    );
  });

  it('do not claim that a check helps which has learnt nothing', () => {
    const text = robustnessLines(createTranslator('en'), measured(null)).join('\n');
    expect(text).toContain('The picture check has not learnt yet what is normal');
  });

  it('tell light in shares, blur in pixels of one camera or of several', () => {
    expect(amountText('blur', 0.5, { low: 1, high: 1 })).toBe('0.5 px');
    expect(amountText('blur', 2, { low: 8, high: 8 })).toBe('16 px');
    expect(amountText('shift', 0.05, { low: 8, high: 8 })).toBe('5 %');
    expect(amountText('rotation', 5, { low: 8, high: 8 })).toBe('5°');
  });

  it('stand in the report, escaped, or that nothing was measured; metrics.json has the figures', () => {
    const t = createTranslator('en');
    const html = renderHtml({ ...report, robustness: measured() }, t);
    expect(html).toContain('3 of 21 defects would pass');
    expect(html).toContain('割れ &lt;b&gt;');
    expect(renderHtml(report, t)).toContain('It was not measured how much blur');
    const figures = robustnessMetrics(measured());
    expect(figures).toMatchObject({ measured_on: 'folds', defects: 21, good: 40, untaught: [{ found: 6, of: 8 }] });
    expect(figures?.disturbed).toHaveLength(conditions.length - 1);
    expect(figures?.disturbed).toContainEqual(
      expect.objectContaining({ kind: 'darker', amount: 0.4, escape_rate: 3 / 21, overkill_rate: 0 }),
    );
  });
});
