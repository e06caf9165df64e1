import type { Translate } from '#messages/translate.ts';
import type { SampleRole } from '#core/contract/book.ts';
import type { DefectRegion } from '#core/contract/engine.ts';
import { boxesAround } from '#core/domain/defect-marks.ts';
import type { Crop } from '#core/domain/limit-crop.ts';
import { htmlDocument } from './document.ts';
import { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

/** A picture or a part of it; sizes are those of the camera's picture, whatever `data` holds. */
export interface PrintedPicture {
  readonly width: number;
  readonly height: number;
  readonly crop: Crop | null;
  readonly regions: readonly DefectRegion[];
  /** A data address of the whole picture encoded anew; null: its file is gone. */
  readonly data: string | null;
}

export interface PrintedSample {
  readonly role: SampleRole;
  readonly note: string;
  readonly who: string;
  readonly atMs: number;
  readonly picture: PrintedPicture;
  /** The same place of a good picture. */
  readonly beside: PrintedPicture | null;
}

export interface PrintedBook {
  readonly lines: readonly string[];
  readonly person: string;
  readonly createdAtMs: number;
  readonly version: number;
  readonly changedAtMs: number;
  readonly pages: readonly {
    readonly name: string;
    readonly isGood: boolean;
    readonly description: string;
    readonly samples: readonly PrintedSample[];
  }[];
}

/** Pairs on one sheet; further ones go to the next, under the same head. */
const PAIRS_A_SHEET = 3;
const TYPICAL_A_SHEET = 3;

const bookStyle = `
.page { padding: 11mm 14mm 8mm }
.class-head { display: flex; gap: 10px; align-items: baseline; margin-top: 9px }
.class-head h2 { margin: 0; font-size: 22px } .class-head .mark { font-size: 24px; font-weight: 700; line-height: 1; color: var(--shu) } .class-head .mark.ok { color: var(--green) }
.what { white-space: pre-line; margin: 2px 0 6px; font-size: 13.5px; line-height: 1.5 }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 5px 8mm }
.side { font-weight: 700; font-size: 15px; color: #fff; text-align: center; border-radius: 5px; padding: 2px 0; background: var(--green) } .side.bad { background: var(--shu) }
.cell { border: 2px solid var(--green); border-radius: 6px; overflow: hidden; break-inside: avoid } .cell.bad { border-color: var(--shu) } .cell.plain { border: 1px solid var(--soft) }
.cell svg { width: 100%; height: var(--limit); background: #10151a; overflow: hidden } .typical .cell svg { height: 34mm }
.cell .none { display: grid; place-items: center; height: var(--limit); background: var(--wash); text-align: center; padding: 0 10px } .typical .cell .none { height: 34mm }
.cell p { padding: 2px 8px 3px; font-size: 12px; line-height: 1.4; min-height: 1.7em } .cell p span { color: var(--soft); font-size: 10.5px }
.typical { display: grid; grid-template-columns: repeat(3, 1fr); gap: 6px } h3 { margin: 8px 0 4px }
.sign { padding-top: 5px } .sign .box div { height: 13mm }
`;

/** The place that a sample is about, with its boxes. */
export function drawing({ width, height, crop, regions, data }: PrintedPicture, label: string, gone: string): Markup {
  if (data === null) return html`<div class="none">${gone}</div>`;
  const view = crop === null ? `0 0 ${width} ${height}` : `${crop.x} ${crop.y} ${crop.side} ${crop.side}`;
  const boxes = (colour: string, line: string) =>
    boxesAround(regions, { width, height }).map(
      (box) =>
        html`<rect
          x="${box.x * width}"
          y="${box.y * height}"
          width="${box.width * width}"
          height="${box.height * height}"
          fill="none"
          stroke="${colour}"
          stroke-width="${line}"
          vector-effect="non-scaling-stroke"
        />`,
    );
  return html`<svg viewBox="${view}" role="img" aria-label="${label}">
    <image href="${data}" width="${width}" height="${height}" />
    ${boxes('#10151a', '3.5')} ${boxes('#ffffff', '1.4')}
  </svg>`;
}

/** Characters in a line of the description, and how high a limit is printed beside one line and less for each further one, mm. */
const LINE = 50;
const HEIGHT = { most: 44, aLine: 5, least: 22 };

/** All limits of a sheet are equally high, so that they have one scale; the more is written, the lower. */
function limitHeight(description: string): number {
  const lines = description.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / LINE)), 0);
  return Math.max(HEIGHT.least, HEIGHT.most - HEIGHT.aLine * (lines - 1));
}

