import type { Translate } from '#messages/translate.ts';
import type { Cell, SheetData } from 'write-excel-file/node';
import { computeRoi, type RoiInput, type RoiInputName, roiInputNames, roiInputUnits } from '#core/domain/roi.ts';
import { rangeOf, scenarioValues, spreadByKind } from '#core/domain/roi-scenarios.ts';
import type { Currency } from '#core/domain/currency.ts';
import type { ReportData } from '../report-data.ts';
import { address, COUNT, DECIMAL, formula, heading, input, MONEY, formatIn, quoted, text } from './cells.ts';
import { type Places, resultNames, results, working, workingNames } from './roi-formulas.ts';

const inputFormats = {
  parts: COUNT,
  shifts: COUNT,
  share: '0.00%',
  seconds: DECIMAL,
  hours: DECIMAL,
  yen: MONEY,
  years: '0.0',
} as const;

const scenarioNames = ['conservative', 'expected', 'upside'] as const;

/** Rows, from 0: results, what was entered, what each scenario takes of it, steps between. Each part has a heading above it. */
const resultRow = (at: number): number => 1 + at;
const INPUTS_AT = resultRow(resultNames.length) + 2;
const inputRow = (at: number): number => INPUTS_AT + at;
const SCENARIOS_AT = inputRow(roiInputNames.length) + 3;
const scenarioRow = (at: number): number => SCENARIOS_AT + at;
const WORKING_AT = scenarioRow(roiInputNames.length) + 2;

/** Where the value of an input stands that a person may change; for formulas of other sheets. */
export const inputAddress = (name: RoiInputName): string => address(inputRow(roiInputNames.indexOf(name)), 1);

function placesOf(column: number): Places {
  return {
    input: (name) => address(scenarioRow(roiInputNames.indexOf(name)), column),
    step: (name) => address(WORKING_AT + workingNames.indexOf(name), column),
    result: (name) => address(resultRow(resultNames.indexOf(name)), column),
  };
}

/** Value and range. A range that follows from the value by its kind's spread stays so when the value is changed. */
function inputCells(
  name: RoiInputName,
  given: RoiInput,
  row: number,
  { currency, translate }: { readonly currency: Currency; readonly translate: Translate },
): Cell[] {
  const format = formatIn(inputFormats[roiInputUnits[name]], currency);
  const { low, high } = rangeOf(name, given);
  const [value, spread] = [address(row, 1), address(row, 5)];
  const reach = Math.abs(given.value) * spreadByKind[given.kind];
  const top = roiInputUnits[name] === 'share' ? 1 : Infinity;
  const follows =
    given.low === undefined &&
    given.high === undefined &&
    (low === high || (low === given.value - reach && high === Math.min(top, given.value + reach)));
  const share = low === high ? 0 : spreadByKind[given.kind];
  const above = `${value}+ABS(${value})*${spread}`;
  return [
    text(translate(`report.input.${name}`)),
    input(given.value, format),
    ...(follows
      ? [
          formula(`${value}-ABS(${value})*${spread}`, low, format),
          formula(top === 1 ? `MIN(1,${above})` : above, high, format),
        ]
      : [input(low, format), input(high, format)]),
    text(translate(`report.kind.${given.kind}`)),
    ...(follows ? [input(share, '0%')] : []),
  ];
}

/**
 * The ROI as a model to play with: results are reckoned from the inputs by formulas, scenario by scenario. At which end of its
 * range an input is the worse is as of the report.
 */
export function roiSheet({ roi, currency }: ReportData, translate: Translate): SheetData {
  if (!roi) return [[text(translate('report.money.not_measured'))]];
  const values = scenarioValues(roi.inputs);
  const columns = scenarioNames.map((name, at) => ({
    values: values[name],
    result: computeRoi(values[name]),
    places: placesOf(at + 1),
  }));
  const titles = scenarioNames.map((name) => translate(`report.scenario.${name}`));
  const endOf = (name: RoiInputName, row: number, value: number): string => {
    const { low, high } = rangeOf(name, roi.inputs[name]);
    if (value === roi.inputs[name].value) return address(row, 1);
    return value === low ? address(row, 2) : value === high ? address(row, 3) : String(value);
  };
  return [
    heading(translate('report.column.item'), ...titles),
    ...resultNames.map((name) => {
      const { formula: write, value, format, none, strong } = results[name];
      return [
        text(translate(`report.roi.${name}`)),
        ...columns.map(({ result, places }) =>
          formula(
            write(places, quoted(translate(none))),
            value(result) ?? translate(none),
            formatIn(format, currency),
            strong,
          ),
        ),
      ];
    }),
    [],
    heading(
      translate('report.inputs.title'),
      translate('report.column.value'),
      translate('report.column.low'),
      translate('report.column.high'),
      translate('report.column.kind'),
      translate('report.column.spread'),
    ),
    ...roiInputNames.map((name, at) => inputCells(name, roi.inputs[name], inputRow(at), { currency, translate })),
    [text(translate('report.inputs.change'))],
    [],
    heading(translate('report.roi.taken'), ...titles),
    ...roiInputNames.map((name, at) => [
      text(translate(`report.input.${name}`)),
      ...columns.map(({ values: taken }) =>
        formula(
          endOf(name, inputRow(at), taken[name]),
          taken[name],
          formatIn(inputFormats[roiInputUnits[name]], currency),
        ),
      ),
    ]),
    [],
    heading(translate('report.roi.working'), ...titles),
    ...workingNames.map((name) => {
      const { formula: write, value, format } = working[name];
      return [
        text(translate(`report.step.${name}`)),
        ...columns.map(({ values: taken, result, places }) =>
          formula(write(places), value(taken, result), formatIn(format, currency)),
        ),
      ];
    }),
  ];
}
