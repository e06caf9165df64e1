import type { Random } from '#core/domain/random.ts';
import { noiseField, smoothstep } from './noise.ts';
import { onFace, SIDE, type Pose, type Scene } from './part.ts';

export const defectKinds = ['scratch', 'dent', 'stain', 'chip', 'crack'] as const;
export type DefectKind = (typeof defectKinds)[number];

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Calls `visit` for each pixel within `reach` of a point. */
function around(centre: Point, reach: number, visit: (index: number, dx: number, dy: number) => void): void {
  const clamp = (value: number): number => Math.min(SIDE - 1, Math.max(0, value));
  for (let y = clamp(Math.floor(centre.y - reach)); y <= clamp(Math.ceil(centre.y + reach)); y++)
    for (let x = clamp(Math.floor(centre.x - reach)); x <= clamp(Math.ceil(centre.x + reach)); x++)
      visit(y * SIDE + x, x - centre.x, y - centre.y);
}

const add = (scene: Scene, index: number, value: number): void => {
  scene[index] = (scene[index] ?? 0) + value;
};

/** Draws a line through points, as deep as `depth` says along the way; the deepest of what overlaps counts. */
function stroke(
  scene: Scene,
  points: readonly Point[],
  width: number,
  depth: (along: number) => number,
  edge: number,
): void {
  const marks = new Map<number, number>();
  points.forEach((point, n) => {
    const strength = depth(n / Math.max(1, points.length - 1));
    around(point, width * 3 + 2, (index, dx, dy) => {
      // A furrow: dark, with one lip that catches the light.
      const furrow = strength * Math.exp(-((dx * dx + dy * dy) / (width * width)));
      const lip = -edge * strength * Math.exp(-(((dx + 1.3) ** 2 + (dy + 1.3) ** 2) / (width * width)));
      const value = furrow + lip;
      if (Math.abs(value) > Math.abs(marks.get(index) ?? 0)) marks.set(index, value);
    });
  });
  for (const [index, value] of marks) add(scene, index, value);
}

const SHORTEST_SCRATCH = 16;

/** A nearly straight way across the face, ended by the edge or the bore. */
function scratchWay(pose: Pose, random: Random): Point[] {
  const length = 22 + 36 * random.uniform();
  const bend = random.normal() * 0.006;
  let { x, y } = onFace(pose, 0.15 + 0.7 * random.uniform(), random.uniform() * 2 * Math.PI);
  let heading = random.uniform() * 2 * Math.PI;
  const points: Point[] = [];
  for (let step = 0; step < length * 2; step++) {
    x += 0.5 * Math.cos(heading);
    y += 0.5 * Math.sin(heading);
    heading += bend;
    const radius = Math.hypot(x - pose.centreX, y - pose.centreY);
    if (radius > pose.outer - 3 || radius < pose.inner + 3) break;
    points.push({ x, y });
  }
  return points;
}

/** A handling scratch: long, nearly straight, thin, across the tool marks. */
function scratch(scene: Scene, pose: Pose, random: Random): void {
  let points = scratchWay(pose, random);
  // One that starts beside the edge and leads out would be no defect that anybody could see.
  while (points.length < SHORTEST_SCRATCH * 2) points = scratchWay(pose, random);
  const sign = random.uniform() < 0.65 ? 1 : -1;
  const depth = sign * (0.13 + 0.15 * random.uniform());
  stroke(scene, points, 0.75 + 0.35 * random.uniform(), (along) => depth * Math.sin(Math.PI * along) ** 0.5, 0.5);
}

/** A knock: a small hollow, dark towards the lamp and bright on the far side. */
function dent(scene: Scene, pose: Pose, random: Random): void {
  const centre = onFace(pose, 0.2 + 0.6 * random.uniform(), random.uniform() * 2 * Math.PI);
  const size = 3 + 3.5 * random.uniform();
  const stretch = 0.75 + 0.5 * random.uniform();
  const depth = 0.17 + 0.17 * random.uniform();
  around(centre, size * 3, (index, dx, dy) => {
    const u = dx / (size * stretch);
    const v = dy / (size / stretch);
    const slope = (u * Math.cos(pose.light) + v * Math.sin(pose.light)) * Math.exp(-(u * u + v * v));
    add(scene, index, -depth * 1.9 * slope - 0.35 * depth * Math.exp(-2 * (u * u + v * v)));
  });
}

