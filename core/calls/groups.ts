import type { GroupCheckView } from '../contract/groups.ts';
import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import type { ImageId } from '../domain/ids.ts';
import { purityOf, SPOT_CHECK } from '../domain/purity.ts';
import { Random } from '../domain/random.ts';
import { takeApart } from '../review/take-apart.ts';
import { activeCheckpoint } from '../store/checkpoints.ts';
import { clusterCounts, openAmong, openOfCluster, typicalOf } from '../store/clusters.ts';
import { vectorsOf } from '../store/embeddings.ts';
import {
  addGroupAnswer,
  addGroupCheck,
  batchOf,
  endGroupCheck,
  formerSeed,
  groupAnswers,
  membersOf,
  openGroupCheck,
  openGroupChecks,
  unseenLabels,
  type GroupCheck,
} from '../store/group-checks.ts';
import type { Reader } from '../store/handle.ts';
import { imageViews } from '../store/image-views.ts';
import { undoBatch } from '../store/labels.ts';
import { knownClass, noteOf, type Implementer } from './base.ts';

const TYPICAL = 8;

/** The pictures to look at, in the order of the draw: any {@link SPOT_CHECK} of the group with the same chance. */
export function drawSpotCheck(members: readonly ImageId[], seed: number): ImageId[] {
  return new Random(seed).shuffle(members.toSorted((a, b) => a - b)).slice(0, SPOT_CHECK);
}

function viewOf(db: Reader, check: GroupCheck): GroupCheckView {
  const answers = groupAnswers(db, check.id);
  const drawn = imageViews(db, check.drawn).map((image) => {
    const { isClass = null, classId = null } = answers.get(image.id as ImageId) ?? {};
    return { image, isClass, classId };
  });
  const asked = drawn.filter(({ isClass }) => isClass !== null).length;
  const right = drawn.filter(({ isClass }) => isClass === true).length;
  const { id, classId, size, who, atMs } = check;
  // What is not answered yet counts as wrong: the order of the answers is the person's, and may go by what the pictures show.
  const { atLeast } = purityOf(size, drawn.length, right);
  return { id, classId, size, who, startedAtMs: atMs, drawn, asked, right, atLeast };
}

export function groupCalls(os: Implementer, core: Core) {
  const { store, person, now } = core;
  const note = noteOf(core);
  const by = () => ({ who: person(), atMs: now() });
  const known = (checkId: number): GroupCheck => {
    const check = openGroupCheck(store.write, checkId);
    if (check === null) throw new AppError('group_ended', { checkId });
    return check;
  };

  return {
    groups: {
      list: os.groups.list.handler(() => {
        const checkpoint = activeCheckpoint(store.read);
        const clusters =
          checkpoint === null
            ? []
            : clusterCounts(store.read, checkpoint.id).map((row) => ({
                ...row,
                labels: [...row.labels],
                typical: typicalOf(store.read, checkpoint.id, row.cluster, TYPICAL),
              }));
        return {
          clusters: clusters.length === 0 ? null : clusters,
          checks: openGroupChecks(store.read).map((check) => viewOf(store.read, check)),
        };
      }),
      unseen: os.groups.unseen.handler(() => ({ labels: unseenLabels(store.read) })),
      members: os.groups.members.handler(({ input: { of } }) => {
        const checkpoint = activeCheckpoint(store.read);
        if ('imageIds' in of) {
          const ids = openAmong(store.read, of.imageIds, checkpoint?.id ?? null);
          return { ids, others: new Set(of.imageIds).size - ids.length };
        }
        if (checkpoint === null) throw new AppError('needs_checkpoint');
        const size = clusterCounts(store.read, checkpoint.id).find(({ cluster }) => cluster === of.cluster)?.size ?? 0;
        const ids = openOfCluster(store.read, checkpoint.id, of.cluster);
        return { ids, others: size - ids.length };
      }),
      apart: os.groups.apart.handler(async ({ input }) => {
        const { id } = known(input.checkId);
        const checkpoint = activeCheckpoint(store.read);
        if (checkpoint === null) throw new AppError('needs_checkpoint');
        const ids = openAmong(store.read, membersOf(store.read, id), checkpoint.id);
        const parts = await takeApart(ids, (some) => vectorsOf(store.read, checkpoint.id, some));
        return { parts: parts.map((part) => ({ ids: part, typical: part.slice(0, TYPICAL) })) };
      }),
      start: os.groups.start.handler(({ input }) => {
        const classId = knownClass(core, input.classId);
        const checkId = store.write.transaction(() => {
          const checkpoint = activeCheckpoint(store.write);
          const members = openAmong(store.write, input.imageIds, checkpoint?.id ?? null).toSorted((a, b) => a - b);
          if (members.length === 0) throw new AppError('group_empty');
          const seed = formerSeed(store.write, classId, members) ?? core.random.uint32();
          const drawn = drawSpotCheck(members, seed);
          const id = addGroupCheck(store.write, { classId, members, seed, drawn, ...by() });
          note('groups.start', { checkId: id, pictures: members.length, classId, seed });
          return id;
        });
        core.changed();
        return { checkId };
      }),
      check: os.groups.check.handler(({ input }) => viewOf(store.write, known(input.checkId))),
      answer: os.groups.answer.handler(({ input }) => {
        const check = known(input.checkId);
        const imageId = check.drawn.find((id) => id === input.imageId);
        if (imageId === undefined) throw new AppError('not_found', { imageId: input.imageId });
        const isWrong = input.isClass === false;
        const classId = isWrong && input.classId !== null ? knownClass(core, input.classId) : null;
        if (classId === check.classId) throw new AppError('bad_input', { classId });
        const { isClass, durationMs = null } = input;
        addGroupAnswer(store.write, { checkId: check.id, imageId, isClass, classId, durationMs, ...by() });
        return viewOf(store.write, check);
      }),
      finish: os.groups.finish.handler(({ input: { checkId, outcome } }) => {
        const check = known(checkId);
        if (outcome !== 'given_up') knownClass(core, check.classId);
        const { asked, right, atLeast, drawn } = viewOf(store.write, check);
        if (outcome === 'all' && asked < drawn.length)
          throw new AppError('group_unchecked', { left: drawn.length - asked });
        const said = by();
        const result = store.write.transaction(() => {
          const ended = endGroupCheck(store.write, check, { outcome, asked, right, atLeast, ...said });
          note('groups.finish', { checkId, outcome, asked, right, atLeast, size: check.size, ...ended });
          return ended;
        });
        core.changed();
        return { ...result, savedAtMs: said.atMs };
      }),
      undo: os.groups.undo.handler(({ input: { checkId } }) => {
        const batch = batchOf(store.write, checkId);
        if (batch === null) throw new AppError('not_found', { checkId });
        const { who, atMs } = by();
        const takenBack = store.write.transaction(() => {
          const labels = undoBatch(store.write, batch, who, atMs);
          note('groups.undo', { checkId, labels });
          return labels;
        });
        core.changed();
        return { takenBack };
      }),
    },
  };
}
