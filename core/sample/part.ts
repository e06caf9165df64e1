import type { Random } from '#core/domain/random.ts';
import { noiseField, smoothstep } from './noise.ts';

/** Side of the camera's picture, pixels. */
export const SIDE = 200;

/** Brightness before the camera: row-major, 0 black, 1 white; may exceed both. */
export type Scene = Float32Array;

/** Where the part lies in the picture, and its size: what a defect has to know. */
export interface Pose {
  readonly centreX: number;
  readonly centreY: number;
  /** Outer edge and bore, pixels. */
  readonly outer: number;
  readonly inner: number;
  /** Turn of the part, radians. */
  readonly turn: number;
  /** Direction from which the lamp shines, radians. */
  readonly light: number;
}

const HOLES = 4;
const HOLE_RADIUS = 6.5;
/** Radius of the bolt circle and of the turned groove, as shares of the way from bore to edge. */
const HOLE_CIRCLE = 0.52;
const GROOVE = 0.8;
const MARKS = 7;

/** The fixture holds a part to within some pixels; its lamp and lathe are the same every day. */
export function drawPose(random: Random): Pose {
  return {
    centreX: SIDE / 2 + random.normal() * 1.6,
    centreY: SIDE / 2 + random.normal() * 1.6,
    outer: 82 + random.normal() * 0.5,
    inner: 29 + random.normal() * 0.4,
    turn: random.uniform() * 2 * Math.PI,
    light: -2.2 + random.normal() * 0.12,
  };
}

/** A place on the ring's face: `along` 0 at the bore, 1 at the edge; `angle` in the picture. */
export function onFace(pose: Pose, along: number, angle: number): { x: number; y: number } {
  const radius = pose.inner + (pose.outer - pose.inner) * along;
  return { x: pose.centreX + radius * Math.cos(angle), y: pose.centreY + radius * Math.sin(angle) };
}

/** Brightness of a bolt hole around a place, and how much of it covers the face: dark inside, its countersink lit on one side. */
function holeAt(dx: number, dy: number, light: number): { cover: number; value: number } {
  const distance = Math.hypot(dx, dy);
  const rim = Math.exp(-(((distance - HOLE_RADIUS) / 1.3) ** 2)) * Math.cos(Math.atan2(dy, dx) - light - Math.PI);
  return {
    cover: 1 - smoothstep(HOLE_RADIUS + 0.5, HOLE_RADIUS + 2.2, distance),
    value: 0.07 + 0.3 * Math.max(0, rim),
  };
}

/**
 * A good part: a turned steel ring with four bolt holes, a groove and laser marks that differ from part to part, on a dark
 * belt. Tool marks run in circles, so that the light stands on the face as two opposite fans.
 */
export function renderPart(pose: Pose, random: Random): Scene {
  const scene = new Float32Array(SIDE * SIDE);
  const belt = noiseField(random);
  const toolMarks = noiseField(random);
  const grain = noiseField(random);
  const film = noiseField(random);
  const filmStrength = 0.03 * random.uniform();
  const marks = Array.from({ length: MARKS }, (_, n) => 0.5 + n * 0.055).filter(() => random.uniform() < 0.6);
  const { centreX, centreY, outer, inner, turn, light } = pose;
  const holes = Array.from({ length: HOLES }, (_, n) => onFace(pose, HOLE_CIRCLE, turn + (n * 2 * Math.PI) / HOLES));
  const groove = inner + (outer - inner) * GROOVE;
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const dx = x - centreX;
      const dy = y - centreY;
      const radius = Math.sqrt(dx * dx + dy * dy);
      const angle = Math.atan2(dy, dx);
      const shadow = smoothstep(outer - 4, outer + 12, Math.sqrt((dx - 4) ** 2 + (dy - 5) ** 2));
      let value = (0.1 + 0.025 * belt(x / 3, y / 3) + 0.012 * belt(x, y)) * (0.45 + 0.55 * shadow);
      const onRing = smoothstep(-0.8, 0.8, outer - radius) * smoothstep(-0.8, 0.8, radius - inner);
      if (onRing > 0) {
        const fans = Math.cos(angle - light) ** 2;
        let face = 0.42 + 0.2 * fans + 0.035 * toolMarks(radius * 1.9, 0.5) + 0.03 * toolMarks(radius * 0.7, 9.5);
        face += 0.035 * grain(radius * 1.5, angle * 14) + 0.02 * grain(x * 0.9, y * 0.9);
        face += filmStrength * film(x / 22, y / 22);
        const away = Math.cos(angle - light);
        face += 0.22 * away * Math.exp(-(((outer - radius) / 2.2) ** 2));
        face -= 0.26 * away * Math.exp(-(((radius - inner) / 2) ** 2));
        face +=
          0.16 * away * ((radius - groove) / 1.4) * Math.exp(-(((radius - groove) / 1.4) ** 2)) -
          0.1 * Math.exp(-(((radius - groove) / 1.1) ** 2));
        const band = smoothstep(4.5, 3.2, Math.abs(radius - outer + 24));
        if (band > 0)
          for (const offset of marks) {
            const at = Math.sin(angle - turn - offset) * radius;
            if (Math.cos(angle - turn - offset) > 0) face -= 0.16 * band * Math.exp(-((at / 0.9) ** 2));
          }
        for (const hole of holes) {
          if (Math.abs(x - hole.x) > 12 || Math.abs(y - hole.y) > 12) continue;
          const { cover, value: inside } = holeAt(x - hole.x, y - hole.y, light);
          face = face * (1 - cover) + inside * cover;
        }
        value = value * (1 - onRing) + face * onRing;
      }
      scene[y * SIDE + x] = value;
    }
  return scene;
}
