import type { HandoverLine, HandoverView } from '#core/contract/sheets.ts';
import { isMessageKey, type Translate } from '#messages/translate.ts';
import { htmlDocument } from './document.ts';
import { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

export interface HandoverCard extends HandoverView {
  readonly notes: string;
  readonly person: string;
}

const cardStyle = `
.page { padding: 12mm 15mm 10mm } .sign { padding-top: 10px } .sign .box div { height: 14mm }
.shift { margin-top: 12px; break-inside: avoid } .shift h2 { margin: 0 0 2px }
.counts { display: grid; grid-template-columns: repeat(5, 1fr); gap: 8px } .counts > div { background: var(--wash); border-radius: 8px; padding: 6px 10px }
.counts b { display: block; font-size: 21px; line-height: 1.3 } .counts span { font-size: 11px; color: var(--soft) }
.open { list-style: none; margin: 4px 0 0; padding: 0 } .open li { padding: 5px 0 5px 26px; border-bottom: 1px solid var(--line); position: relative; font-size: 14px }
.open li::before { content: ""; position: absolute; left: 0; top: 9px; width: 14px; height: 14px; border: 1.5px solid var(--ink); border-radius: 2px }
.open li.bad { color: var(--shu); font-weight: 700 }
.notes { min-height: 42mm; border: 1.5px solid var(--ink); border-radius: 6px; padding: 8px 12px; white-space: pre-wrap; font-size: 14px }
`;

function time(atMs: number, { locale }: Format): string {
  return new Date(atMs).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** A shift's name as the calendar has it; those of the calendar that we come with are words of ours. */
export function shiftWord(name: string, translate: Translate): string {
  if (name === '') return translate('audit.wholeDay');
  const key = `shift.${name}`;
  return isMessageKey(key) ? translate(key) : name;
}

function lineSection(line: HandoverLine, format: Format): Markup {
  const { translate } = format;
  const one = (key: 'taken' | 'judged' | 'flagged' | 'confirmed' | 'overruled') =>
    html`<div><b>${format.number(line[key])}</b><span>${translate(`handover.${key}`)}</span></div>`;
  return html`<section class="shift">
    <h2>
      ${line.line} – ${shiftWord(line.shift, translate)} ${time(line.fromMs, format)} – ${time(line.toMs, format)}
    </h2>
    <div class="counts">${(['taken', 'judged', 'flagged', 'confirmed', 'overruled'] as const).map(one)}</div>
  </section>`;
}

/** What is still open, the gravest first; each with a box to tick. */
export function openPoints(
  view: HandoverView,
  translate: Translate,
): { readonly bad: boolean; readonly text: string }[] {
  const points: { bad: boolean; text: string }[] = [];
  const add = (bad: boolean, text: string): void => void points.push({ bad, text });
  const { golden } = view;
  add(golden.state === 'failed', translate(`handover.golden.${golden.state}`, { untrusted: golden.untrusted }));
  for (const { code, params } of view.warnings) {
    const key = isMessageKey(`warning.${code}`) ? (`warning.${code}` as const) : (`error.${code}` as const);
    add(true, isMessageKey(key) ? translate(key, params) : code);
  }
  for (const { name, state, light, reasons } of view.cameras) {
    if (state !== 'watching' && state !== 'scanning')
      add(
        state !== 'paused',
        translate('handover.camera_off', { camera: name, state: translate(`camerastate.${state as 'paused'}`) }),
      );
    else if (light === 'warn' || light === 'reject')
      add(
        light === 'reject',
        translate('handover.camera_light', {
          camera: name,
          reasons: reasons.map((reason) => translate(`quality.${reason as 'blurred'}`)).join(' · '),
        }),
      );
  }
  if (view.toReview > 0) add(false, translate('handover.toReview', { n: view.toReview }));
  if (view.held > 0) add(false, translate('handover.held', { n: view.held }));
  for (const { line, audit } of view.lines) {
    if (audit.overdue > 0) add(true, translate('handover.overdue', { line, n: audit.overdue }));
    if (audit.drawn > audit.done)
      add(false, translate('handover.audit', { line, n: audit.drawn - audit.done, of: audit.drawn }));
  }
  if (view.quarantined > 0) add(false, translate('handover.quarantined', { n: view.quarantined }));
  return points.toSorted((a, b) => Number(b.bad) - Number(a.bad));
}

/** The shift-handover card as one self-contained HTML file: no script, no outside resource, every value escaped. */
export function renderHandover(card: HandoverCard, translate: Translate): string {
  const format = new Format(translate);
  const body = html`<section class="page">
    <header class="masthead">
      <div>
        <h1>${translate('handover.title')}</h1>
        <div class="sub">${card.person === '' ? null : translate('handover.by', { person: card.person })}</div>
      </div>
      <div class="sub">${format.date(card.atMs)} ${time(card.atMs, format)}</div>
    </header>
    ${card.lines.map((line) => lineSection(line, format))}
    <h2>${translate('handover.open')}</h2>
    <ul class="open">
      ${openPoints(card, translate).map(({ bad, text }) => html`<li class="${bad ? 'bad' : ''}">${bad ? '! ' : ''}${text}</li>`)}
    </ul>
    <h2>${translate('handover.notes')}</h2>
    <div class="notes">${card.notes}</div>
    <div class="sign">
      <p class="note">${translate('report.handover.note')}</p>
      ${(['from', 'to'] as const).map(
        (box) =>
          html`<div class="box">
            ${translate(`report.handover.${box}`)}
            <div></div>
          </div>`,
      )}
    </div>
  </section>`;
  return htmlDocument({ title: translate('handover.title'), ownStyle: cardStyle, body }, format);
}
