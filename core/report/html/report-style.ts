/** A text as a CSS string: all that could end it, or the style sheet, is written by its number (CSS Syntax, 4.3.7). */
function cssString(text: string): string {
  const plain = /[\p{L}\p{N} .,:·–-]/u;
  return `"${Array.from(text, (each) => (plain.test(each) ? each : `\\${each.codePointAt(0)?.toString(16) ?? ''} `)).join('')}"`;
}

/**
 * What only the report needs beside the common sheet: paper with margins and page numbers, page one, which is one page, and an
 * appendix that begins on the next and flows on.
 *
 * @param foot stands at the bottom of each page, before its number
 */
export const reportStyle = (foot: string): string => `
@page { size: A4; margin: 14mm 16mm 15mm; @bottom-right { content: counter(page) " / " counter(pages); font-size: 9px; color: #5b6875 }
  @bottom-left { content: ${cssString(foot)}; font-size: 9px; color: #5b6875; max-width: 150mm; overflow: hidden; white-space: nowrap } }
@media print {
  .page { width: auto; min-height: 0; padding: 0; display: block; break-after: auto } .page .running { display: none }
  .page.one { display: flex; height: 267mm; overflow: hidden; break-after: page }
  .page p { break-inside: avoid } h2, h3, h2 + .lead, h3 + .lead { break-after: avoid } tr, .example { break-inside: avoid } thead { display: table-header-group }
  table.long { break-inside: auto }
}
.one h1, .one .box div { overflow: hidden; overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2 }
.one .box div { height: 19mm; -webkit-line-clamp: 3; line-height: 1.3; padding: 2px }
.one .fit { overflow-wrap: anywhere }
td:first-child, td.left, .page p, .page li, .page h2, figcaption { overflow-wrap: anywhere }
.appendix { font-size: 21px; padding-bottom: 7px; border-bottom: 2px solid var(--ink) }
.facts td { text-align: left; vertical-align: top } .facts td:first-child { width: 26%; color: var(--soft); white-space: nowrap; padding-right: 14px }
.facts td, .rights li { overflow-wrap: anywhere }
.matrix td:not(:first-child), .matrix th:not(:first-child) { width: 26% } .matrix td.bad { background: var(--shu-wash) } .matrix td.fine { background: var(--green-wash) }
.examples { display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px; margin-top: 6px }
.example { margin: 0; break-inside: avoid } .example figcaption { line-height: 1.45; overflow-wrap: anywhere }
.example .looks { display: grid; grid-template-columns: 1fr 1fr; gap: 3px; background: #10151a; border-radius: 5px; overflow: hidden }
.example .looks.single { grid-template-columns: 1fr }
.example .looks { align-items: center } .example .look { position: relative }
.example img { display: block; width: 100%; max-height: 48mm; object-fit: contain }
.example img.heat { position: absolute; inset: 0; height: 100%; max-height: none; filter: url(#heat-colours) }
.filters { position: absolute; width: 0; height: 0 }
.rights { margin: 6px 0 0; padding-left: 17px } .rights li { margin: 3px 0 }
td.when { white-space: nowrap; text-align: left } .ledger { table-layout: fixed; font-size: 11px } .ledger td { padding-top: 2.5px; padding-bottom: 2.5px } .ledger th:nth-child(1) { width: 7% } .ledger th:nth-child(2) { width: 18% } .ledger th:nth-child(4) { width: 17% } .ledger th { white-space: nowrap }
.ledger td { text-align: left; vertical-align: top; overflow-wrap: anywhere }
`;
