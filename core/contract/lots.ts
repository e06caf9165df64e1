import * as v from 'valibot';

/*
 * All data of a lot, to be taken out at once.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const LotsView = v.object({
  /** The newest first. */
  lots: v.array(v.object({ lot: v.string(), pictures: count, deleted: count })),
});
export type LotsView = v.InferOutput<typeof LotsView>;

export const lotInputs = {
  /** `text` is sought in the lots' names. */
  list: v.object({ text: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(200)), '') }),
  export: v.object({ lot: v.pipe(v.string(), v.minLength(1), v.maxLength(400)), originals: v.boolean() }),
};
