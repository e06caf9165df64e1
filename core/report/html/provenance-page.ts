import { isMessageKey } from '#messages/translate.ts';
import type { ReportCamera, ReportCounts, ReportData, ReportRight } from '../report-data.ts';
import { countNames } from '../sections.ts';
import type { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

type Row = readonly [name: string, value: string];

const factsTable = (rows: readonly Row[]): Markup =>
  html`<table class="facts">
    ${rows.map(
      ([name, value]) =>
        html`<tr>
          <td>${name}</td>
          <td>${value}</td>
        </tr>`,
    )}
  </table>`;

/** Words of the window for a value that is a code; the code itself where an older program wrote another. */
function worded(group: 'objective' | 'mode', code: string, { translate }: Format): string {
  const key = `${group}.${code}`;
  return isMessageKey(key) ? translate(key) : code;
}

function methodRows({ pilot, pretraining, provenance: { method } }: ReportData, format: Format): Row[] {
  const { translate } = format;
  const { encoder, model } = method;
  const none = translate('report.not_measured');
  return [
    [
      translate('report.method.encoder'),
      encoder === null
        ? none
        : translate('report.method.encoder_is', {
            checkpoint: encoder.checkpoint,
            images: pretraining?.images ?? 0,
            known: pretraining === null ? 'no' : 'yes',
            objective: worded('objective', encoder.objective, format),
            start: encoder.continued ? 'other' : 'nothing',
          }),
    ],
    [
      translate('report.method.recipe'),
      encoder === null
        ? none
        : translate('report.method.recipe_is', {
            steps: encoder.steps,
            batch: encoder.batch,
            tile: encoder.tilePx,
            width: encoder.width ?? 0,
            widthKnown: encoder.width === null ? 'no' : 'yes',
            defect: encoder.smallestDefectPx ?? 0,
            defectKnown: encoder.smallestDefectPx === null ? 'no' : 'yes',
            seed: encoder.seed,
          }),
    ],
    [
      translate('report.method.model'),
      model === null
        ? none
        : translate('report.method.model_is', {
            model: model.id,
            date: format.date(model.taughtAtMs),
            labels: model.labels,
            mode: worded('mode', model.mode, format),
            who: model.who === '' ? '–' : model.who,
          }),
    ],
    [
      translate('report.method.classes'),
      model === null || model.classes.length === 0 ? none : model.classes.join(translate('report.list_comma')),
    ],
    [
      translate('report.method.program'),
      translate('report.method.program_is', {
        version: pilot.appVersion,
        backend: pilot.backend === '' ? '–' : pilot.backend,
      }),
    ],
  ];
}

function periodOf({ firstAtMs, lastAtMs }: ReportCamera, format: Format): string {
  if (firstAtMs === null || lastAtMs === null) return '–';
  const [first, last] = [format.date(firstAtMs), format.date(lastAtMs)];
  return first === last ? first : `${first} – ${last}`;
}

function camerasTable(cameras: readonly ReportCamera[], format: Format): Markup {
  const { translate } = format;
  return html`<table class="long">
    <thead>
      <tr>
        <th>${translate('report.data.camera')}</th>
        <th class="left">${translate('report.data.taken')}</th>
        <th>${translate('report.count.images')}</th>
        <th>${translate('report.count.rejected')}</th>
        <th>${translate('report.count.duplicates')}</th>
        <th>${translate('report.data.kept_out')}</th>
      </tr>
    </thead>
    ${cameras.map(
      (camera) =>
        html`<tr>
          <td>${camera.name}</td>
          <td class="left">${periodOf(camera, format)}</td>
          ${[camera.images, camera.rejected, camera.duplicates, camera.keptOut].map(
            (count) => html`<td>${format.number(count)}</td>`,
          )}
        </tr>`,
    )}
  </table>`;
}

/** A right that nobody wrote down is said as plainly as one that was cleared. */
function rightsTable(rights: readonly ReportRight[], format: Format): Markup | null {
  const { translate } = format;
  if (rights.length === 0) return null;
  return html`<h3>${translate('report.rights.title')}</h3>
    <table class="long">
      ${rights.map(
        ({ name, state, owner, who, saidAtMs }) =>
          html`<tr>
            <td>${name}</td>
            <td class="left">${translate(`report.rights.${state}`)}</td>
            <td class="left">${owner === '' ? translate('report.rights.no_owner') : owner}</td>
            <td>${saidAtMs === null ? '–' : `${format.date(saidAtMs)} ${who}`}</td>
          </tr>`,
      )}
    </table>`;
}

function countsTable(counts: ReportCounts, format: Format): Markup {
  const half = Math.ceil(countNames.length / 2);
  return html`<div class="two">
    ${[countNames.slice(0, half), countNames.slice(half)].map(
      (names) =>
        html`<table class="inputs">
          ${names.map(
            (name) =>
              html`<tr>
                <td>${format.translate(`report.count.${name}`)}</td>
                <td>${format.number(counts[name])}</td>
              </tr>`,
          )}
        </table>`,
    )}
  </div>`;
}

function testSetSentence({ testSet: { good, defects, frozen } }: ReportData['provenance'], format: Format): string {
  const { translate } = format;
  if (good + defects === 0) return translate('report.data.no_test');
  const counts = translate('report.data.test', { good, defects });
  return frozen === null
    ? `${counts} ${translate('report.data.not_frozen')}`
    : `${counts} ${translate('report.data.frozen', { pictures: frozen.pictures, date: format.date(frozen.sinceMs) })}`;
}

/** How the figures came about, in plain words, and on which pictures they rest. */
export function provenancePage(report: ReportData, format: Format): Markup {
  const { translate } = format;
  const { provenance, classifier, unseenLabels, counts } = report;
  return html`<h1 class="appendix">${translate('report.appendix')}</h1>
    <h2>${translate('report.method.done_title')}</h2>
    <p class="lead">${translate('report.method.done')}</p>
    ${factsTable(methodRows(report, format))}
    <h2>${translate('report.data.title')}</h2>
    ${
      provenance.cameras.length === 0
        ? html`<p class="lead">${translate('report.data.no_camera')}</p>`
        : camerasTable(provenance.cameras, format)
    }
    ${rightsTable(provenance.rights, format)}
    <h3>${translate('report.data.test_title')}</h3>
    <p>
      ${testSetSentence(provenance, format)}
      ${classifier === null ? null : translate(`report.measured_on.${classifier.measuredOn}`)}
    </p>
    <h3>${translate('report.count.title')}</h3>
    ${countsTable(counts, format)}
    ${unseenLabels === 0 ? null : html`<p>${translate('report.unknown.group_labels', { labels: unseenLabels })}</p>`}`;
}
