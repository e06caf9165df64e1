import type { Translate } from '#messages/translate.ts';
import type { QualityLimits, QualityReason } from '#core/domain/quality.ts';
import { htmlDocument } from './document.ts';
import { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

/** What the photo-taking standard card of a camera says. Pictures are data addresses of pictures encoded anew. */
export interface QualityCard {
  readonly camera: string;
  readonly line: string;
  readonly createdAtMs: number;
  /** How often the normal look was learnt, this time included, since when, and from how many pictures. */
  readonly version: number;
  readonly learntSinceMs: number;
  readonly learntFrom: number;
  readonly limits: QualityLimits;
  readonly good: string | null;
  /** The camera's own worst pictures, each with what is wrong with it. */
  readonly bad: readonly { readonly reason: QualityReason; readonly picture: string | null }[];
}

const cardStyle = `
.page { padding: 10mm 15mm 8mm } h2 { margin-top: 11px }
.sign { padding-top: 6px } .sign .box div { height: 13mm }
.good-picture { display: grid; grid-template-columns: 96mm 1fr; gap: 0 8mm; margin-top: 7px; align-items: start }
.good-picture img { width: 96mm; max-height: 70mm; object-fit: contain; background: #10151a; border-radius: 6px; display: block }
.good-picture .none, .examples .none { display: grid; place-items: center; min-height: 40mm; background: var(--wash); border-radius: 6px; text-align: center }
.keep { display: grid; gap: 5px } .keep > div { display: grid; grid-template-columns: 84px 1fr; gap: 12px; align-items: center; break-inside: avoid }
.keep h3 { margin: 0 } .keep p { margin: 0; font-size: 12px; line-height: 1.5 } .keep svg { width: 84px; height: 44px }
.examples { display: grid; grid-template-columns: repeat(3, 1fr); gap: 7px 10px; margin-top: 6px }
.examples > div { border: 1.5px solid var(--shu); border-radius: 7px; padding: 6px 8px; break-inside: avoid }
.examples img { width: 100%; height: 22mm; object-fit: contain; background: #10151a; border-radius: 4px; display: block }
.examples .none { min-height: 22mm } .examples b { display: block; margin-top: 3px; color: var(--shu) } .examples p { font-size: 11px; line-height: 1.45 }
.badge { display: inline-block; padding: 1px 10px; border-radius: 10px; font-weight: 700; font-size: 13px; color: #fff; background: var(--green) } .badge.bad { background: var(--shu) }
.before { columns: 2; column-gap: 24px; margin: 6px 0 0; padding: 0; list-style: none } .before { font-size: 12px } .before li { padding: 2px 0 2px 22px; position: relative; break-inside: avoid }
.before li::before { content: ""; position: absolute; left: 0; top: 5px; width: 12px; height: 12px; border: 1.5px solid var(--ink); border-radius: 2px }
`;

/** Greys from black to white with the stretch that is wanted, and a mark at the middle. */
function brightnessPictogram({ low, normal, high }: QualityLimits['mean']): Markup {
  const x = (mean: number) => (4 + mean * 76).toFixed(1);
  return html`<svg viewBox="0 0 84 48" aria-hidden="true">
    <defs>
      <linearGradient id="greys">
        <stop offset="0" stop-color="#000" />
        <stop offset="1" stop-color="#fff" />
      </linearGradient>
    </defs>
    <rect x="4" y="16" width="76" height="16" fill="url(#greys)" stroke="#5b6875" stroke-width="0.8" />
    <rect
      x="${x(low)}"
      y="11"
      width="${((high - low) * 76).toFixed(1)}"
      height="26"
      rx="3"
      fill="none"
      stroke="#2c6e5a"
      stroke-width="3"
    />
    <path d="M${x(normal)} 10 l-5 -8 h10 z" fill="#2c6e5a" />
  </svg>`;
}

/** A sharp edge beside a soft one that is crossed out. */
const sharpnessPictogram = html`<svg viewBox="0 0 84 48" aria-hidden="true">
  <defs>
    <linearGradient id="soft">
      <stop offset="0.15" stop-color="#1c2733" />
      <stop offset="0.85" stop-color="#fff" />
    </linearGradient>
  </defs>
  <rect x="4" y="8" width="34" height="32" fill="#fff" stroke="#5b6875" stroke-width="0.8" />
  <rect x="4" y="8" width="17" height="32" fill="#1c2733" />
  <rect x="46" y="8" width="34" height="32" fill="url(#soft)" stroke="#5b6875" stroke-width="0.8" />
  <path d="M44 6 L82 42" stroke="#c0452b" stroke-width="3.5" />
  <circle cx="21" cy="24" r="21" fill="none" stroke="#2c6e5a" stroke-width="3" />
</svg>`;

/** The frame with the part in its place. */
const framingPictogram = html`<svg viewBox="0 0 84 48" aria-hidden="true">
  <rect x="12" y="3" width="60" height="42" fill="none" stroke="#1c2733" stroke-width="2" />
  <rect x="28" y="14" width="28" height="20" fill="#9fb3c8" stroke="#2c6e5a" stroke-width="2.5" />
  <path d="M42 4 v9 M42 35 v9 M13 24 h14 M57 24 h14" stroke="#5b6875" stroke-width="1.4" stroke-dasharray="3 2" />
</svg>`;

/** White spots that say nothing any more. */
const glarePictogram = html`<svg viewBox="0 0 84 48" aria-hidden="true">
  <rect x="12" y="3" width="60" height="42" fill="#5b6875" />
  <circle cx="54" cy="17" r="10" fill="#fff" />
  <path d="M8 44 L76 4" stroke="#c0452b" stroke-width="3.5" />
</svg>`;

function numbersToKeep({ limits }: QualityCard, format: Format): Markup {
  const { translate } = format;
  const { mean, leastSharpness, mostWhite, mostShift, size } = limits;
  const grey = (value: number) => Math.round(value * 255);
  const one = (pictogram: Markup, name: 'brightness' | 'sharpness' | 'glare' | 'framing', text: string) =>
    html`<div>
      ${pictogram}
      <div>
        <h3>${translate(`report.photo.${name}`)}</h3>
        <p>${text}</p>
      </div>
    </div>`;
  return html`<div class="keep">
    ${one(
      brightnessPictogram(mean),
      'brightness',
      translate('report.photo.brightness_keep', {
        low: grey(mean.low),
        normal: grey(mean.normal),
        high: grey(mean.high),
      }),
    )}
    ${one(
      sharpnessPictogram,
      'sharpness',
      translate('report.photo.sharpness_keep', { least: format.percent(leastSharpness, 0) }),
    )}
    ${one(glarePictogram, 'glare', translate('report.photo.glare_keep', { most: format.percent(mostWhite, 0) }))}
    ${one(
      framingPictogram,
      'framing',
      [
        mostShift === null
          ? translate('report.photo.framing_free')
          : translate('report.photo.framing_keep', { most: format.percent(mostShift, 1) }),
        size === null ? null : translate('report.photo.size', { width: size.widthPx, height: size.heightPx }),
      ]
        .filter((text) => text !== null)
        .join(' '),
    )}
  </div>`;
}

/** Where the camera has shown few faults so far, the commonest ones are told without a picture. */
const commonReasons = ['blurred', 'too_dark', 'shifted'] as const satisfies readonly QualityReason[];

function dontSection({ bad }: QualityCard, format: Format): Markup {
  const { translate } = format;
  const seen = new Set(bad.map(({ reason }) => reason));
  const others = commonReasons.filter((reason) => !seen.has(reason)).map((reason) => ({ reason, picture: null }));
  return html`<div class="examples">
    ${[...bad, ...others].slice(0, 6).map(
      ({ reason, picture }) =>
        html`<div>
          ${
            picture === null
              ? html`<div class="none">${translate('report.photo.not_seen')}</div>`
              : html`<img src="${picture}" alt="${translate(`quality.${reason}`)}" />`
          }
          <b>× ${translate(`quality.${reason}`)}</b>
          <p>${translate(`mend.${reason}`)}</p>
        </div>`,
    )}
  </div>`;
}

const checks = ['glass', 'lamp', 'focus', 'place', 'still', 'trial'] as const;

/**
 * The card as one self-contained HTML file of one A4 page: no script, no outside resource, every value escaped. It prints as it
 * looks.
 */
export function renderQualityCard(card: QualityCard, translate: Translate): string {
  const format = new Format(translate);
  const title = `${translate('report.photo.title')} – ${card.camera}`;
  const body = html`<section class="page">
    <header class="masthead">
      <div>
        <h1>${translate('report.photo.title')}</h1>
        <div class="sub">${card.line} · ${card.camera}</div>
      </div>
      <div class="sub">
        ${format.date(card.createdAtMs)}<br />${translate('report.photo.version', {
          version: card.version,
          since: format.date(card.learntSinceMs),
          pictures: card.learntFrom,
        })}
      </div>
    </header>
    <h2><span class="badge">○ ${translate('report.photo.do')}</span></h2>
    <div class="good-picture">
      <div>
        ${
          card.good === null
            ? html`<div class="none">${translate('report.photo.no_picture')}</div>`
            : html`<img src="${card.good}" alt="${translate('report.photo.good')}" />`
        }
        <figcaption>${translate('report.photo.good')}</figcaption>
      </div>
      ${numbersToKeep(card, format)}
    </div>
    <h2><span class="badge bad">× ${translate('report.photo.dont')}</span></h2>
    ${dontSection(card, format)}
    <h2>${translate('report.photo.before')}</h2>
    <ul class="before">
      ${checks.map((check) => html`<li>${translate(`report.photo.check_${check}`)}</li>`)}
    </ul>
    <div class="sign">
      <p class="note">${translate('report.photo.note')}</p>
      ${(['made', 'checked', 'approved'] as const).map(
        (box) =>
          html`<div class="box">
            ${translate(`report.photo.${box}`)}
            <div></div>
          </div>`,
      )}
    </div>
  </section>`;
  return htmlDocument({ title, ownStyle: cardStyle, body }, format);
}
