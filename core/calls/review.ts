import type { ReviewQueueName } from '../contract/judging.ts';
import type { Evidence, QueueItem } from '../contract/views.ts';
import type { Core } from '../core.ts';
import type { ClassId, ImageId, LabelId } from '../domain/ids.ts';
import { exportLedger } from '../ledger-export.ts';
import { nearest } from '../review/nearest.ts';
import { createStandings } from '../review/standing.ts';
import { activeCheckpoint } from '../store/checkpoints.ts';
import { addDecision } from '../store/decisions.ts';
import { embeddingVector, vectors } from '../store/embeddings.ts';
import { stoppedQueue } from '../store/finds.ts';
import { openUntrusted } from '../store/golden.ts';
import { imageViews } from '../store/image-views.ts';
import { redoLast, undoLast } from '../store/labels.ts';
import { imageLedger, ledgerLength } from '../store/ledger.ts';
import { lookAlikesOf } from '../store/look-alikes.ts';
import { activeModel } from '../store/models.ts';
import { recordOnce } from '../store/recorded.ts';
import { auditQueue, flaggedQueue, untrustedQueue } from '../store/queues.ts';
import { AppError } from '../contract/errors.ts';
import { judgedBy, knownClass, knownImage, type Implementer } from './base.ts';
import { lookAlikes } from './look-alikes.ts';
import { queueItems } from './teach.ts';

const NEIGHBOURS = 4;
/** Lines of a picture's history that are shown; an export holds all. */
const LEDGER_LINES = 300;

function evidence(core: Core, imageId: ImageId): Evidence {
  const { store } = core;
  const image = imageViews(store.read, [imageId])[0];
  if (image === undefined) throw new AppError('not_found', { imageId });
  const checkpoint = activeCheckpoint(store.read);
  const vector = checkpoint === null ? null : embeddingVector(store.read, checkpoint.id, imageId);
  const classOf = new Map<number, ClassId>();
  const like = (selection: 'good' | 'defect') => {
    if (checkpoint === null || vector === null) return [];
    const others = [...vectors(store.read, checkpoint.id, selection)].filter((other) => other.id !== imageId);
    for (const { id, classId } of others) if (classId !== null) classOf.set(id, classId);
    return nearest(vector, others, NEIGHBOURS);
  };
  return {
    image,
    heatMap: activeModel(store.read) !== null,
    nearestGood: like('good'),
    nearestDefect: like('defect').flatMap((entry) => {
      const classId = classOf.get(entry.id);
      return classId === undefined ? [] : [{ ...entry, classId }];
    }),
    lookAlikes: lookAlikesOf(store.read, imageId),
    ledger: imageLedger(store.read, imageId, LEDGER_LINES),
    ledgerLength: ledgerLength(store.read, imageId),
  };
}

/** Whoever looks again must not be led by what the machine said. */
const blind = (item: QueueItem): QueueItem => ({
  ...item,
  image: { ...item.image, score: null, anomaly: null, verdict: null },
});

export function reviewCalls(os: Implementer, core: Core) {
  const { store, person, now } = core;
  const standing = createStandings(store.read);
  const idsOf = (queue: ReviewQueueName, limit: number): ImageId[] => {
    if (queue === 'flagged') return flaggedQueue(store.read, limit);
    if (queue === 'audit') return auditQueue(store.read, limit);
    const open = openUntrusted(store.read);
    return open === null ? [] : untrustedQueue(store.read, open, limit);
  };
  return {
    review: {
      next: os.review.next.handler(({ input }) => {
        const { queue, limit } = input;
        const flagged = queue === 'flagged';
        // What looks like a defect that got away comes before what the marks alone stopped.
        const stopped = flagged ? stoppedQueue(store.read, limit) : [];
        const held = flagged ? stoppedQueue(store.read, limit, 'held') : [];
        const ids = idsOf(queue, limit);
        const picks = [
          ...stopped.map((one) => ({ ...one, why: 'like_missed' as const })),
          ...ids.map((id) => ({ id, why: queue })),
          ...held.map((one) => ({ ...one, why: 'like_missed' as const })),
        ];
        const items = queueItems(core, picks.slice(0, limit));
        return { items: flagged ? items : items.map(blind) };
      }),
      evidence: os.review.evidence.handler(({ input }) => evidence(core, knownImage(core, input.imageId))),
      standing: os.review.standing.handler(({ input }) => standing(knownImage(core, input.imageId))),
      exportLedger: os.review.exportLedger.handler(({ input }) =>
        exportLedger(core, knownImage(core, input.imageId), input.locale),
      ),
      decide: os.review.decide.handler(({ input }) => {
        const { classId, reason, seen, ...said } = input;
        const imageId = knownImage(core, input.imageId);
        const who = judgedBy(core, said.who);
        const recorded = recordOnce(
          store.write,
          { imageId, token: said.token, seen: seen as LabelId | null | undefined },
          () =>
            addDecision(store.write, {
              ...said,
              imageId,
              classId: classId === null ? null : knownClass(core, classId),
              reason: reason ?? '',
              who,
              atMs: now(),
            }),
        );
        core.changed();
        return recorded;
      }),
      undo: os.review.undo.handler(() => {
        const imageId = undoLast(store.write, 'review', person(), now());
        core.changed();
        return { imageId };
      }),
      redo: os.review.redo.handler(() => {
        const imageId = redoLast(store.write, 'review', person(), now());
        core.changed();
        return { imageId };
      }),
      alike: os.review.alike.handler(({ input: { classId, imageId, among } }) =>
        lookAlikes(
          core,
          knownClass(core, classId),
          imageId === undefined ? undefined : knownImage(core, imageId),
          among,
        ),
      ),
    },
  };
}
