/*
 * Looking closer at a picture: the layers of the stage, as large as the stage, are scaled by `zoom` from their upper left corner and
 * moved by (x, y). All lengths are pixels of the stage.
 */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** zoom 1: the whole picture fits the stage. */
export interface View extends Place {
  readonly zoom: number;
}

export const wholePicture: View = { zoom: 1, x: 0, y: 0 };

/** Screen pixels that one pixel of a picture takes at most, and how much closer than whole one may always look. */
const MOST = 8;

/** Screen pixels for one of the picture's where it fits the stage. */
const fit = (stage: Size, picture: Size): number =>
  Math.min(stage.width / picture.width, stage.height / picture.height);

/** The zoom at which one pixel of the picture is one of the screen. @param ratio screen pixels to one of the stage */
export function actualZoom(stage: Size, picture: Size, ratio: number): number {
  return 1 / (fit(stage, picture) * ratio);
}

/** From the smaller of whole and actual size to {@link MOST} screen pixels for one of the picture's. */
export function zoomRange(stage: Size, picture: Size): { readonly least: number; readonly most: number } {
  const actual = actualZoom(stage, picture, 1);
  return { least: Math.min(1, actual), most: Math.max(MOST, MOST * actual) };
}

/** Moves a view so that no more of the stage is empty than has to be. */
export function within({ zoom, x, y }: View, stage: Size): View {
  const along = (at: number, side: number): number =>
    zoom <= 1 ? (side * (1 - zoom)) / 2 : Math.min(0, Math.max(side * (1 - zoom), at));
  return { zoom, x: along(x, stage.width), y: along(y, stage.height) };
}

/** Scales a view by `factor`; what lies under `at` stays there as long as the picture fills the stage. */
export function zoomAt(view: View, factor: number, at: Place, stage: Size, picture: Size): View {
  const { least, most } = zoomRange(stage, picture);
  const zoom = Math.min(most, Math.max(least, view.zoom * factor));
  const scaled = zoom / view.zoom;
  return within({ zoom, x: at.x - (at.x - view.x) * scaled, y: at.y - (at.y - view.y) * scaled }, stage);
}

export function pan(view: View, by: Place, stage: Size): View {
  return within({ ...view, x: view.x + by.x, y: view.y + by.y }, stage);
}

/** Two fingers: what was under the middle between them stays under it, and goes apart as they do. */
export function pinch(
  view: View,
  [from, to]: readonly [readonly [Place, Place], readonly [Place, Place]],
  stage: Size,
  picture: Size,
): View {
  const middle = ([a, b]: readonly [Place, Place]): Place => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const apart = ([a, b]: readonly [Place, Place]): number => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
  const [was, is] = [middle(from), middle(to)];
  const moved = { ...view, x: view.x + is.x - was.x, y: view.y + is.y - was.y };
  return zoomAt(moved, apart(to) / apart(from), is, stage, picture);
}
