import type { AlikeList, LookEvent, PassedFilter as FilterInput } from '../contract/finds.ts';
import { AppError, toErrorData } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import { type DefectMark, markWithin, marksThatShow } from '../domain/defect-marks.ts';
import type { CameraId, FindId, ImageId } from '../domain/ids.ts';
import { exportContainment } from '../find-export.ts';
import { measureWatch } from '../jobs/find-watch.ts';
import { gatherInputs } from '../report/inputs.ts';
import { forMeasuring } from '../report/judged.ts';
import { judgedFor, lineFor } from '../report/marks-each.ts';
import { lineFactsOf } from '../report/sections.ts';
import { FindSearch, type Ranked } from '../review/find-search.ts';
import { proposeForFind } from '../review/mark-proposal.ts';
import { activeCheckpoint } from '../store/checkpoints.ts';
import { vectorsOf } from '../store/embeddings.ts';
import * as finds from '../store/finds.ts';
import { imageViews } from '../store/image-views.ts';
import { knownGoodBefore } from '../store/known-good.ts';
import { pictureRows } from '../store/images.ts';
import { currentAreas } from '../store/inspection-areas.ts';
import { activeModel } from '../store/models.ts';
import { countPassed, isKnownPart, mostSuspicious, passedPage, type PassedFilter } from '../store/passed-pictures.ts';
import { activeScores, scoreColumns } from '../store/scores.ts';
import { marksInForce, marksOf as marksThatJudge } from '../store/thresholds.ts';
import { knownClass, knownImage, noteOf, type Implementer } from './base.ts';

/** Pictures of a list that a person is shown at a time, of a range that is sought through, and finds in the list of finds. */
const SHOWN = 24;
const RANKED = 200;
const LISTED = 200;
/** Look-alikes that nobody has answered go into the list to set parts apart while their number is a person's to look at. */
const CONTAINED = 200;
/** An hour that this computer's clock may be behind the camera's. */
const CLOCK_SLACK_MS = 3_600_000;
const THIRTY_DAYS_MS = 30 * 86_400_000;

