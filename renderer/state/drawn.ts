import { createSubscriber } from 'svelte/reactivity';

/*
 * Lengths of what is laid out by numbers and not by style. They are drawn for a rem of 16 pixels; on very large screens it has more
 * (base.css), and everything is to grow alike.
 */

const DRAWN_REM = 16;

const onResize = createSubscriber((update) => {
  addEventListener('resize', update);
  return () => removeEventListener('resize', update);
});

/** A length that was drawn with so many pixels, as CSS. */
export const rem = (pixels: number): string => `${pixels / DRAWN_REM}rem`;

/** Pixels on this screen of a length that was drawn with so many. Reactive. */
export function drawn(pixels: number): number {
  onResize();
  return (pixels * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)) / DRAWN_REM;
}

/** With how many pixels a length on this screen is drawn: the inverse of {@link drawn}. */
export function asDrawn(pixels: number): number {
  return pixels / drawn(1);
}

/** Attributes of an `<svg>` whose unit is a pixel as drawn. */
export function plot(width: number, height: number) {
  return {
    class: 'plot',
    viewBox: `0 0 ${width} ${height}`,
    style: `width: ${rem(width)}; height: ${rem(height)}`,
  };
}
