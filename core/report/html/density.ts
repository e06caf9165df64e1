import type { ManagementPoint } from '../management-point.ts';
import { say } from '../sentence.ts';
import type { Format } from './format.ts';

/*
 * Page one is one page whatever it says. A page that runs no script cannot measure itself, so how much it says is estimated here and
 * it is set smaller where it says more; test/report/paper.test.ts measures in a browser that nothing is ever cut off.
 */

/** Sizes to choose from, share of the ordinary one; on paper the last is 9.5 px text, the smallest that is read without effort. */
const ZOOMS = [1, 0.95, 0.9, 0.85, 0.8, 0.77, 0.73, 0.7, 0.66, 0.62] as const;

/** The room that there is, and what each part takes of it, px. Widths are of the text beside what stands before it. */
interface Layout {
  readonly height: number;
  readonly smallest: number;
  /** Of each point: what is neither headline nor sentence. */
  readonly point: number;
  readonly headline: { readonly font: number; readonly line: number; readonly width: number };
  readonly sentence: { readonly font: number; readonly line: number; readonly apart: number; readonly width: number };
  /** The five measures below, where they are set smaller with the points. */
  readonly measures?: { readonly above: number; readonly font: number; readonly line: number; readonly width: number };
}

export const pageLayout: Layout = {
  height: 748,
  smallest: 0.73,
  point: 52,
  headline: { font: 17.5, line: 25, width: 600 },
  sentence: { font: 13, line: 21, apart: 4, width: 596 },
  measures: { above: 108, font: 11, line: 16, width: 88 },
};

export const slideLayout: Layout = {
  height: 640,
  smallest: 0.62,
  point: 66,
  headline: { font: 31, line: 41, width: 1060 },
  sentence: { font: 20.5, line: 28, apart: 4, width: 1030 },
};

/** Widths of characters as shares of the font size: full-width ones, capitals and digits, and the others, each with some reserve. */
function widthOf(text: string): number {
  return Array.from(text).reduce((sum, character) => {
    if ((character.codePointAt(0) ?? 0) > 0x2e7f) return sum + 1.01;
    return sum + (/[A-Z0-9%¥@MWmw]/.test(character) ? 0.68 : 0.53);
  }, 0);
}

/** Lines that a text takes; words that do not fit leave some of each line empty. */
const linesOf = (text: string, font: number, width: number): number =>
  Math.max(1, Math.ceil((widthOf(text) * font) / (width * 0.95)));

function heightOf(point: ManagementPoint, layout: Layout, zoom: number, format: Format): number {
  const { headline, sentence } = layout;
  const sentences = point.lines.map((line) => {
    const role = line.role ? `${format.translate(`report.role.${line.role}`)} ` : '';
    const lines = linesOf(role + say(line, format.translate), sentence.font, sentence.width / zoom);
    return sentence.apart + sentence.line * lines;
  });
  const lines = linesOf(say(point.headline, format.translate), headline.font, headline.width / zoom);
  return layout.point + headline.line * lines + sentences.reduce((sum, height) => sum + height, 0);
}

/** By how much points and measures are set smaller, so that they fit. `notes`: what stands under the measures. */
export function zoomToFit(
  points: readonly ManagementPoint[],
  notes: readonly string[],
  layout: Layout,
  format: Format,
): number {
  const { measures } = layout;
  const below = (zoom: number): number =>
    measures === undefined
      ? 0
      : measures.above +
        measures.line * Math.max(1, ...notes.map((text) => linesOf(text, measures.font, measures.width / zoom)));
  const fits = (zoom: number): boolean => {
    const all = points.reduce((sum, point) => sum + heightOf(point, layout, zoom, format), 0);
    return zoom * (all + below(zoom)) <= layout.height;
  };
  return ZOOMS.find((zoom) => zoom <= layout.smallest || fits(zoom)) ?? layout.smallest;
}
