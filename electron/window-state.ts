import { readFileSync } from 'node:fs';
import type { Rectangle } from 'electron';
import * as v from 'valibot';
import { writeOwnWhole } from '#core/disk/whole-file.ts';

const pixels = v.pipe(v.number(), v.integer(), v.minValue(-100_000), v.maxValue(100_000));
const WindowState = v.object({
  bounds: v.object({
    x: pixels,
    y: pixels,
    width: v.pipe(pixels, v.minValue(1)),
    height: v.pipe(pixels, v.minValue(1)),
  }),
  maximised: v.boolean(),
});
export type WindowState = v.InferOutput<typeof WindowState>;

export const smallest = { width: 1024, height: 700 } as const;
const usual = { width: 1366, height: 900 } as const;
/** So much of the window's head must lie on a display for a person to get hold of it. */
const GRIP = { width: 120, height: 40 } as const;

/** Where the window was; null where nobody knows. */
export function readWindowState(file: string): WindowState | null {
  try {
    const parsed = v.safeParse(WindowState, JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

export function writeWindowState(file: string, state: WindowState): void {
  writeOwnWhole(file, `${JSON.stringify(state)}\n`);
}

const overlap = (from: number, length: number, otherFrom: number, otherLength: number): number =>
  Math.min(from + length, otherFrom + otherLength) - Math.max(from, otherFrom);

function isReachable({ x, y, width }: Rectangle, area: Rectangle): boolean {
  return (
    overlap(x, width, area.x, area.width) >= Math.min(GRIP.width, width) &&
    overlap(y, GRIP.height, area.y, area.height) >= GRIP.height
  );
}

/** Middle of an area, no larger than it. */
function within(area: Rectangle, { width, height }: { readonly width: number; readonly height: number }): Rectangle {
  const [w, h] = [Math.min(width, area.width), Math.min(height, area.height)];
  return {
    x: area.x + Math.round((area.width - w) / 2),
    y: area.y + Math.round((area.height - h) / 2),
    width: w,
    height: h,
  };
}

/**
 * Where the window opens: where it was, if it can be reached there; on the primary display in its former size where its
 * display is gone.
 *
 * @param displays work areas of all displays, in the system's own pixels
 */
export function placeWindow(
  former: WindowState | null,
  displays: readonly Rectangle[],
  primary: Rectangle,
): { readonly bounds: Rectangle; readonly maximised: boolean } {
  if (former === null) return { bounds: within(primary, usual), maximised: false };
  const { bounds, maximised } = former;
  const fits = displays.some((area) => isReachable(bounds, area));
  return { bounds: fits ? bounds : within(primary, bounds), maximised };
}
