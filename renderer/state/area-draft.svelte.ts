import {
  MOST_POINTS,
  MOST_SHAPES,
  type Box,
  type IgnoreShape,
  type InspectionArea,
  type Point,
} from '#core/domain/inspection-area.ts';

/** Kept places, as shares: a twentieth of a pixel of a 2,000 px picture. */
const PLACES = 1e4;

const round = (share: number): number => Math.round(Math.min(1, Math.max(0, share)) * PLACES) / PLACES;
const rounded = ([x, y]: Point): Point => [round(x), round(y)];

function roundedBox(box: Box): Box {
  const [x, y] = [round(box.x), round(box.y)];
  return { x, y, width: round(round(box.x + box.width) - x), height: round(round(box.y + box.height) - y) };
}

/** Nothing drawn: the whole picture is inspected. */
export const wholePicture: InspectionArea = { region: null, ignore: [] };

const same = (a: InspectionArea, b: InspectionArea): boolean => JSON.stringify(a) === JSON.stringify(b);

const drafts = new Map<number, AreaDraft>();

/** The drawing of a camera: what was begun is there again when somebody comes back to the page. */
export function draftOf(cameraId: number): AreaDraft {
  const draft = drafts.get(cameraId) ?? new AreaDraft();
  drafts.set(cameraId, draft);
  return draft;
}

/** An inspected area while it is drawn: every change can be taken back and made again. */
export class AreaDraft {
  #saved = $state.raw<InspectionArea>(wholePicture);
  #area = $state.raw<InspectionArea>(wholePicture);
  #before = $state.raw<readonly InspectionArea[]>([]);
  #after = $state.raw<readonly InspectionArea[]>([]);

  get area(): InspectionArea {
    return this.#area;
  }

  get changed(): boolean {
    return !same(this.#area, this.#saved);
  }

  get canUndo(): boolean {
    return this.#before.length > 0;
  }

  get canRedo(): boolean {
    return this.#after.length > 0;
  }

  /** Begins anew from what the core has. */
  load(area: InspectionArea): void {
    this.#saved = area;
    this.#area = area;
    this.#before = [];
    this.#after = [];
  }

  change(area: InspectionArea): void {
    if (same(area, this.#area)) return;
    this.#before = [...this.#before, this.#area];
    this.#after = [];
    this.#area = area;
  }

  setRegion(region: Box | null): void {
    const { ignore, follow } = this.#area;
    // A whole picture has nowhere to go.
    this.change({ region: region && roundedBox(region), ignore, ...(region && follow && { follow }) });
  }

  /** Takes a proposed region, which goes with the part that lies in `reference`, or stays where it is. */
  usePart(region: Box, reference: Box | null): void {
    const { ignore } = this.#area;
    this.change({ region: roundedBox(region), ignore, ...(reference && { follow: { box: roundedBox(reference) } }) });
  }

  /** The area stays where it was drawn from now on. */
  stay(): void {
    const { region, ignore } = this.#area;
    this.change({ region, ignore });
  }

  /** Adds a shape; false where there are as many as may be. */
  add(shape: IgnoreShape): boolean {
    const ignore = [...this.#area.ignore, { ...shape, points: shape.points.map(rounded) }];
    const points = ignore.reduce((sum, one) => sum + one.points.length, 0);
    if (ignore.length > MOST_SHAPES || points > MOST_POINTS) return false;
    this.change({ ...this.#area, ignore });
    return true;
  }

  remove(at: number): void {
    this.change({ ...this.#area, ignore: this.#area.ignore.filter((_, index) => index !== at) });
  }

  undo(): void {
    const last = this.#before.at(-1);
    if (last === undefined) return;
    this.#after = [...this.#after, this.#area];
    this.#before = this.#before.slice(0, -1);
    this.#area = last;
  }

  redo(): void {
    const next = this.#after.at(-1);
    if (next === undefined) return;
    this.#before = [...this.#before, this.#area];
    this.#after = this.#after.slice(0, -1);
    this.#area = next;
  }
}
