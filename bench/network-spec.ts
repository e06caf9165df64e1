/** A residual network that both sides build from the same description; parameter counts are asserted equal. */
export interface NetworkSpec {
  readonly name: string;
  readonly channels: 1 | 3;
  readonly stem: { readonly side: number; readonly width: number };
  /** 3×3 with stride 2 behind the stem. */
  readonly maxPool: boolean;
  readonly blocks: readonly { readonly width: number; readonly stride: 1 | 2 }[];
  /**
   * Short cut of a block with stride 2 before its 1×1 convolution. mean: of 2×2 squares (ResNet-D, as our encoder);
   * strided: every second position (He et al. 2016).
   */
  readonly shortcut: 'mean' | 'strided';
}

/** Our encoder's trunk at width 32: convolution 5×5/2, then one basic block of 32, 64, 128 and 256 channels each. */
export const smallResNet: NetworkSpec = {
  name: 'small ResNet 32-64-128-256',
  channels: 1,
  stem: { side: 5, width: 32 },
  maxPool: false,
  blocks: [
    { width: 32, stride: 1 },
    { width: 64, stride: 2 },
    { width: 128, stride: 2 },
    { width: 256, stride: 2 },
  ],
  shortcut: 'mean',
};

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

/** One training step over and over on the same pixels: what is timed is the network, the loss and the optimiser. */
export interface StepParams {
  readonly spec: NetworkSpec;
  readonly imagePx: number;
  /** Views in a step; half as many pairs. */
  readonly views: number;
  readonly precision: 'f32' | 'bf16';
  /** Steps in one turn. */
  readonly steps: number;
  readonly temperature: number;
}
