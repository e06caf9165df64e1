import { Random } from '#core/domain/random.ts';
import { createCameraModel, photograph, type CameraModel } from './camera.ts';
import { defectKinds, paintDefect, type DefectKind } from './defects.ts';
import { drawPose, renderPart, SIDE } from './part.ts';

/** What part number `index` of a line is: known before it is rendered, and the same each time. */
export interface SampleTruth {
  readonly index: number;
  readonly fileName: string;
  readonly className: 'good' | DefectKind;
  readonly isDefect: boolean;
}

export interface SampleSeries {
  readonly seed: number;
  readonly defectShare: number;
}

export interface SamplePicture {
  readonly width: number;
  readonly height: number;
  /** 8-bit grey, row-major. */
  readonly data: Uint8Array;
}

/** Keeps the streams of different parts and of what is drawn of one part apart. */
const partRandom = (seed: number, index: number): Random => new Random((seed % 2 ** 20) * 2 ** 32 + index);

/** Truth of one part, with the random numbers that go on to draw it. */
function draw(series: SampleSeries, index: number): { truth: SampleTruth; random: Random } {
  const random = partRandom(series.seed, index);
  const isDefect = random.uniform() < series.defectShare;
  const kind = defectKinds[random.below(defectKinds.length)] ?? 'scratch';
  const fileName = `part_${String(index + 1).padStart(6, '0')}.png`;
  return { truth: { index, fileName, className: isDefect ? kind : 'good', isDefect }, random };
}

export function sampleTruth(series: SampleSeries, index: number): SampleTruth {
  return draw(series, index).truth;
}

/** The one camera of a line. */
export function sampleCamera(series: SampleSeries): CameraModel {
  return createCameraModel(series.seed);
}

/** Renders part number `index` (from 0) as the line's camera sees it. */
export function renderSample(series: SampleSeries, index: number, camera: CameraModel): SamplePicture {
  const { truth, random } = draw(series, index);
  const pose = drawPose(random);
  const scene = renderPart(pose, random);
  if (truth.className !== 'good') paintDefect(scene, truth.className, pose, random);
  return { width: SIDE, height: SIDE, data: photograph(scene, camera, random) };
}
