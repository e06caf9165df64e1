import type { FigureBy, FigureEvent, FigurePoint, FigureRow } from '#core/contract/figures.ts';
import { visibleName } from '#core/domain/visible-name.ts';
import type { Words } from './words.svelte.ts';

type Rate = FigureRow['rates']['flagRate'];

/** As many digits as tell small shares apart. */
const digits = (share: number): number =>
  share > 0 && share < 0.0995 ? (share < 0.00995 ? 2 : 1) : share > 0.99 && share < 1 ? 2 : 1;

export const shareText = (share: number, words: Words): string => words.percent(share, digits(share));

/** A share, "–" where nothing was counted. */
export const rateText = ({ value }: Rate, words: Words): string => (value === null ? '–' : shareText(value, words));

/** "1.8 % to 6.1 %"; empty where nothing was counted. */
export const rangeText = ({ value, lower95, upper95 }: Rate, words: Words): string =>
  value === null ? '' : words.t('figures.range', { low: shareText(lower95, words), high: shareText(upper95, words) });

export const ofText = ({ numerator, denominator }: Rate, words: Words): string =>
  words.t('figures.ofN', { k: numerator, n: denominator });

/** A shift as people say it. */
export const shiftText = (shift: string, words: Words): string =>
  shift === '' ? words.t('figures.unknown') : visibleName(words.term('shift', shift));

/** A production day in the reader's way, with its week day. */
export function dayText(day: string, words: Words): string {
  const at = new Date(`${day}T12:00`);
  return Number.isNaN(at.getTime())
    ? visibleName(day)
    : at.toLocaleDateString(words.locale, { month: 'numeric', day: 'numeric', weekday: 'short' });
}

/** What a group is called. */
export function groupText({ key, name }: Pick<FigureRow, 'key' | 'name'>, by: FigureBy, words: Words): string {
  if (name !== '') return visibleName(name);
  if (by === 'shift') return shiftText(key, words);
  if (key === '') return words.t('figures.unknown');
  return by === 'day' ? dayText(key, words) : visibleName(key);
}

/** What a point of the trend is: its day and shift, or its days. */
export function pointText({ from, to, shift }: FigurePoint, words: Words): string {
  const days =
    from === to
      ? dayText(from, words)
      : words.t('figures.span', { from: dayText(from, words), to: dayText(to, words) });
  return shift === null ? days : `${days} ${shiftText(shift, words)}`;
}

function whatText(event: FigureEvent, words: Words): string {
  switch (event.kind) {
    case 'marks':
      return words.t('figures.event.marks', {
        review: words.number(event.review, 2),
        reject: words.number(event.reject, 2),
      });
    case 'model':
      return words.t(event.back ? 'figures.event.modelBack' : 'figures.event.model', { n: event.modelId });
    case 'area':
      return words.t('figures.event.area', { camera: visibleName(event.camera) });
    case 'classes':
      return words.t(`figures.event.classes.${event.what}`, { name: visibleName(event.name) });
    case 'golden':
      return words.t('figures.event.golden');
  }
}

/** "11/23 10:42 Thresholds changed: … (reason, who)" */
export function eventText(event: FigureEvent, words: Words): string {
  const said = [event.reason, event.who].filter((one) => one !== '').map(visibleName);
  const by = said.length === 0 ? '' : words.t('list.inBrackets', { list: said.join(words.t('groups.comma')) });
  return `${words.dateTime(event.atMs)} ${whatText(event, words)}${by}`;
}
