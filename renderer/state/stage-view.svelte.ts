import { actualZoom, pan, pinch, type Place, type Size, type View, wholePicture, zoomAt } from './zoom.ts';

/** One press of + or −: a fourth of the way to twice as large would be too fine for a glove, twice too coarse. */
const STEP = 1.5;
/** Share of the stage that one press moves the picture by. */
const PAN = 0.15;

/** How closely the picture on the stage is looked at; begins anew with each picture. */
export class StageView {
  #view = $state.raw<View>(wholePicture);
  /** Of the stage, and of the picture as it was delivered, pixels. */
  #stage: Size = { width: 1, height: 1 };
  #picture: Size = { width: 1, height: 1 };

  get view(): View {
    return this.#view;
  }

  get isWhole(): boolean {
    return this.#view.zoom === 1;
  }

  get isActual(): boolean {
    return Math.abs(this.#view.zoom / this.#actual() - 1) < 1e-6;
  }

  /** Screen pixels for one of the picture's, per cent. */
  get percent(): number {
    return (100 * this.#view.zoom) / this.#actual();
  }

  #actual(): number {
    return actualZoom(this.#stage, this.#picture, devicePixelRatio);
  }

  measure(stage: Size, picture: Size): void {
    if (stage.width === 0 || picture.width === 0) return;
    [this.#stage, this.#picture] = [stage, picture];
  }

  reset(): void {
    this.#view = wholePicture;
  }

  /** Whole or one pixel of the picture on one of the screen, around a place or the middle. */
  toggleActual(at: Place = this.#middle()): void {
    if (!this.isWhole) this.reset();
    else this.zoomBy(this.#actual(), at);
  }

  zoomBy(factor: number, at: Place = this.#middle()): void {
    this.#view = zoomAt(this.#view, factor, at, this.#stage, this.#picture);
  }

  step(direction: 1 | -1): void {
    this.zoomBy(STEP ** direction);
  }

  panBy(by: Place): void {
    this.#view = pan(this.#view, by, this.#stage);
  }

  /** Looks further to one side, by a share of the stage. */
  look(x: number, y: number): void {
    this.panBy({ x: -x * PAN * this.#stage.width, y: -y * PAN * this.#stage.height });
  }

  pinch(from: readonly [Place, Place], to: readonly [Place, Place]): void {
    this.#view = pinch(this.#view, [from, to], this.#stage, this.#picture);
  }

  #middle(): Place {
    return { x: this.#stage.width / 2, y: this.#stage.height / 2 };
  }
}
