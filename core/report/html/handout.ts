import type { Translate } from '#messages/translate.ts';
import { drawing, type PrintedPicture } from './defect-book.ts';
import { htmlDocument } from './document.ts';
import { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

/** What the operator's handout says. Pictures are encoded anew; `keys` are the labels on the keyboard of the window that printed it. */
export interface Handout {
  readonly lines: readonly string[];
  readonly createdAtMs: number;
  readonly keys: Readonly<Record<string, string>>;
  readonly classes: readonly {
    readonly name: string;
    readonly isGood: boolean;
    /** Empty: it has none. */
    readonly key: string;
    readonly description: string;
    readonly good: PrintedPicture | null;
    readonly bad: PrintedPicture | null;
  }[];
}

const handoutStyle = `
.page { padding: 11mm 14mm 9mm } h2 { margin-top: 11px }
.rules { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; margin-top: 8px } .rules > div { background: var(--ai-wash); border-radius: 8px; padding: 7px 10px; font-size: 13px; line-height: 1.45 }
.rules b { display: block; font-size: 15px }
.kinds { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 10px; margin-top: 5px }
.kind { display: grid; grid-template-columns: 15mm 1fr; gap: 3px 8px; border: 1.5px solid var(--line); border-radius: 7px; padding: 6px 8px; break-inside: avoid }
.kind .key { grid-row: span 2; display: grid; place-items: center; align-self: start; width: 13mm; height: 13mm; border: 2px solid var(--ink); border-bottom-width: 4px; border-radius: 5px; font-size: 21px; font-weight: 700 }
.kind h3 { margin: 0; font-size: 16px } .kind p { grid-column: 2; margin: 0; font-size: 12px; line-height: 1.4; white-space: pre-line }
.kind .pair { grid-column: 1 / -1; display: grid; grid-template-columns: 1fr 1fr; gap: 6px } .kind .pair svg, .kind .pair .none { height: 27mm; width: 100%; background: #10151a; border-radius: 4px; overflow: hidden }
.kind .pair .none { display: grid; place-items: center; background: var(--wash); text-align: center; font-size: 11px } .kind .pair figure { margin: 0 } .kind .pair figcaption { font-weight: 700; color: var(--green) } .kind .pair figcaption.bad { color: var(--shu) }
.keys { display: grid; grid-template-columns: repeat(3, 1fr); gap: 3px 14px; font-size: 12.5px } .keys > div { display: flex; gap: 8px; align-items: center } .keys b { min-width: 9mm; text-align: center; border: 1px solid var(--soft); border-bottom-width: 2px; border-radius: 3px; padding: 0 4px }
.when { display: grid; grid-template-columns: 62mm 1fr; gap: 0 10px; font-size: 12.5px } .when > * { padding: 4px 0; border-bottom: 1px solid var(--line); margin: 0 } .when dt { font-weight: 700 }
`;

const rules = ['flag', 'heat', 'hold'] as const;
const shownKeys = [
  ...(['hold', 'next', 'previous', 'undo', 'redo', 'zoom', 'heat', 'blink', 'book', 'box', 'brush', 'help'] as const),
];
const occasions = [
  'flagged',
  'unsure',
  'wrong_key',
  'missed',
  'red_bar',
  'light',
  'offline',
  'changed',
  'new_kind',
] as const;

function classCell(
  { name, isGood, key, description, good, bad }: Handout['classes'][number],
  translate: Translate,
): Markup {
  const figure = (picture: PrintedPicture | null, side: 'ok' | 'ng') =>
    html`<figure>
      ${picture === null ? html`<div class="none">${translate('report.handout.no_sample')}</div>` : drawing(picture, name, translate('report.book.gone'))}
      <figcaption class="${side === 'ng' ? 'bad' : ''}">
        ${side === 'ng' ? '×' : '○'} ${translate(`report.book.${side}`)}
      </figcaption>
    </figure>`;
  return html`<div class="kind">
    <div class="key">${key === '' ? '–' : key}</div>
    <h3>${isGood ? '○' : '×'} ${name}</h3>
    <p>${description}</p>
    ${isGood || (good === null && bad === null) ? null : html`<div class="pair">${figure(good, 'ok')}${figure(bad, 'ng')}</div>`}
  </div>`;
}

/** The handout as one self-contained HTML file: no script, no outside resource, every value escaped. It prints as it looks. */
export function renderHandout(handout: Handout, translate: Translate): string {
  const format = new Format(translate);
  const head = html`<header class="masthead">
    <div>
      <h1>${translate('report.handout.title')}</h1>
      <div class="sub">${handout.lines.join(' · ')}</div>
    </div>
    <div class="sub">${format.date(handout.createdAtMs)}</div>
  </header>`;
  const body = html`<section class="page">
      ${head}
      <div class="rules">
        ${rules.map((rule) => html`<div><b>${translate(`report.handout.rule.${rule}`)}</b>${translate(`report.handout.rule.${rule}.what`)}</div>`)}
      </div>
      <h2>${translate('report.handout.classes')}</h2>
      <div class="kinds">${handout.classes.map((one) => classCell(one, translate))}</div>
    </section>
    <section class="page">
      ${head}
      <h2>${translate('report.handout.keys')}</h2>
      <div class="keys">
        ${shownKeys.map((name) => html`<div><b>${handout.keys[name] ?? ''}</b>${translate(`key.${name}`)}</div>`)}
      </div>
      <h2>${translate('report.handout.when')}</h2>
      <dl class="when">
        ${occasions.map(
          (one) =>
            html`<dt>${translate(`report.handout.when.${one}`)}</dt>
              <dd>${translate(`report.handout.do.${one}`)}</dd>`,
        )}
      </dl>
    </section>`;
  return htmlDocument({ title: translate('report.handout.title'), ownStyle: handoutStyle, body }, format);
}