/** A stain or rust: a cloud with a ragged edge, little contrast. */
function stain(scene: Scene, pose: Pose, random: Random): void {
  const centre = onFace(pose, 0.25 + 0.5 * random.uniform(), random.uniform() * 2 * Math.PI);
  const size = 7 + 8 * random.uniform();
  const ragged = noiseField(random);
  const depth = 0.1 + 0.1 * random.uniform();
  around(centre, size * 1.6, (index, dx, dy) => {
    const radius = Math.hypot(dx + centre.x - pose.centreX, dy + centre.y - pose.centreY);
    if (radius > pose.outer - 1 || radius < pose.inner + 1) return;
    const edge = Math.hypot(dx, dy) / size + 0.35 * ragged(dx / 5, dy / 5) + 0.15 * ragged(dx / 2, dy / 2);
    add(scene, index, -depth * smoothstep(1.05, 0.6, edge) * (1 + 0.3 * ragged(dx / 3 + 20, dy / 3)));
  });
}

/** A broken edge: a piece of the rim or of the bore is missing, its break rough and bright in places. */
function chip(scene: Scene, pose: Pose, random: Random): void {
  const centre = onFace(pose, random.uniform() < 0.7 ? 1.01 : -0.01, random.uniform() * 2 * Math.PI);
  const size = 4.5 + 5 * random.uniform();
  const ragged = noiseField(random);
  around(centre, size * 1.8, (index, dx, dy) => {
    const edge = Math.hypot(dx, dy) / size + 0.3 * ragged(dx / 3, dy / 3);
    const gone = smoothstep(1.05, 0.85, edge);
    const before = scene[index] ?? 0;
    const broken = 0.12 + 0.16 * Math.max(0, ragged(dx / 1.7 + 9, dy / 1.7)) * smoothstep(0.4, 0.9, edge);
    // What was belt stays belt.
    if (before > 0.2) scene[index] = before * (1 - gone) + broken * gone;
  });
}

/** A hardening crack: thin, dark, jagged, starting at a hole, the bore or the edge, sometimes forking. */
function crack(scene: Scene, pose: Pose, random: Random): void {
  const angle = random.uniform() * 2 * Math.PI;
  const inward = random.uniform() < 0.5;
  const walk = (from: Point, heading: number, steps: number): Point[] => {
    const points: Point[] = [];
    let { x, y } = from;
    let direction = heading;
    for (let step = 0; step < steps; step++) {
      if (step % 7 === 0) direction = heading + random.normal() * 0.55;
      x += 0.5 * Math.cos(direction);
      y += 0.5 * Math.sin(direction);
      const radius = Math.hypot(x - pose.centreX, y - pose.centreY);
      if (radius > pose.outer + 0.5 || radius < pose.inner - 0.5) break;
      points.push({ x, y });
    }
    return points;
  };
  const steps = Math.round(36 + 44 * random.uniform());
  const heading = inward ? angle + Math.PI : angle;
  const main = walk(onFace(pose, inward ? 1 : 0, angle), heading + random.normal() * 0.3, steps);
  const depth = -(0.2 + 0.14 * random.uniform());
  stroke(scene, main, 0.7 + 0.25 * random.uniform(), (along) => depth * (1 - 0.7 * along), 0.12);
  const fork = main[Math.floor(main.length * 0.5)];
  if (fork !== undefined && random.uniform() < 0.5)
    stroke(scene, walk(fork, heading + 0.8, steps / 3), 0.65, (along) => 0.8 * depth * (1 - along), 0.1);
}

const painters = { scratch, dent, stain, chip, crack } satisfies Record<DefectKind, unknown>;

/** Damages a rendered part. */
export function paintDefect(scene: Scene, kind: DefectKind, pose: Pose, random: Random): void {
  painters[kind](scene, pose, random);
}
