/** Red, green and blue of sRGB, each 0..1. */
export type Rgb = readonly [number, number, number];
type Lab = readonly [number, number, number];

/** `#rrggbb` as sRGB. */
export function hexColour(text: string): Rgb {
  const [, r, g, b] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text) ?? [];
  if (r === undefined || g === undefined || b === undefined) throw new RangeError(`not #rrggbb: ${text}`);
  return [parseInt(r, 16) / 255, parseInt(g, 16) / 255, parseInt(b, 16) / 255];
}

const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const encoded = (value: number): number => (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
const clip = (value: number): number => Math.min(1, Math.max(0, value));

type Matrix = readonly [Rgb, Rgb, Rgb];
const times = (matrix: Matrix, [x, y, z]: Rgb): Rgb => {
  const [a, b, c] = matrix;
  const row = (of: Rgb): number => of[0] * x + of[1] * y + of[2] * z;
  return [row(a), row(b), row(c)];
};

/** Contrast of two colours, 1..21: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function contrastRatio(one: Rgb, other: Rgb): number {
  const luminance = ([r, g, b]: Rgb): number => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const [a, b] = [luminance(one) + 0.05, luminance(other) + 0.05];
  return Math.max(a, b) / Math.min(a, b);
}

/** What eyes without one kind of cones see: Machado, Oliveira and Fernandes 2009, table 1, severity 1.0, on linear light. */
export const visions = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const satisfies Readonly<Record<string, Matrix>>;

export function seenBy(vision: keyof typeof visions, [r, g, b]: Rgb): Rgb {
  const [x, y, z] = times(visions[vision], [linear(r), linear(g), linear(b)]);
  return [encoded(clip(x)), encoded(clip(y)), encoded(clip(z))];
}

/** CIE L*a*b* under D65. */
export function labOf([r, g, b]: Rgb): Lab {
  const xyz = times(
    [
      [0.4124564, 0.3575761, 0.1804375],
      [0.2126729, 0.7151522, 0.072175],
      [0.0193339, 0.119192, 0.9503041],
    ],
    [linear(r), linear(g), linear(b)],
  );
  const f = (t: number): number => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const [x, y, z] = [f(xyz[0] / 0.95047), f(xyz[1]), f(xyz[2] / 1.08883)];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIEDE2000 colour difference: Sharma, Wu and Dalal 2005, equations 2 to 22. */
export function deltaE2000([l1, a1, b1]: Lab, [l2, a2, b2]: Lab): number {
  const turn = 2 * Math.PI;
  const degrees = (value: number): number => (value * Math.PI) / 180;
  const meanC = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(meanC ** 7 / (meanC ** 7 + 25 ** 7)));
  const [p1, p2] = [(1 + g) * a1, (1 + g) * a2];
  const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
  const hue = (a: number, b: number): number => (a === 0 && b === 0 ? 0 : (Math.atan2(b, a) + turn) % turn);
  const [h1, h2] = [hue(p1, b1), hue(p2, b2)];
  const grey = c1 * c2 === 0;
  let dh = grey ? 0 : h2 - h1;
  if (dh > Math.PI) dh -= turn;
  if (dh < -Math.PI) dh += turn;
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin(dh / 2);
  let h = h1 + h2;
  if (!grey) h = (Math.abs(h1 - h2) <= Math.PI ? h : h < turn ? h + turn : h - turn) / 2;
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const t =
    1 -
    0.17 * Math.cos(h - degrees(30)) +
    0.24 * Math.cos(2 * h) +
    0.32 * Math.cos(3 * h + degrees(6)) -
    0.2 * Math.cos(4 * h - degrees(63));
  const sL = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const sC = 1 + 0.045 * c;
  const sH = 1 + 0.015 * c * t;
  const theta = degrees(30) * Math.exp(-(((h - degrees(275)) / degrees(25)) ** 2));
  const rT = -2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)) * Math.sin(2 * theta);
  const [dL, dC, dHs] = [(l2 - l1) / sL, (c2 - c1) / sC, dH / sH];
  return Math.sqrt(dL ** 2 + dC ** 2 + dHs ** 2 + rT * dC * dHs);
}
