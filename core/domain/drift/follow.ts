import { bet, type Detector, evidenceOf, freshDetector, joinedEvidence, meanBets, pBets } from './e-detector.ts';
import { BLOCK, permutationP } from './kernel.ts';
import { type DriftDirection, EVIDENCE_LIMIT } from './measures.ts';
import { type DriftNormal, type DriftPicture, saidBy } from './normal.ts';

/** What said a change. */
export interface Change {
  readonly direction: DriftDirection;
  /** kind_up: of which kind; null: one that was not there before, or no kind at all. */
  readonly classId: number | null;
  /** The first picture after the change as far as it can be told, and the one at which it was certain. */
  readonly sinceImageId: number;
  readonly atImageId: number;
}

interface Sum {
  readonly first: number;
  readonly count: number;
  readonly sums: readonly number[];
}

/** All that is kept of a measure between two pictures: of one size however many there were. Plain JSON. */
export interface DriftState {
  /** The newest picture that is in it. */
  readonly through: number;
  readonly pictures: number;
  /** The part whose pictures are still coming, and the parts of the batch that is not full yet. */
  readonly part: (Sum & { readonly part: string }) | null;
  readonly batch: Sum | null;
  /** One for each thing watched. */
  readonly detectors: readonly Detector[];
  /** look: pictures of the block that is not full yet, one of each part, and the blocks' detector. */
  readonly block: readonly number[];
  readonly blocks: Detector;
  readonly change: Change | null;
}

export const beginState = (through: number): DriftState => ({
  ...{ through, pictures: 0, part: null, batch: null, detectors: [], block: [], blocks: freshDetector, change: null },
});

/** How much a block of pictures differs from the reference; null: their embeddings are gone. */
export type DiscrepancyOf = (imageIds: readonly number[]) => number | null;

const addTo = (sum: Sum | null, said: readonly number[], first: number): Sum => ({
  first: sum?.first ?? first,
  count: (sum?.count ?? 0) + 1,
  sums: said.map((one, at) => one + (sum?.sums[at] ?? 0)),
});
const means = ({ sums, count }: Sum): number[] => sums.map((one) => one / count);

/** A part is whole: it goes into the batch, and a full batch is bet on. */
function closePart(normal: DriftNormal, state: DriftState, part: Sum): DriftState {
  const batch = addTo(state.batch, means(part), part.first);
  if (batch.count < normal.batch) return { ...state, part: null, batch };
  const values = means(batch);
  const detectors = normal.watched.map(({ bound }, at) =>
    bet(state.detectors[at] ?? freshDetector, meanBets(values[at] ?? 0, bound), batch.first),
  );
  return { ...state, part: null, batch: null, detectors };
}

function closeBlock(normal: DriftNormal, state: DriftState, discrepancyOf: DiscrepancyOf): DriftState {
  if (normal.blocks === null || state.block.length < BLOCK) return state;
  const value = discrepancyOf(state.block);
  const [first = 0] = state.block;
  if (value === null) return { ...state, block: [] };
  const blocks = bet(state.blocks, pBets(permutationP(normal.blocks.drawn, value)), first);
  return { ...state, block: [], blocks };
}

function changeIn({ watched }: DriftNormal, { detectors, blocks }: DriftState, atImageId: number): Change | null {
  const change = (detector: Detector, direction: DriftDirection, classId: number | null): Change => ({
    ...{ direction, classId, atImageId, sinceImageId: detector.since ?? atImageId },
  });
  const joined = watched.length > 0 && watched.every(({ as }) => as === 'kind');
  const strongest = detectors.reduce(
    (best, one, at) => (evidenceOf(one) > evidenceOf(detectors[best] ?? freshDetector) ? at : best),
    0,
  );
  const [detector, thing] = [detectors[strongest], watched[strongest]];
  if (detector !== undefined && thing !== undefined) {
    const evidence = joined ? joinedEvidence(detectors) : evidenceOf(detector);
    if (evidence >= EVIDENCE_LIMIT) return change(detector, thing.direction, thing.classId);
  }
  return evidenceOf(blocks) >= EVIDENCE_LIMIT ? change(blocks, 'other_look', null) : null;
}

/**
 * The state after one more picture, in order of arrival. After a change it stays as it is: what has drifted teaches nothing, and a
 * person says when the tests begin anew.
 */
export function follow(
  normal: DriftNormal,
  state: DriftState,
  picture: DriftPicture,
  discrepancyOf: DiscrepancyOf = () => null,
): DriftState {
  if (state.change !== null) return state;
  const { imageId, part, values } = picture;
  const said = normal.watched.map((watched) => saidBy(watched, normal.samples, values));
  let next: DriftState = { ...state, through: imageId, pictures: state.pictures + 1 };
  const sameBefore = next.part !== null && next.part.part === part;
  if (next.part !== null && !sameBefore) next = closePart(normal, next, next.part);
  if (part === null) next = closePart(normal, next, addTo(null, said, imageId));
  else next = { ...next, part: { ...addTo(next.part, said, imageId), part } };
  if (normal.blocks !== null && !sameBefore)
    next = closeBlock(normal, { ...next, block: [...next.block, imageId] }, discrepancyOf);
  return { ...next, change: changeIn(normal, next, imageId) };
}
