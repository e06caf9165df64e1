import type { ExportCard } from '#core/contract/exchange.ts';
import { locales } from '#core/contract/locales.ts';
import { createTranslator, type Translate } from '#messages/translate.ts';

/* The card of an exported model as a page of plain text that somebody reads who has no app. */

const percent = (value: number | null): string => (value === null ? '–' : `${(100 * value).toFixed(1)} %`);
/** What a person typed must not become another line of the page. */
const plain = (text: string): string => text.replaceAll(/\s*[\r\n|]\s*/g, ' ').trim() || '–';

function figures(t: Translate, { metrics }: ExportCard): string[] {
  if (metrics === null) return [t('report.card.noMetrics')];
  const line = (key: 'report.card.missed' | 'report.card.stopped', rate: (typeof metrics)['missed']): string =>
    `- ${t(key, {
      n: rate.numerator,
      of: rate.denominator,
      value: percent(rate.value),
      low: percent(rate.lower95),
      high: percent(rate.upper95),
    })}`;
  return [
    t(`report.card.source.${metrics.source}`),
    '',
    line('report.card.missed', metrics.missed),
    line('report.card.stopped', metrics.stopped),
  ];
}

function page(t: Translate, card: ExportCard): string {
  const { model, parity, input } = card;
  const { gainToMean, mean, deviation } = input.normalisation;
  const names = (list: readonly string[]): string => (list.length === 0 ? '–' : list.map(plain).join(', '));
  const data = card.data.map(
    ({ name, pictures, owner, purpose, customer, keepUntil }) =>
      `- ${t('report.card.dataSet', {
        ...{ name: plain(name), pictures, owner: plain(owner), purpose: plain(purpose) },
        ...{ customer: plain(customer), until: plain(keepUntil) },
      })}`,
  );
  const cameras = input.cameras.map(({ name, region }) =>
    region === null
      ? `- ${t('report.card.cameraWhole', { name: plain(name) })}`
      : `- ${t('report.card.cameraRegion', { name: plain(name), x: region.x, y: region.y, width: region.width, height: region.height })}`,
  );
  const marks = card.marks.map(
    ({ camera, kind, review, reject }) =>
      `- ${t('report.card.mark', { camera: plain(camera ?? ''), kind: plain(kind ?? ''), review: String(review), reject: String(reject) })}`,
  );
  const lines = [
    `# ${t('report.card.title', { model: model.id })}`,
    '',
    t('report.card.made', { at: new Date(card.createdAtMs).toISOString(), who: plain(card.who), app: plain(card.app) }),
    '',
    `## ${t('report.card.what')}`,
    '',
    `- ${t('report.card.classes', { names: names(model.classes), labels: model.labels })}`,
    `- ${t('report.card.neverSeen', { names: names(card.neverSeen) })}`,
    `- ${t('report.card.limits')}`,
    '',
    `## ${t('report.card.figures')}`,
    '',
    ...figures(t, card),
    '',
    `## ${t('report.card.marks')}`,
    '',
    ...marks,
    '',
    `## ${t('report.card.input')}`,
    '',
    `- ${t('report.card.decode', { channels: model.channels, side: input.longestSidePx })}`,
    ...cameras,
    `- ${t('report.card.inGraph', { gain: gainToMean === null ? '–' : String(gainToMean), mean: String(mean), deviation: String(deviation) })}`,
    `- ${t('report.card.outputs', { opset: model.opset })}`,
    '',
    `## ${t('report.card.parity')}`,
    '',
    t('report.card.parityFigures', {
      ...{ n: parity.pictures, score: parity.score.toExponential(1) },
      ...{ probability: parity.probability.toExponential(1), flips: parity.flips },
    }),
    '',
    `## ${t('report.card.data')}`,
    '',
    ...data,
    '',
    `## ${t('report.card.files')}`,
    '',
    ...Object.entries(card.files).map(([name, hash]) => `- ${name}: SHA-256 ${hash}`),
    '',
  ];
  return lines.join('\n');
}

/** One page a language, by the names of their files. */
export function modelCardPages(card: ExportCard): Record<string, string> {
  return Object.fromEntries(locales.map((locale) => [`card.${locale}.md`, page(createTranslator(locale), card)]));
}
