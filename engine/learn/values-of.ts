import type { Tensor } from '@tensorflow/tfjs-core';

/** Reads a float32 tensor and disposes it. Not at once, because a graphics card's values can only be waited for. */
export async function valuesOf(tensor: Tensor): Promise<Float32Array> {
  const values = await tensor.data<'float32'>();
  tensor.dispose();
  return values;
}