export function findCalls(os: Implementer, core: Core) {
  const { store, person, now, log, tools } = core;
  const note = noteOf(core);
  const by = () => ({ who: person(), atMs: now() });
  /** Searches that a person is working through, the newest few: each holds some megabytes. */
  const searches = new Map<FindId, FindSearch>();
  const MOST_SEARCHES = 3;

  const known = (id: number): finds.FindRow => {
    const find = finds.getFind(store.read, id as FindId);
    if (find === null) throw new AppError('not_found', { findId: id });
    return find;
  };
  const filterOf = (input: FilterInput): PassedFilter => {
    const { fromMs, toMs } = input;
    if (fromMs !== undefined && toMs !== undefined && fromMs > toMs) throw new AppError('range_reversed');
    if (fromMs !== undefined && fromMs > now() + CLOCK_SLACK_MS) throw new AppError('time_to_come');
    return { ...input, cameraId: input.cameraId as CameraId | undefined };
  };
  const views = (rows: readonly Ranked[]) =>
    imageViews(
      store.read,
      rows.map(({ id }) => id),
    );

  /** Where the defect is in pictures of which somebody said it, in shares of what is inspected of them. */
  const marksOf = (ids: readonly ImageId[]): Map<ImageId, DefectMark[]> => {
    const areas = currentAreas(store.read);
    return new Map(
      imageViews(store.read, ids).flatMap((image) => {
        const region = areas.get(image.cameraId as CameraId)?.area.region ?? null;
        const marks = marksThatShow(image.regions, image).flatMap((mark) => markWithin(mark, region, image) ?? []);
        return marks.length === 0 ? [] : [[image.id as ImageId, marks] as const];
      }),
    );
  };

  const listOf = (search: FindSearch, find: finds.FindRow): AlikeList => ({
    ...{ compared: search.compared, of: search.of, items: views(search.ranked.slice(0, SHOWN)) },
    by: search.byPlace ? 'place' : find.imageId !== null && marksOf([find.imageId]).size > 0 ? 'whole' : 'unmarked',
    ...{ open: search.ranked.length, answered: { ...find.answered }, expected: search.expected },
  });

  /** How alike is alike enough is measured behind the answer: it asks the engine, which may be busy. */
  const remeasure = (find: finds.FindRow): void => {
    const model = activeModel(store.read);
    if (model === null || find.withdrawn || !find.watched || find.imageId === null) return;
    const run = { signal: new AbortController().signal, progress: () => undefined };
    measureWatch(tools, run, model, find).then(core.changed, (thrown: unknown) =>
      log('warn', 'find_not_measured', { findId: find.id, ...toErrorData(thrown) }),
    );
  };

  async function over(
    filter: PassedFilter,
    sought: { exampleIds: ImageId[]; classId: number | null; answers: finds.AnswerRow[] },
    signal?: AbortSignal,
    onProgress: (done: number, total: number) => void = () => undefined,
  ): Promise<FindSearch> {
    const checkpoint = activeCheckpoint(store.read);
    if (checkpoint === null) throw new AppError('needs_checkpoint');
    const marks = marksOf(sought.exampleIds);
    return FindSearch.over(store.read, checkpoint.id, { ...sought, marks, filter }, signal, onProgress);
  }

  /** What a find is sought by. Refused here, before anything is told: a stream that has begun has no words for it. */
  const soughtBy = (find: finds.FindRow) => {
    if (find.imageId === null) throw new AppError('find_without_picture');
    const checkpoint = activeCheckpoint(store.read);
    if (checkpoint === null) throw new AppError('needs_checkpoint');
    const answers = finds.answersOf(store.read, find.id);
    const confirmed = answers.filter(({ says }) => says === 'is').map(({ imageId }) => imageId);
    const exampleIds = [...confirmed, find.imageId];
    if (vectorsOf(store.read, checkpoint.id, exampleIds).length === 0) throw new AppError('not_compared');
    return { exampleIds, classId: find.classId, answers };
  };

  async function* look(
    find: finds.FindRow,
    sought: ReturnType<typeof soughtBy>,
    filter: PassedFilter,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<LookEvent> {
    const ended = new AbortController();
    const stop = AbortSignal.any([ended.signal, ...(signal ? [signal] : [])]);
    let progress = { done: 0, total: 0 };
    let wake: () => void = () => undefined;
    const searching = over(filter, sought, stop, (done, total) => {
      progress = { done, total };
      wake();
    });
    // Told where it is awaited below; a search that fails before must not be an unheard one.
    searching.catch(() => undefined).finally(() => wake());
    try {
      for (let told = -1; ;) {
        const step = await Promise.race([
          searching,
          new Promise<null>((resolve) => {
            wake = () => resolve(null);
            if (progress.done !== told) resolve(null);
          }),
        ]);
        if (step !== null) {
          searches.delete(find.id);
          searches.set(find.id, step);
          for (const oldest of [...searches.keys()].slice(0, -MOST_SEARCHES)) searches.delete(oldest);
          yield { kind: 'done', list: listOf(step, find) };
          return;
        }
        told = progress.done;
        yield { kind: 'progress', ...progress };
      }
    } finally {
      ended.abort();
    }
  }

  return {
    finds: {
      passed: os.finds.passed.handler(({ input }) => {
        const { filter, beforeId, limit } = input;
        const { ids, total } = passedPage(store.read, filterOf(filter), {
          beforeId: beforeId as ImageId | undefined,
          limit,
        });
        return { rows: imageViews(store.read, ids), total };
      }),
      ranked: os.finds.ranked.handler(async ({ input }) => {
        const filter = filterOf(input.filter);
        const classId = input.classId === null ? null : knownClass(core, input.classId);
        const examples =
          classId === null ? [] : pictureRows(store.read, { use: 'learn' }).filter((row) => row.classId === classId);
        const exampleIds = examples.map(({ id }) => id);
        const search =
          exampleIds.length === 0
            ? null
            : await over(filter, { exampleIds, classId, answers: [] }).catch((thrown: unknown) => {
                if (thrown instanceof AppError) return null;
                throw thrown;
              });
        const found = search?.ranked.slice(0, RANKED).map(({ id }) => id) ?? [];
        // What no encoder has seen yet comes after, by its score.
        const ids = [...new Set([...found, ...mostSuspicious(store.read, filter, RANKED)])].slice(0, RANKED);
        return {
          rows: imageViews(store.read, ids),
          total: countPassed(store.read, filter),
          by: found.length > 0 ? 'likeness' : 'score',
          known: isKnownPart(store.read, filter.lot ?? '', filter.serial ?? ''),
        };
      }),
      add: os.finds.add.handler(({ input }) => {
        const { imageId, classId, fromMs, toMs, foundAtMs } = input;
        if (imageId !== null && classId === null) throw new AppError('bad_input', { classId: '' });
        if (fromMs !== null && toMs !== null && fromMs > toMs) throw new AppError('range_reversed');
        if ([foundAtMs, fromMs ?? 0].some((atMs) => atMs > now() + CLOCK_SLACK_MS)) throw new AppError('time_to_come');
        const { who, atMs } = by();
        const id = store.write.transaction(() => {
          const findId = finds.addFind(store.write, {
            ...input,
            imageId: imageId === null ? null : knownImage(core, imageId),
            classId: classId === null ? null : knownClass(core, classId),
            who,
            atMs,
          });
          note('finds.add', { findId, place: input.place, parts: input.parts, picture: imageId ?? 0 });
          return findId;
        });
        remeasure(known(id));
        core.changed();
        return { findId: id, savedAtMs: atMs };
      }),
      list: os.finds.list.handler(() => ({
        finds: finds.listFinds(store.read, LISTED),
        falseFlagLimit: finds.falseFlagLimit(store.read),
      })),
      say: os.finds.say.handler(({ input }) => {
        const { id } = known(input.findId);
        const { who, atMs } = by();
        store.write.transaction(() => {
          finds.sayOfFind(store.write, id, input.says, who, atMs);
          note('finds.say', { findId: id, says: input.says });
        });
        if (input.says === 'withdrawn') searches.delete(id);
        else remeasure(known(id));
        core.changed();
        return { savedAtMs: atMs };
      }),
      setLimit: os.finds.setLimit.handler(({ input }) => {
        store.write.transaction(() => {
          finds.setFalseFlagLimit(store.write, input.falseFlagLimit);
          note('finds.setLimit', { limit: input.falseFlagLimit });
        });
        for (const find of finds.listFinds(store.read, LISTED)) remeasure(find);
        core.changed();
        return { savedAtMs: now() };
      }),
      look: os.finds.look.handler(({ input, signal }) => {
        const find = known(input.findId);
        return look(find, soughtBy(find), filterOf(input.filter), signal);
      }),
      since: os.finds.since.handler(({ input }) => {
        const { imageId, foundAtMs } = known(input.findId);
        const [image] = imageId === null ? [] : imageViews(store.read, [imageId]);
        const madeAtMs = image?.takenAtMs ?? foundAtMs;
        const good = knownGoodBefore(store.read, madeAtMs, imageId);
        // What a former model passed may be such a defect as well.
        return good === null
          ? { fromMs: Math.max(0, madeAtMs - THIRTY_DAYS_MS), because: 'month' }
          : { fromMs: good.atMs, because: good.by };
      }),
      answer: os.finds.answer.handler(({ input }) => {
        const { id } = known(input.findId);
        const imageId = knownImage(core, input.imageId);
        const { who, atMs } = by();
        finds.answerAlike(store.write, { find: known(id), imageId, says: input.says, who, atMs });
        const find = known(id);
        const search = searches.get(id);
        search?.learn(finds.answersOf(store.read, id), imageId);
        if (input.says === 'is') remeasure(find);
        core.changed();
        return { savedAtMs: atMs, list: search ? listOf(search, find) : null };
      }),
      proposal: os.finds.proposal.handler(({ input }) => {
        const find = known(input.findId);
        const model = activeModel(store.read);
        const inForce = marksInForce(store.read);
        if (model === null || inForce.length === 0) throw new AppError('needs_model');
        if (find.imageId === null) throw new AppError('find_without_picture');
        const confirmed = finds
          .answersOf(store.read, find.id)
          .flatMap(({ says, imageId }) => (says === 'is' ? [imageId] : []));
        const judges = marksThatJudge(store.read, [find.imageId, ...confirmed]);
        const marks = judges.get(find.imageId);
        if (marks === undefined) throw new AppError('needs_marks');
        const scores = activeScores(store.read, [find.imageId, ...confirmed]);
        const columns = scoreColumns(store.read, model.id);
        const line = lineFactsOf(gatherInputs(store.read).inputs, true);
        const proposal = proposeForFind(
          scores.get(find.imageId) ?? null,
          // Look-alikes that other marks judge are not helped by moving these.
          confirmed.flatMap((id) => (judges.get(id)?.id === marks.id ? (scores.get(id) ?? []) : [])),
          forMeasuring(columns, judgedFor(columns, inForce, marks)).pictures,
          marks,
          lineFor(columns, inForce, marks, line),
        );
        const { cameraId, classId, camera, kind } = marks;
        return { ...proposal, for: { cameraId, classId }, camera, kind };
      }),
      export: os.finds.export.handler(async ({ input }) => {
        const find = known(input.findId);
        const search = searches.get(find.id);
        const open = search === undefined ? [] : search.ranked.slice(0, CONTAINED).map(({ id }) => id);
        const written = await exportContainment(core, find, open, input.locale);
        note('finds.export', { findId: find.id, pictures: written.pictures });
        core.changed();
        return written;
      }),
    },
  };
}
