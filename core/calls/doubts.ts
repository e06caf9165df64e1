import { setImmediate } from 'node:timers/promises';
import type { DoubtsView } from '../contract/groups.ts';
import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import type { CheckpointId, ClassId, LabelId } from '../domain/ids.ts';
import { labelNeighbours, type Nearest } from '../jobs/label-neighbours.ts';
import { doubtsOf, votesAmong, wanting } from '../review/doubts.ts';
import { activeCheckpoint } from '../store/checkpoints.ts';
import { doubtableLabels, isInForce, type DoubtableLabel } from '../store/doubts.ts';
import { keepLabel } from '../store/group-checks.ts';
import { imageViews } from '../store/image-views.ts';
import { activeModel } from '../store/models.ts';
import { noteOf, type Implementer } from './base.ts';

const nothing = { labels: 0, found: 0, by: 'neighbours', rows: [] } as const satisfies Omit<DoubtsView, 'wants'>;

/** Which labelled pictures were compared: another class of one of them moves no neighbour. */
const comparedBy = (checkpointId: CheckpointId, labels: readonly DoubtableLabel[]): string =>
  [checkpointId, ...labels.map(({ imageId }) => imageId)].join(' ');

export function doubtCalls(os: Implementer, core: Core) {
  const { store, tools, person, now } = core;
  const note = noteOf(core);
  let newest: { readonly by: string; readonly nearest: Promise<Nearest[]> } | null = null;

  /** Compared once, however often and by however many windows the list is asked for. */
  async function nearestOf(checkpointId: CheckpointId, labels: readonly DoubtableLabel[]): Promise<Nearest[]> {
    const by = comparedBy(checkpointId, labels);
    if (newest?.by !== by)
      newest = { by, nearest: labelNeighbours(tools, checkpointId, labels, votesAmong(labels.length)) };
    const asked = newest;
    try {
      return await asked.nearest;
    } catch (thrown) {
      // An engine that was away is asked again the next time.
      if (newest === asked) newest = null;
      throw thrown;
    }
  }

  return {
    doubts: {
      list: os.doubts.list.handler(async ({ input }): Promise<DoubtsView> => {
        const checkpoint = activeCheckpoint(store.read);
        if (checkpoint === null) return { wants: 'encoder', ...nothing, rows: [] };
        const labels = doubtableLabels(store.read, checkpoint.id);
        const wants = wanting(labels);
        if (wants !== null) return { wants, ...nothing, rows: [], labels: labels.length };
        const nearest = await nearestOf(checkpoint.id, labels);
        // Reading 10,000 labels takes 40 ms, doubting them 25 ms: other calls are answered in between.
        await setImmediate();
        const modelClasses = (activeModel(store.read)?.classIds ?? []) as ClassId[];
        const { rows, ...counts } = doubtsOf(labels, nearest, modelClasses, input.limit);
        const views = new Map(
          imageViews(
            store.read,
            rows.map(({ imageId }) => imageId),
          ).map((image) => [image.id, image]),
        );
        return {
          wants,
          ...counts,
          rows: rows.flatMap(({ imageId, ...row }) => {
            const image = views.get(imageId);
            return image === undefined ? [] : [{ ...row, image }];
          }),
        };
      }),
      keep: os.doubts.keep.handler(({ input: { labelId, kept } }) => {
        const atMs = now();
        store.write.transaction(() => {
          if (!isInForce(store.write, labelId)) throw new AppError('label_changed', { labelId });
          keepLabel(store.write, labelId as LabelId, kept, { who: person(), atMs });
          note('doubts.keep', { labelId, kept });
        });
        core.changed();
        return { savedAtMs: atMs };
      }),
    },
  };
}
