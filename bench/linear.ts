/** One size and what it cost. */
export interface Cost {
  readonly pictures: number;
  readonly seconds: number;
}

/**
 * How far each cost is from being proportional to the number of pictures, in %: 100 × (seconds / (a × pictures) − 1), with the a
 * that makes the largest and the smallest deviation equal, so that no size is taken for the right one.
 */
export function deviationsPercent(costs: readonly Cost[]): number[] {
  const each = costs.map(({ pictures, seconds }) => seconds / pictures);
  const middle = (Math.max(...each) + Math.min(...each)) / 2;
  return each.map((value) => 100 * (value / middle - 1));
}

const BAR = 46;

/** The costs as bars of text, one line a size; a straight line of ends on these axes would be time per picture staying the same. */
export function bars(costs: readonly Cost[]): string[] {
  const each = costs.map(({ pictures, seconds }) => (1000 * seconds) / pictures);
  const longest = Math.max(...each);
  return costs.map(({ pictures, seconds }, at) => {
    const value = each[at] ?? 0;
    const bar = '█'.repeat(Math.max(1, Math.round((BAR * value) / longest)));
    return `${pictures.toLocaleString('en-US').padStart(7)}  ${bar.padEnd(BAR)}  ${value.toFixed(3)} ms a picture, ${seconds.toFixed(1)} s an epoch`;
  });
}

const PLOT = { width: 640, height: 400, left: 70, bottom: 50, margin: 20 };

/** Seconds per epoch over pictures as an SVG with the proportional line, both axes logarithmic. */
export function plot(costs: readonly Cost[]): string {
  const { width, height, left, bottom, margin } = PLOT;
  const each = costs.map(({ pictures, seconds }) => seconds / pictures);
  const middle = (Math.max(...each) + Math.min(...each)) / 2;
  const line = costs.map(({ pictures }) => ({ pictures, seconds: middle * pictures }));
  const all = [...costs, ...line];
  const scale = (values: readonly number[], from: number, to: number) => {
    const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
    return (value: number) => from + ((Math.log(value) - low) / (high - low || 1)) * (to - from);
  };
  const x = scale(
    all.map(({ pictures }) => pictures),
    left + margin,
    width - margin,
  );
  const y = scale(
    all.map(({ seconds }) => seconds),
    height - bottom - margin,
    margin,
  );
  const text = (at: number, down: number, words: string, anchor = 'middle') =>
    `<text x="${at.toFixed(1)}" y="${down.toFixed(1)}" text-anchor="${anchor}">${words}</text>`;
  const ideal = line.map(({ pictures, seconds }) => `${x(pictures).toFixed(1)},${y(seconds).toFixed(1)}`).join(' ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<polyline points="${ideal}" fill="none" stroke="#999" stroke-dasharray="4 4"/>`,
    ...costs.flatMap(({ pictures, seconds }) => [
      `<circle cx="${x(pictures).toFixed(1)}" cy="${y(seconds).toFixed(1)}" r="4" fill="#0b6"/>`,
      text(x(pictures), height - bottom + 15, pictures.toLocaleString('en-US')),
      text(left - 8, y(seconds) + 4, `${seconds.toFixed(1)} s`, 'end'),
    ]),
    text(width / 2, height - 10, 'pictures (dashed: time in proportion to pictures)'),
    text(left - 8, margin - 4, 'time per epoch', 'end'),
    '</svg>',
    '',
  ].join('\n');
}
