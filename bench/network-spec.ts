import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(1));

/** A residual network that both sides build; parameter counts are asserted equal. */
export const NetworkSpec = v.object({
  name: v.string(),
  channels: v.picklist([1, 3]),
  /** A convolution side × side with stride 2. */
  stem: v.object({ side: count, width: count }),
  /** 3×3 with stride 2 behind the stem. */
  maxPool: v.boolean(),
  blocks: v.array(v.object({ width: count, stride: v.picklist([1, 2]) })),
  /**
   * What the short cut of a block with stride 2 does before its 1×1 convolution. mean: of 2×2 squares (ResNet-D, as our
   * encoder); strided: every second position (He et al. 2016).
   */
  shortcut: v.picklist(['mean', 'strided']),
});
export type NetworkSpec = v.InferOutput<typeof NetworkSpec>;

/** One training step over and over on the same pixels: what is timed is the network, the loss and the optimiser. */
export const StepParams = v.object({
  spec: NetworkSpec,
  imagePx: count,
  /** Views in a step; half as many pairs. */
  views: count,
  precision: v.picklist(['f32', 'bf16']),
  /** Steps in one turn. */
  steps: count,
  temperature: v.number(),
});
export type StepParams = v.InferOutput<typeof StepParams>;

/** Our encoder's trunk: convolution 5×5/2, then one basic block of ×1, ×2, ×4 and ×8 channels each. */
export function encoderSpec(width: number): NetworkSpec {
  return {
    name: `small ResNet ${[1, 2, 4, 8].map((factor) => factor * width).join('-')}`,
    channels: 1,
    stem: { side: 5, width },
    maxPool: false,
    blocks: [1, 2, 4, 8].map((factor) => ({ width: factor * width, stride: factor === 1 ? 1 : 2 })),
    shortcut: 'mean',
  };
}

/** ResNet-18 of He et al. (2016), without its classifier. */
export const resNet18: NetworkSpec = {
  name: 'ResNet-18',
  channels: 3,
  stem: { side: 7, width: 64 },
  maxPool: true,
  blocks: [64, 64, 128, 128, 256, 256, 512, 512].map((width, index) => ({
    width,
    stride: index > 0 && index % 2 === 0 ? 2 : 1,
  })),
  shortcut: 'strided',
};
