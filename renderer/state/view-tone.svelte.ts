/** Steps from neutral: four of brightness are twice as bright, four of contrast twice as steep. */
export const MOST_STEPS = 8;
const STEPS_TO_DOUBLE = 4;

const clip = (steps: number): number => Math.min(MOST_STEPS, Math.max(-MOST_STEPS, Math.round(steps)));
const factor = (steps: number): number => 2 ** (steps / STEPS_TO_DOUBLE);

/**
 * Brightness and contrast of what is on show, never of the picture. They stay from picture to picture: dark pictures come in
 * series.
 */
export class ViewTone {
  #brightness = $state(0);
  #contrast = $state(0);

  get brightness(): number {
    return this.#brightness;
  }

  set brightness(steps: number) {
    this.#brightness = clip(steps);
  }

  get contrast(): number {
    return this.#contrast;
  }

  set contrast(steps: number) {
    this.#contrast = clip(steps);
  }

  get isNeutral(): boolean {
    return this.#brightness === 0 && this.#contrast === 0;
  }

  /** Shares of the neutral ones, 1 = as it is. */
  get factors(): { readonly brightness: number; readonly contrast: number } {
    return { brightness: factor(this.#brightness), contrast: factor(this.#contrast) };
  }

  /** As CSS. */
  get filter(): string {
    const { brightness, contrast } = this.factors;
    return this.isNeutral ? 'none' : `brightness(${brightness}) contrast(${contrast})`;
  }

  reset(): void {
    this.#brightness = 0;
    this.#contrast = 0;
  }
}
