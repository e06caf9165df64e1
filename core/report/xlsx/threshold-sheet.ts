import type { Translate } from '#messages/translate.ts';
import type { Cell, SheetData } from 'write-excel-file/node';
import type { Rate } from '#core/domain/interval.ts';
import { costPerReviewYen, type Estimate, type LineFacts } from '#core/domain/line-estimate.ts';
import type { ReportData, WhatIfRow } from '../report-data.ts';
import {
  address,
  COUNT,
  DECIMAL,
  FIGURE,
  formula,
  heading,
  input,
  number,
  onSheet,
  quoted,
  SHARE,
  text,
  MONEY,
  formatIn,
  moneyFormat,
} from './cells.ts';
import { inputAddress } from './roi-sheet.ts';
import { scoreCounter, type ScoreCounter } from './scores-sheet.ts';
import { marksLabel, type MarksFigures } from '../marks-each.ts';

/** What is known of the line, in the order of its rows. */
const factFormats = {
  partsPerMonth: COUNT,
  shiftsPerMonth: COUNT,
  defectRate: '0.00%',
  reviewSeconds: DECIMAL,
  wageYenPerHour: MONEY,
  costPerEscapeYen: MONEY,
  costPerOverkillYen: MONEY,
} as const satisfies Partial<Record<keyof LineFacts, string>>;
type FactName = keyof typeof factFormats;
const factNames = Object.keys(factFormats) as FactName[];

const FACTS_AT = 2;
const LOOK_AT = FACTS_AT + factNames.length;
const ROWS_AT = LOOK_AT + 3;
const factAt = (name: FactName): string => address(FACTS_AT + factNames.indexOf(name), 1);

/** Columns of a row of marks, from 0. */
const [REVIEW, REJECT, COUNTS_AT] = [1, 2, 3];
const countNames = ['missed', 'defects', 'stopped', 'flagged', 'good', 'betweenDefects', 'betweenGood'] as const;
const rateNames = ['escape', 'overkill', 'flaggedGood', 'betweenDefects', 'betweenGood'] as const;
type RateName = (typeof rateNames)[number];
const RATES_AT = COUNTS_AT + countNames.length;

/** What each rate is a share of what. */
const fractions = {
  escape: ['missed', 'defects'],
  overkill: ['stopped', 'good'],
  flaggedGood: ['flagged', 'good'],
  betweenDefects: ['betweenDefects', 'defects'],
  betweenGood: ['betweenGood', 'good'],
} as const satisfies Record<RateName, readonly [(typeof countNames)[number], (typeof countNames)[number]]>;

class Row {
  readonly #row: number;
  readonly #none: string;
  readonly #words: string;

  constructor(row: number, words: string) {
    this.#row = row;
    this.#words = words;
    this.#none = quoted(words);
  }

