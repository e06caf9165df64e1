import type { ExportCard } from '#core/contract/exchange.ts';
import { locales } from '#core/contract/locales.ts';
import { createTranslator, type Translate } from '#messages/translate.ts';
import { robustnessLines } from './robustness.ts';

/* The card of an exported model in words: in the window, and as a page of plain text for somebody who has no app. */

const percent = (value: number | null): string => (value === null ? '–' : `${(100 * value).toFixed(1)} %`);
/** What a person typed must not become another line of the page. */
const plain = (text: string): string => text.replaceAll(/\s*[\r\n|]\s*/g, ' ').trim() || '–';

function figures(t: Translate, { metrics }: ExportCard): string[] {
  if (metrics === null) return [t('report.card.noMetrics')];
  const entry = (key: 'report.card.missed' | 'report.card.stopped', rate: (typeof metrics)['missed']): string =>
    t(key, {
      ...{ n: rate.numerator, of: rate.denominator },
      ...{ value: percent(rate.value), low: percent(rate.lower95), high: percent(rate.upper95) },
    });
  return [
    t(`report.card.source.${metrics.source}`),
    entry('report.card.missed', metrics.missed),
    entry('report.card.stopped', metrics.stopped),
  ];
}

function robustness(t: Translate, { robustness: measured }: ExportCard): string[] {
  if (measured === null) return [t('report.card.noRobustness')];
  return robustnessLines(t, measured).map(plain);
}

/** One part of a card: each entry is a sentence or a point. */
export interface CardPart {
  readonly title: string;
  readonly entries: readonly string[];
}

/** All that a card says, part by part: the pages in the file and the window both show it. */
export function modelCardParts(t: Translate, card: ExportCard): CardPart[] {
  const { model, parity, input } = card;
  const { gainToMean, mean, deviation } = input.normalisation;
  const names = (list: readonly string[]): string => (list.length === 0 ? '–' : list.map(plain).join(', '));
  const data = card.data.map(({ name, pictures, owner, purpose, customer, keepUntil }) =>
    t('report.card.dataSet', {
      ...{ name: plain(name), pictures, owner: plain(owner), purpose: plain(purpose) },
      ...{ customer: plain(customer), until: plain(keepUntil) },
    }),
  );
  const cameras = input.cameras.flatMap(({ name, region, ignore }) => [
    region === null
      ? t('report.card.cameraWhole', { name: plain(name) })
      : t('report.card.cameraRegion', { name: plain(name), ...region }),
    ...(ignore.length > 0 ? [t('report.card.cameraIgnores', { name: plain(name), n: ignore.length })] : []),
  ]);
  const ignores = input.cameras.some(({ ignore }) => ignore.length > 0) ? [t('report.card.ignored')] : [];
  const marks = card.marks.map(({ camera, kind, review, reject }) =>
    t('report.card.mark', {
      ...{ camera: plain(camera ?? ''), kind: plain(kind ?? ''), review: String(review), reject: String(reject) },
    }),
  );
  return [
    {
      title: t('report.card.what'),
      entries: [
        t('report.card.classes', { names: names(model.classes), labels: model.labels }),
        t('report.card.neverSeen', { names: names(card.neverSeen) }),
        t('report.card.limits'),
      ],
    },
    { title: t('report.card.figures'), entries: figures(t, card) },
    { title: t('report.card.robustness'), entries: robustness(t, card) },
    { title: t('report.card.marks'), entries: marks },
    {
      title: t('report.card.input'),
      entries: [
        t('report.card.decode', { channels: model.channels, side: input.longestSidePx }),
        ...cameras,
        ...ignores,
        t('report.card.inGraph', {
          ...{ gain: gainToMean === null ? '–' : String(gainToMean), mean: String(mean), deviation: String(deviation) },
        }),
        t('report.card.outputs', { opset: model.opset }),
      ],
    },
    {
      title: t('report.card.parity'),
      entries: [
        t('report.card.parityFigures', {
          ...{ n: parity.pictures, score: parity.score.toExponential(1) },
          ...{ probability: parity.probability.toExponential(1), flips: parity.flips },
        }),
      ],
    },
    { title: t('report.card.data'), entries: data },
    {
      title: t('report.card.files'),
      entries: Object.entries(card.files).map(([name, hash]) => t('report.card.fileHash', { name, hash })),
    },
  ];
}

function page(t: Translate, card: ExportCard): string {
  const made = { at: new Date(card.createdAtMs).toISOString(), who: plain(card.who), app: plain(card.app) };
  const parts = modelCardParts(t, card).flatMap(({ title, entries }) => [
    `## ${title}`,
    '',
    ...entries.map((entry) => `- ${entry}`),
    '',
  ]);
  return [`# ${t('report.card.title', { model: card.model.id })}`, '', t('report.card.made', made), '', ...parts].join(
    '\n',
  );
}

/** One page a language, by the names of their files. */
export function modelCardPages(card: ExportCard): Record<string, string> {
  return Object.fromEntries(locales.map((locale) => [`card.${locale}.md`, page(createTranslator(locale), card)]));
}
