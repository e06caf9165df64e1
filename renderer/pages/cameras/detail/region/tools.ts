/** What a drag or a click on the picture does; words are `areatool.<name>`. */
export const areaTools = ['region', 'polygon', 'brush', 'select'] as const;
export type AreaTool = (typeof areaTools)[number];

/** Widths of the brush, shares of the picture's longer side; words are `brush.<name>`. */
export const brushes = { thin: 0.02, middle: 0.05, thick: 0.12 } as const;
export type Brush = keyof typeof brushes;

export const zooms = [1, 2, 4] as const;