interface Cell {
  readonly kind: 'bad' | 'ok' | 'plain';
  readonly picture: PrintedPicture | null;
  readonly text: string;
  readonly from: string;
}

function cell({ kind, picture, text, from }: Cell, { translate }: Format): Markup {
  const nothing = translate('report.book.none');
  return html`<div class="cell ${kind}">
    ${picture === null ? html`<div class="none">${nothing}</div>` : drawing(picture, text || from, translate('report.book.gone'))}
    <p>${text} <span>${from}</span></p>
  </div>`;
}

const from = ({ who, atMs }: PrintedSample, format: Format): string =>
  [who, format.date(atMs)].filter((part) => part !== '').join(' · ');

/** Good and bad side by side: the limits that people chose, else the same place of an ordinary good picture. */
function pairs(samples: readonly PrintedSample[], format: Format): Markup[] {
  const bad = samples.filter(({ role }) => role === 'limit_ng');
  const ok = samples.filter(({ role }) => role === 'limit_ok');
  return Array.from({ length: Math.max(bad.length, ok.length) }, (_, at) => {
    const [left, right] = [ok[at], bad[at]];
    const good: Cell =
      left === undefined
        ? {
            kind: 'plain',
            picture: right?.beside ?? null,
            text: right?.beside ? format.translate('report.book.ordinary') : '',
            from: '',
          }
        : { kind: 'ok', picture: left.picture, text: left.note, from: from(left, format) };
    const ng: Cell = {
      kind: 'bad',
      picture: right?.picture ?? null,
      text: right?.note ?? '',
      from: right === undefined ? '' : from(right, format),
    };
    return html`${cell(good, format)} ${cell(ng, format)}`;
  });
}

/** A list in parts of at most `size`; one empty part where there is nothing. */
const parts = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.max(1, Math.ceil(items.length / size)) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );

function sheets(book: PrintedBook, page: PrintedBook['pages'][number], format: Format): Markup[] {
  const { translate } = format;
  const limits = parts(pairs(page.samples, format), PAIRS_A_SHEET);
  const typical = parts(
    page.samples.filter(({ role }) => role === 'typical'),
    TYPICAL_A_SHEET,
  );
  return Array.from({ length: Math.max(limits.length, typical.length) }, (_, at) => {
    const [rows = [], examples = []] = [limits[at], typical[at]];
    return html`<section class="page">
      <header class="masthead">
        <div>
          <h1>${translate('report.book.title')}</h1>
          <div class="sub">${book.lines.join(' · ')}</div>
        </div>
        <div class="sub">
          ${translate('report.book.version', { version: book.version, date: format.date(book.changedAtMs) })}<br />
          ${translate('report.book.printed', { date: format.date(book.createdAtMs), person: book.person || '–' })}
        </div>
      </header>
      <div class="class-head">
        <span class="mark ${page.isGood ? 'ok' : ''}">${page.isGood ? '○' : '×'}</span>
        <h2>${page.name}</h2>
        ${at > 0 ? html`<span class="sub">${translate('report.book.continued')}</span>` : null}
      </div>
      <p class="what">${page.description}</p>
      ${
        rows.length === 0
          ? null
          : html`<div class="sides" style="--limit: ${limitHeight(page.description)}mm">
              <div class="side">○ ${translate('report.book.ok')}</div>
              <div class="side bad">× ${translate('report.book.ng')}</div>
              ${rows}
            </div>`
      }
      ${
        examples.length === 0
          ? null
          : html`<h3>${translate('report.book.typical')}</h3>
              <div class="typical">
                ${examples.map((one) =>
                  cell(
                    {
                      kind: page.isGood ? 'ok' : 'bad',
                      picture: one.picture,
                      text: one.note,
                      from: from(one, format),
                    },
                    format,
                  ),
                )}
              </div>`
      }
      <div class="sign">
        <p class="note">${translate('report.book.note')}</p>
        ${(['made', 'checked', 'approved'] as const).map(
          (box) =>
            html`<div class="box">
              ${translate(`report.photo.${box}`)}
              <div></div>
            </div>`,
        )}
      </div>
    </section>`;
  });
}

/**
 * The defect book as one self-contained HTML file, an A4 sheet or more a class: no script, no outside resource, every value
 * escaped. It prints as it looks.
 */
export function renderDefectBook(book: PrintedBook, translate: Translate): string {
  const format = new Format(translate);
  const body = html`${book.pages.flatMap((page) => sheets(book, page, format))}`;
  return htmlDocument({ title: translate('report.book.title'), ownStyle: bookStyle, body }, format);
}
