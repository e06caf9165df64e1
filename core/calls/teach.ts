import { AppError } from '../contract/errors.ts';
import type { QueueItem } from '../contract/views.ts';
import type { Core } from '../core.ts';
import type { ClassId, ImageId, LabelId } from '../domain/ids.ts';
import { Random } from '../domain/random.ts';
import { pickNext, type Candidate, type Pick, type Scores } from '../review/pick-next.ts';
import { activeCheckpoint } from '../store/checkpoints.ts';
import { addClass, listClasses } from '../store/classes.ts';
import { stateCounts } from '../store/counts.ts';
import { labelsPerCluster, teachCandidates } from '../store/embeddings.ts';
import { checkLearning } from '../rights.ts';
import { imageViews, listImages } from '../store/image-views.ts';
import type { Reader } from '../store/handle.ts';
import { addLabel, labelEffort, redoLast, undoLabel, undoLast } from '../store/labels.ts';
import { activeModel } from '../store/models.ts';
import { recordOnce } from '../store/recorded.ts';
import { activeThreshold, marksInForce, marksOf } from '../store/thresholds.ts';
import { judgedBy, knownClass, knownImage, type Implementer } from './base.ts';

/** Chance with a fixed seed: asking twice for what comes next gives the same answer. */
const QUEUE_SEED = 7;
/** Newest pictures to choose from while no encoder can tell them apart. */
const WITHOUT_ENCODER = 500;

/** Labels of which the effort is told: of what a person does now, not months ago. */
const NEWEST_MEASURED = 200;

/** What a score of the active model says; null where there is none, or where it flags nothing yet. */
function meaning(db: Reader): Scores | null {
  const model = activeModel(db);
  const threshold = activeThreshold(db);
  if (model === null) return null;
  if (threshold !== null) return { of: 'defect', mark: threshold.review };
  const knowsGood = listClasses(db).some(({ isGood, labels }) => isGood && labels > 0);
  return model.card.mode !== 'good_only' && !knowsGood ? { of: 'doubt' } : null;
}

/** Candidates with scores as far from the common mark as from their own: "near the mark" means the one that judges the picture. */
function besideTheirMarks<One extends Candidate>(db: Reader, candidates: readonly One[]): readonly One[] {
  const common = activeThreshold(db);
  if (common === null || marksInForce(db).length === 1) return candidates;
  const own = marksOf(
    db,
    candidates.map(({ id }) => id as ImageId),
  );
  return candidates.map((one) => {
    const review = own.get(one.id as ImageId)?.review ?? common.review;
    return one.score === null ? one : { ...one, score: one.score - review + common.review };
  });
}

function nextPicks({ store }: Core, limit: number): Pick[] {
  const random = new Random(QUEUE_SEED);
  const checkpoint = activeCheckpoint(store.read);
  const candidates = checkpoint === null ? [] : teachCandidates(store.read, checkpoint.id);
  if (checkpoint !== null && candidates.length > 0) {
    const { labelled } = stateCounts(store.read);
    return pickNext(
      besideTheirMarks(store.read, candidates),
      labelsPerCluster(store.read, checkpoint.id),
      labelled,
      meaning(store.read),
      limit,
      random,
    );
  }
  const fresh = listImages(store.read, { filter: 'unlabelled', limit: WITHOUT_ENCODER }).rows.map((row) => row.id);
  const held = checkpoint === null ? [] : teachCandidates(store.read, checkpoint.id, 'only_held').map((row) => row.id);
  return [...random.shuffle(fresh), ...held].slice(0, limit).map((id) => ({ id, why: 'random' }));
}

/** Pictures of a queue as the window shows them, in its order. */
export function queueItems(
  { store }: Core,
  picks: readonly ({ readonly id: number } & Omit<QueueItem, 'image'>)[],
): QueueItem[] {
  const views = new Map(
    imageViews(
      store.read,
      picks.map((pick) => pick.id as ImageId),
    ).map((view) => [view.id, view]),
  );
  return picks.flatMap(({ id, ...why }) => {
    const image = views.get(id);
    return image === undefined ? [] : [{ image, ...why }];
  });
}

export function teachCalls(os: Implementer, core: Core) {
  const { store, jobs, person, now } = core;
  return {
    images: {
      list: os.images.list.handler(({ input }) => {
        const { filter, classId, beforeId, limit } = input;
        return listImages(store.read, {
          filter,
          classId: classId as ClassId | undefined,
          beforeId: beforeId as ImageId | undefined,
          limit,
        });
      }),
    },
    teach: {
      addClass: os.teach.addClass.handler(({ input }) => {
        const classId = addClass(store.write, { ...input, atMs: now() });
        core.changed();
        return { classId };
      }),
      next: os.teach.next.handler(({ input }) => ({ items: queueItems(core, nextPicks(core, input.limit)) })),
      label: os.teach.label.handler(({ input }) => {
        const { classId, seen, ...said } = input;
        const imageId = knownImage(core, input.imageId);
        const who = judgedBy(core, said.who);
        const recorded = recordOnce(
          store.write,
          { imageId, token: said.token, seen: seen as LabelId | null | undefined },
          () =>
            addLabel(store.write, {
              ...said,
              imageId,
              classId: classId === null ? null : knownClass(core, classId),
              source: 'teach',
              who,
              atMs: now(),
            }),
        );
        core.changed();
        return recorded;
      }),
      undo: os.teach.undo.handler(() => {
        const imageId = undoLast(store.write, 'teach', person(), now());
        core.changed();
        return { imageId };
      }),
      redo: os.teach.redo.handler(() => {
        const imageId = redoLast(store.write, 'teach', person(), now());
        core.changed();
        return { imageId };
      }),
      takeBack: os.teach.takeBack.handler(({ input }) => {
        const imageId = undoLabel(store.write, input.labelId as LabelId, person(), now());
        core.changed();
        return { imageId };
      }),
      effort: os.teach.effort.handler(() => labelEffort(store.read, 'teach', NEWEST_MEASURED)),
      start: os.teach.start.handler(() => {
        if (activeCheckpoint(store.read) === null) throw new AppError('needs_checkpoint');
        if (jobs.pending('teach')) throw new AppError('job_running', { job: 'teach' });
        checkLearning(core);
        return { jobId: jobs.start('teach', {}) };
      }),
    },
  };
}