  at = (column: number): string => address(this.#row, column);
  countAt = (name: (typeof countNames)[number]): string => this.at(COUNTS_AT + countNames.indexOf(name));
  rateAt = (name: RateName, end: 0 | 1 | 2): string => this.at(RATES_AT + 3 * rateNames.indexOf(name) + end);

  /** How many are missed, stopped and looked at with these marks: counted in the score sheet, or as of the report. */
  counts({ rates }: WhatIfRow, counter: ScoreCounter | null): Cell[] {
    const [review, reject] = [this.at(REVIEW), this.at(REJECT)];
    const cell = (value: number, write: (counter: ScoreCounter) => string): Cell =>
      counter === null ? input(value, COUNT) : formula(write(counter), value, COUNT);
    const { escape, overkill, flaggedGood, betweenDefects, betweenGood } = rates;
    return [
      cell(escape.numerator, ({ count }) => count('defect', { below: review })),
      cell(escape.denominator, ({ count }) => count('defect', {})),
      cell(overkill.numerator, ({ count }) => count('good', { from: reject })),
      cell(flaggedGood.numerator, ({ count }) => count('good', { from: review })),
      cell(flaggedGood.denominator, ({ count }) => count('good', {})),
      cell(betweenDefects.numerator, ({ count }) => count('defect', { from: review, below: reject })),
      cell(betweenGood.numerator, ({ count }) => count('good', { from: review, below: reject })),
    ];
  }

  /** A share with its exact two-sided 95 % range (Clopper and Pearson 1934 by quantiles of the beta distribution). */
  rate(name: RateName, rate: Rate): Cell[] {
    const [part, whole] = fractions[name].map((count) => this.countAt(count)) as [string, string];
    return [
      formula(`IF(${whole}=0,${this.#none},${part}/${whole})`, rate.value ?? this.#words, SHARE),
      formula(`IF(${part}=0,0,BETAINV(0.025,${part},${whole}-${part}+1))`, rate.lower95, SHARE),
      formula(`IF(${part}=${whole},1,BETAINV(0.975,${part}+1,${whole}-${part}))`, rate.upper95, SHARE),
    ];
  }

  /** A figure of the line with its range: each formula of `lineEstimate` at the value and at the ends that give least and most. */
  figure(write: (at: (name: RateName, towards: 'least' | 'most') => string) => string, of: Estimate, format: string) {
    return this.figureOf(
      write((name) => this.rateAt(name, 0)),
      write((name, towards) => this.rateAt(name, towards === 'least' ? 1 : 2)),
      write((name, towards) => this.rateAt(name, towards === 'least' ? 2 : 1)),
      of,
      format,
    );
  }

  figureOf(value: string, lower: string, upper: string, of: Estimate, format: string): Cell[] {
    const known = `MIN(${this.countAt('defects')},${this.countAt('good')})`;
    return [
      formula(`IF(${known}=0,${this.#none},${value})`, of.value ?? this.#words, format),
      formula(lower, of.lower95, format),
      formula(upper, of.upper95, format),
    ];
  }
}

/** Share of parts that a person looks at, as a formula; `towards`: at which end of a rate it is least or most. */
function reviewedOf(
  { rejectsAreReviewed }: LineFacts,
  at: (name: RateName, towards: 'least' | 'most') => string,
): string {
  const p = factAt('defectRate');
  return rejectsAreReviewed
    ? `(${p}*(1-${at('escape', 'most')})+(1-${p})*${at('flaggedGood', 'least')})`
    : `(${p}*${at('betweenDefects', 'least')}+(1-${p})*${at('betweenGood', 'least')})`;
}

function figures(row: Row, { line }: WhatIfRow, facts: LineFacts, money: string): Cell[] {
  const [p, look] = [factAt('defectRate'), address(LOOK_AT, 1)];
  const cost = (escape: string, overkill: string, reviewed: string): string =>
    `${factAt('partsPerMonth')}*(${p}*${escape}*${factAt('costPerEscapeYen')}+(1-${p})*${overkill}*${factAt('costPerOverkillYen')}+${reviewed}*${look})`;
  /** A look that a missed defect saves may cost more than the miss: which end is the dearer is reckoned. */
  const costEnd = (which: 'MIN' | 'MAX', end: 1 | 2): string => {
    const rateAt = (name: RateName) => row.rateAt(name, end);
    if (!facts.rejectsAreReviewed) return cost(rateAt('escape'), rateAt('overkill'), reviewedOf(facts, rateAt));
    const atEscape = (escape: string) =>
      cost(escape, rateAt('overkill'), `(${p}*(1-${escape})+(1-${p})*${rateAt('flaggedGood')})`);
    return `${which}(${atEscape(row.rateAt('escape', 1))},${atEscape(row.rateAt('escape', 2))})`;
  };
  return [
    ...row.figure((at) => `1000*${p}*${at('escape', 'least')}`, line.perThousand.escaped, '0.00'),
    ...row.figure((at) => `1000*(1-${p})*${at('overkill', 'least')}`, line.perThousand.overkill, DECIMAL),
    ...row.figure((at) => `1000*(1-${p})*${at('flaggedGood', 'least')}`, line.perThousand.flaggedGood, DECIMAL),
    ...row.figure(
      (at) =>
        `${factAt('partsPerMonth')}/${factAt('shiftsPerMonth')}*${reviewedOf(facts, at)}*${factAt('reviewSeconds')}/60`,
      line.reviewMinutesPerShift,
      DECIMAL,
    ),
    ...row.figureOf(
      cost(
        row.rateAt('escape', 0),
        row.rateAt('overkill', 0),
        reviewedOf(facts, (name) => row.rateAt(name, 0)),
      ),
      costEnd('MIN', 1),
      costEnd('MAX', 2),
      line.costYenPerMonth,
      money,
    ),
  ];
}

/** What other marks would do, reckoned from the marks that stand there: change one, and everything in its row follows. */
export function whatIfSheet(report: ReportData, translate: Translate): SheetData {
  const { threshold, roi, currency } = report;
  if (!threshold) return [[text(translate('report.inspection.not_measured'))]];
  const { lineFacts } = threshold;
  const counter = scoreCounter(report, translate);
  const roiName = translate('report.sheet.roi');
  const words = translate('report.not_measured');
  const ranged = (name: string): string[] => [name, translate('report.column.lower'), translate('report.column.upper')];
  return [
    [text(translate('report.whatif.title', { rate: lineFacts.defectRate }))],
    heading(translate('report.whatif.line'), translate('report.column.value')),
    ...factNames.map((name) => [
      text(translate(`report.input.${name}`)),
      // The same cell serves both sheets; where they were reckoned from other values, each keeps its own.
      roi?.inputs[name].value === lineFacts[name]
        ? formula(onSheet(roiName, inputAddress(name)), lineFacts[name], formatIn(factFormats[name], currency))
        : input(lineFacts[name], formatIn(factFormats[name], currency)),
    ]),
    [
      text(translate('report.whatif.look')),
      formula(
        `${factAt('reviewSeconds')}*${factAt('wageYenPerHour')}/3600`,
        costPerReviewYen(lineFacts),
        currency === 'JPY' ? '¥#,##0.00' : moneyFormat(currency),
      ),
    ],
    [text(translate(counter === null ? 'report.whatif.fixed' : 'report.whatif.live'))],
    heading(
      translate('report.column.marks'),
      translate('report.column.review_mark'),
      translate('report.column.reject_mark'),
      ...countNames.map((name) => translate(`report.whatif.count.${name}`)),
      ...rateNames.flatMap((name) => ranged(translate(`report.whatif.rate.${name}`))),
      ...(['escaped', 'overkill', 'flagged_good', 'minutes', 'cost'] as const).flatMap((name) =>
        ranged(translate(`report.whatif.${name}`)),
      ),
    ),
    ...threshold.whatIf.map((whatIf, at) => {
      const row = new Row(ROWS_AT + at, words);
      return [
        text(translate(`report.whatif.${whatIf.name}`)),
        input(whatIf.marks.review, FIGURE),
        input(whatIf.marks.reject, FIGURE),
        ...row.counts(whatIf, counter),
        ...rateNames.flatMap((name) => row.rate(name, whatIf.rates[name])),
        ...figures(row, whatIf, lineFacts, moneyFormat(currency)),
      ];
    }),
    ...marksEachRows(threshold.each, translate),
  ];
}

/** Marks of cameras and kinds, each by itself; nothing while there are common ones only. */
function marksEachRows(each: readonly MarksFigures[], translate: Translate): SheetData {
  if (each.length === 0) return [];
  const range = [translate('report.column.lower'), translate('report.column.upper')];
  const counts = [translate('report.column.part'), translate('report.column.whole')];
  const rate = ({ value, lower95, upper95, numerator, denominator }: Rate): Cell[] => [
    ...[value, lower95, upper95].map((share) => number(share, SHARE, translate)),
    ...[numerator, denominator].map((n) => number(n, COUNT, translate)),
  ];
  return [
    [],
    [text(translate('report.each.title'))],
    heading(
      '',
      translate('report.column.review_mark'),
      translate('report.column.reject_mark'),
      translate('report.each.pictures'),
      ...[translate('report.rate.escape'), ...range, ...counts],
      ...[translate('report.rate.overkill'), ...range, ...counts],
    ),
    ...each.map(({ marks, pictures, rates }) => [
      text(marksLabel(marks, translate)),
      number(marks.review, FIGURE, translate),
      number(marks.reject, FIGURE, translate),
      number(pictures, COUNT, translate),
      ...rate(rates.escape),
      ...rate(rates.overkill),
    ]),
  ];
}
