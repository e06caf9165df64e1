import type { ImageId } from '#core/domain/ids.ts';
import { entryOfEach } from '#core/domain/marks-for.ts';
import { Random } from '#core/domain/random.ts';
import { drawShared, type SharedCandidate } from '#core/domain/shared-subset.ts';
import type { RoundPicture } from '#core/store/agreement.ts';
import { activeCheckpoint } from '#core/store/checkpoints.ts';
import { unusualness } from '#core/store/embeddings.ts';
import type { Reader } from '#core/store/handle.ts';
import { pictureRows, type PictureRow } from '#core/store/images.ts';
import { activeModel } from '#core/store/models.ts';
import { scoreColumns } from '#core/store/scores.ts';
import { marksInForce } from '#core/store/thresholds.ts';

/** Draws until every picture has a file; after so many the rest is left out. */
const MOST_DRAWS = 5;

/** How near each picture lies to the decision: by its score to the mark that judges it, before there is one by how unusual it is. */
function doubts(db: Reader): ReadonlyMap<number, number> {
  const [model, marks] = [activeModel(db), marksInForce(db)];
  if (model !== null && marks.length > 0) {
    const columns = scoreColumns(db, model.id);
    const marksOf = entryOfEach(columns, marks);
    return new Map(
      columns.ids.map((id, at) => [id, Math.abs((columns.scores[at] ?? 0) - (marksOf[at]?.review ?? Infinity))]),
    );
  }
  const checkpoint = activeCheckpoint(db);
  if (checkpoint === null) return new Map();
  return new Map([...unusualness(db, checkpoint.id)].map(([id, unusual]) => [id, -unusual]));
}

/**
 * Draws the pictures of a round, each of the two in an order of its own. Pictures that only measure (test rows), that are kept out for
 * their quality or that have no file are none of them; fewer than `size` where there are fewer.
 */
export async function drawRound(
  db: Reader,
  { size, seed }: { readonly size: number; readonly seed: number },
  whichAreThere: (paths: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<RoundPicture[]> {
  const known = doubts(db);
  const rows = new Map<ImageId, PictureRow>(pictureRows(db, { use: 'learn' }).map((row) => [row.id, row]));
  const candidate = ({ id, group, isDefect }: PictureRow): SharedCandidate<ImageId> => ({
    ...{ id, group, isDefect },
    doubt: known.get(id) ?? null,
  });
  for (let draw = 1; ; draw++) {
    const random = new Random(seed);
    const drawn = drawShared([...rows.values()].map(candidate), size, random);
    const paths = await whichAreThere(drawn.flatMap(({ id }) => rows.get(id)?.path ?? []));
    const gone = drawn.filter(({ id }) => !paths.has(rows.get(id)?.path ?? ''));
    if (gone.length === 0 || draw === MOST_DRAWS) {
      const there = drawn.filter((one) => !gone.includes(one));
      const order = (): number[] => random.shuffle(there.map((_, at) => at));
      const [placesA, placesB] = [order(), order()];
      return there.map(({ id, why }, at) => ({
        ...{ imageId: id, why, placeA: placesA[at] ?? at, placeB: placesB[at] ?? at },
      }));
    }
    for (const { id } of gone) rows.delete(id);
  }
}
