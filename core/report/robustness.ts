import type { DisturbanceKind } from '#core/domain/disturbance.ts';
import type { Rate } from '#core/domain/interval.ts';
import type { DisturbanceSays, RobustnessFigures } from '#core/domain/robustness.ts';
import type { Translate } from '#messages/translate.ts';

/* What a model bears, in sentences: the same on the screen, in the report, on an exported model's card and on the command line. */

const percent = (share: number): string => `${Math.round(100 * share)} %`;
const rangeOf = ({ lower95, upper95 }: Rate): string => `${percent(lower95)} – ${percent(upper95)}`;
const figure = (value: number): string => value.toFixed(2);
const pixels = (value: number): string => (value < 10 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(0));

/** Marks that stop so large a share of the good parts leave nothing to get worse. */
const BLUNT = 0.5;

/** How strong, in units that are the same in every language; blur in pixels of the cameras' own pictures. */
export function amountText(
  kind: DisturbanceKind,
  amount: number,
  { low, high }: RobustnessFigures['pxFactor'],
): string {
  if (kind === 'rotation') return `${amount}°`;
  if (kind !== 'blur') return percent(amount);
  const [least, most] = [pixels(amount * low), pixels(amount * high)];
  return least === most ? `${least} px` : `${least}–${most} px`;
}

/** What one disturbance does, up to where it does nothing, and whether the picture check catches it. */
export function disturbanceText(t: Translate, one: DisturbanceSays, card: RobustnessFigures): string {
  const { kind, says, safe, harmful } = one;
  const named = (amount: number): string =>
    t(`robustness.named.${kind}`, { amount: amountText(kind, amount, card.pxFactor) });
  const unharmed =
    safe === null
      ? t('robustness.atOnce')
      : t('robustness.safe', { named: named(safe), defects: card.clean.missed.denominator });
  if (says === 'few') return t('robustness.few', { n: card.clean.missed.denominator });
  if (harmful === null) return unharmed;
  const { missed, stopped, missedAlone, stoppedAlone, keptOut } = harmful;
  const at = named(harmful.amount);
  const gate =
    keptOut.denominator === 0
      ? t('robustness.gate.unknown')
      : t('robustness.gate.keeps', { k: keptOut.numerator, n: keptOut.denominator });
  if (says === 'caught')
    return [
      safe === null ? '' : unharmed,
      t('robustness.caught', {
        ...{ named: at, k: missedAlone.numerator, n: missedAlone.denominator },
        ...{ stopped: stoppedAlone.numerator, good: stoppedAlone.denominator },
      }),
      gate,
    ]
      .filter(Boolean)
      .join(' ');
  if (says === 'weaker') {
    const areas = { value: figure(harmful.auroc?.value ?? 0), was: figure(card.clean.auroc?.value ?? 0) };
    return [unharmed, t('robustness.weaker', { named: at, ...areas })].join(' ');
  }
  const which = says === 'stops' ? 'stopped' : 'missed';
  const rate = which === 'missed' ? missed : stopped;
  const was = card.clean[which];
  const counts = { named: at, k: rate.numerator, n: rate.denominator, range: rangeOf(rate), was: was.numerator };
  return [
    unharmed,
    t(which === 'missed' ? 'robustness.misses' : 'robustness.stops', counts),
    gate,
    t(`robustness.advice.${kind}`),
  ].join(' ');
}

/** Whether a kind was found that nothing was taught of. */
function leftOutText(t: Translate, { name, found, stopped }: RobustnessFigures['kinds'][number]): string {
  return t('robustness.leftOut', {
    ...{ name, k: found.numerator, n: found.denominator, range: rangeOf(found) },
    ...{ stopped: stopped.numerator, good: stopped.denominator },
  });
}

/** By what it was measured. */
export function basisText(t: Translate, { basis, clean }: RobustnessFigures): string {
  const { numerator: k, denominator: good, value } = clean.stopped;
  const by = t(`robustness.basis.${basis}`, { defects: clean.missed.denominator, good });
  // Where nearly everything is stopped anyway, "no more are stopped" means nothing.
  return (value ?? 0) < BLUNT ? by : `${by} ${t('robustness.blunt', { k, n: good })}`;
}

/** The whole of it, a line a sentence. */
export function robustnessLines(t: Translate, card: RobustnessFigures): string[] {
  const few = card.tooFew.map(({ name, pictures }) => t('robustness.kindFew', { name, n: pictures }));
  return [
    basisText(t, card),
    ...card.says.map((one) => `${t(`robustness.kind.${one.kind}`)}: ${disturbanceText(t, one, card)}`),
    ...card.kinds.map((kind) => leftOutText(t, kind)),
    ...few,
  ];
}
