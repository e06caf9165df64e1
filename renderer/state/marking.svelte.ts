/** What a drag on the picture does. */
export const markTools = ['move', 'box', 'brush', 'erase'] as const;
export type MarkTool = (typeof markTools)[number];

export const isMarkTool = (name: string): name is MarkTool => (markTools as readonly string[]).includes(name);

/** Brush sizes as shares of the picture's longer side: a scratch, a pore, a stain. */
const widths = { thin: 0.01, medium: 0.03, thick: 0.08 } as const;
export type BrushSize = keyof typeof widths;
const sizes = Object.keys(widths) as readonly BrushSize[];

/** The tool in hand; it stays from picture to picture. */
export class Marking {
  #tool = $state<MarkTool>('box');
  #size = $state<BrushSize>('medium');

  get tool(): MarkTool {
    return this.#tool;
  }

  get size(): BrushSize {
    return this.#size;
  }

  /** Share of the picture's longer side. */
  get width(): number {
    return widths[this.#size];
  }

  get paints(): boolean {
    return this.#tool === 'brush' || this.#tool === 'erase';
  }

  take(tool: MarkTool): void {
    this.#tool = tool;
  }

  nextSize(): void {
    this.#size = sizes[(sizes.indexOf(this.#size) + 1) % sizes.length] ?? 'medium';
  }
}
