import type { LookAlikes } from '../contract/views.ts';
import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import type { ClassId, ImageId } from '../domain/ids.ts';
import { examplesOf, likenTo, type FewExamples } from '../jobs/alike.ts';
import { nearest } from '../review/nearest.ts';
import { activeCheckpoint } from '../store/checkpoints.ts';
import { embeddingVector, vectors } from '../store/embeddings.ts';
import { imageViews, listImages } from '../store/image-views.ts';
import { pictureRows } from '../store/images.ts';
import { activeModel } from '../store/models.ts';

/** Pictures that are looked at closely, chosen by their embeddings: 4 to 6 seconds on two busy cores, with their decoding. */
const COMPARED = 300;
/** Pictures that are shown. */
const SHOWN = 24;

/** What answers a question about look-alikes. */
type Asked = Pick<Core, 'store' | 'tools'>;

const signal = new AbortController().signal;

/** What may look like the examples: the nearest to them by embedding, the newest where none is embedded. */
function candidates({ store }: Asked, { rows }: FewExamples, among: 'passed' | 'unlabelled'): Set<number> {
  const checkpoint = activeCheckpoint(store.read);
  const known =
    checkpoint === null ? [] : rows.flatMap(({ id }) => embeddingVector(store.read, checkpoint.id, id) ?? []);
  const [first] = known;
  if (checkpoint === null || first === undefined)
    return new Set(listImages(store.read, { filter: among, limit: COMPARED }).rows.map(({ id }) => id));
  const sum = first.map((_, at) => known.reduce((total, vector) => total + (vector[at] ?? 0), 0));
  return new Set(nearest(sum, vectors(store.read, checkpoint.id, among), COMPARED).map(({ id }) => id));
}

/**
 * Pictures that look like the newest examples of a class, without a job: what the model knows of every kind is compared with the
 * examples.
 *
 * @throws AppError `needs_model`, and what {@link likenTo} throws
 */
export async function lookAlikes(
  core: Asked,
  classId: ClassId,
  imageId: ImageId | undefined,
  among: 'passed' | 'unlabelled',
): Promise<LookAlikes> {
  const { store, tools } = core;
  const model = activeModel(store.read);
  if (model === null) throw new AppError('needs_model');
  const kind = examplesOf(tools, model, classId, imageId);
  const wanted = candidates(core, kind, among);
  const pictures = pictureRows(store.read, { use: 'all' }).filter(({ id }) => wanted.has(id));
  const run = { signal, progress: () => undefined };
  const { rows, examples, confidence } = await likenTo(tools, run, model, kind, pictures);
  const like = rows.filter(({ likeness }) => likeness > 0);
  const shown = like.slice(0, SHOWN);
  const views = new Map(
    imageViews(
      store.read,
      shown.map(({ id }) => id as ImageId),
    ).map((view) => [view.id, view]),
  );
  const items = shown.flatMap(({ id, probability }) => {
    const image = views.get(id);
    return image === undefined ? [] : [{ image, probability }];
  });
  return { examples, compared: rows.length, items, found: like.length, confidence };
}
