/** One line of a panel: its points in the order of the labels. */
export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly { readonly labels: number; readonly values: readonly number[] }[];
}

/** Figures over labels of one set of pictures. */
export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly curves: readonly Curve[];
}

const SIZE = { width: 360, height: 300, left: 48, right: 110, top: 34, bottom: 40 };
const FROM = 0.4;

/** Panels side by side as an SVG; labels on a logarithmic axis, the mean of the seeds as the line, their range as the band. */
export function qualityPlot(panels: readonly Panel[]): string {
  const { width, height } = SIZE;
  const drawn = panels.map((panel, at) => `<g transform="translate(${at * width} 0)">${drawPanel(panel)}</g>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${panels.length * width} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

/** Names of curves that end together are written one below the other. */
const NAME_HEIGHT = 13;

/** Heights in their order, each at least {@link NAME_HEIGHT} below the one above it. */
export function apart(heights: readonly number[]): number[] {
  const placed = [...heights];
  let above = -Infinity;
  for (const index of [...heights.keys()].sort((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0))) {
    above = Math.max(heights[index] ?? 0, above + NAME_HEIGHT);
    placed[index] = above;
  }
  return placed;
}

function drawPanel({ title, unit, curves }: Panel): string {
  const { width, height, left, right, top, bottom } = SIZE;
  const labels = curves.flatMap(({ points }) => points.map((point) => point.labels));
  const [low, high] = [Math.log(Math.min(...labels)), Math.log(Math.max(...labels))];
  const x = (value: number): number => left + ((Math.log(value) - low) / (high - low || 1)) * (width - left - right);
  const y = (value: number): number => top + ((1 - value) / (1 - FROM)) * (height - top - bottom);
  const at = (a: number, b: number): string => `${a.toFixed(1)},${b.toFixed(1)}`;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const lines = [0.5, 0.6, 0.7, 0.8, 0.9, 1].map(
    (value) =>
      `<path d="M${at(left, y(value))}H${width - right}" stroke="#ddd"/>` +
      `<text x="${left - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value.toFixed(1)}</text>`,
  );
  const ticks = [...new Set(labels)].map(
    (value) => `<text x="${x(value).toFixed(1)}" y="${height - bottom + 16}" text-anchor="middle">${value}</text>`,
  );
  const drawn = curves.filter(({ points }) => points.length > 0);
  const ends = apart(drawn.map(({ points }) => y(mean(points.at(-1)?.values ?? []))));
  const marks = drawn.map(({ name, colour, points }, index) => {
    const upper = points.map((point) => at(x(point.labels), y(Math.max(...point.values))));
    const lower = points.map((point) => at(x(point.labels), y(Math.min(...point.values)))).toReversed();
    const line = points.map((point) => at(x(point.labels), y(mean(point.values))));
    return (
      `<polygon points="${[...upper, ...lower].join(' ')}" fill="${colour}" opacity="0.2"/>` +
      `<polyline points="${line.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>` +
      `<text x="${width - right + 6}" y="${((ends[index] ?? top) + 4).toFixed(1)}" fill="${colour}">${name}</text>`
    );
  });
  const head = `<text x="${left}" y="18" font-weight="bold">${title}: ${unit} over labels</text>`;
  return [head, ...lines, ...ticks, ...marks].join('\n');
}
