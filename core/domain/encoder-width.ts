/*
 * How wide an encoder should be for the time there is. A wide one tells textures apart better and learns at a third of the speed, so
 * that it pays once there is time for some 600 steps.
 *
 * On groups of train rows (one encoder each, 2 cores with bfloat16, frozen head): steel_xsdd, balanced accuracy with 5 / 10 / 20 labels
 * a kind, width 16 in 1,500 steps 0.884 / 0.908 / 0.941, width 32 in 700 steps, which take longer, 0.908 / 0.932 / 0.965; ball_screw, AUROC of good pictures
 * only / 20 defects, 0.76 / 0.89 and 0.77 / 0.90; magnetic_tile 0.85 / 0.84 and 0.84 / 0.85. Beyond some 700
 * steps width 16 gains nothing on magnetic_tile, and on steel_xsdd less than width 32 does.
 */

const WIDE = { width: 32, fromMinutes: 4 };
const NARROW = 16;

/** Channels of an encoder's first stage. @param minutes of pretraining */
export function encoderWidth(minutes: number): number {
  return minutes >= WIDE.fromMinutes ? WIDE.width : NARROW;
}
