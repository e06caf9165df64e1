import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Encoder, Features } from '#engine/encoder.ts';
import { openLooking } from '#engine/network/looking.ts';

/** What an encoder sees on normalised pictures; the caller disposes it. */
export function see(encoder: Encoder, batch: Tensor4D): Features {
  const looking = openLooking(encoder);
  const features = looking.infer(batch);
  looking.dispose();
  return features;
}
