import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, toErrorData } from './contract/errors.ts';
import { FEWEST_GOLDEN, type GoldenState } from './contract/golden.ts';
import type { Core } from './core.ts';
import {
  checkOutcome,
  comparePicture,
  goldenPart,
  isExpected,
  type CheckOutcome,
  type Expectation,
  type Judged,
} from './domain/golden.ts';
import type { ImageId, ThresholdId } from './domain/ids.ts';
import { productionDay } from './domain/shifts.ts';
import { entryFor } from './domain/marks-for.ts';
import { verdictOf, type Marks } from './domain/threshold.ts';
import { createPixelCache } from './ingest/pixel-cache.ts';
import { writeImagesFile } from './jobs/images-file.ts';
import { recordedFile } from './jobs/job.ts';
import { channelsOf } from './jobs/ready.ts';
import { addAudit } from './store/audit.ts';
import { listLines } from './store/cameras.ts';
import { getCheckpoint } from './store/checkpoints.ts';
import {
  addGoldenCheck,
  addGoldenSet,
  goldenChecks,
  goldenSet,
  newestVerdictId,
  openUntrusted,
  type GoldenCheckRow,
  type GoldenResult,
} from './store/golden.ts';
import { pictureFile } from './store/images.ts';
import { newestAreaId } from './store/inspection-areas.ts';
import { listJobs } from './store/jobs.ts';
import { activeModel, type ModelRow } from './store/models.ts';
import { shiftCalendar } from './store/naming.ts';
import { kindReader } from './store/scores.ts';
import { placesOf } from './store/marks-table.ts';
import { marksInForce, marksThrough, type ThresholdRow } from './store/thresholds.ts';

/** A check that could not be done is tried again by itself after so long. */
const TRY_AGAIN_MS = 10 * 60_000;

/** Of the folders in which golden pictures are decoded, one for each check. */
const FOLDER = 'golden-';

/** A fresh score with the marks that count for its picture. */
interface Fresh extends Judged {
  readonly marks: Marks;
}

/** By what pictures are judged at present. */
interface InUse {
  readonly model: ModelRow;
  /** The common marks first. */
  readonly marks: readonly ThresholdRow[];
  /** The newest of any marks. */
  readonly marksThrough: ThresholdId;
  readonly areasThrough: number;
}

export interface Golden {
  readonly state: () => GoldenState;
  /** Judges the golden pictures freshly and records what has become of them. One at a time: a second call waits for the first. */
  readonly check: (who: string) => Promise<CheckOutcome>;
  /**
   * Scores pictures freshly and makes them the golden set. Throws `golden_too_few`, `golden_unreadable` and `golden_unlike` where a
   * verdict is not the expected one.
   */
  readonly fix: (set: {
    readonly pictures: readonly { readonly id: ImageId; readonly expected: Expectation }[];
    readonly tolerance: number;
    readonly reason: string;
  }) => Promise<void>;
  /** Checks where it is due today and was not tried a moment ago. */
  readonly checkWhereDue: () => void;
  readonly close: () => Promise<void>;
}

export function createGolden(core: Core): Golden {
  const { store, now, person } = core;
  const cache = join(core.dataDir, 'cache');
  mkdirSync(cache, { recursive: true });
  // What a crash in the midst of a check left.
  for (const name of readdirSync(cache).filter((one) => one.startsWith(FOLDER)))
    rmSync(join(cache, name), { recursive: true, force: true });
  const closing = new AbortController();
  let running: Promise<unknown> | null = null;
  let triedAtMs = -Infinity;

  const inUse = (): InUse | null => {
    const [model, marks, through] = [activeModel(store.read), marksInForce(store.read), marksThrough(store.read)];
    if (model === null || marks.length === 0 || through === 0) return null;
    return { model, marks, marksThrough: through, areasThrough: newestAreaId(store.read) };
  };

  /** The production day by the first line's calendar: it begins with the first shift, on this computer's clock on the wall. */
  const today = (): string => {
    const [line] = listLines(store.read);
    return productionDay(line === undefined ? [] : shiftCalendar(store.read, line.id), now());
  };

  /** Why what was checked says nothing of what is judged now; null: it does. */
  const whyDue = (check: GoldenCheckRow, use: InUse | null, setId: number): GoldenState['why'] => {
    if (check.outcome === 'incomplete') return 'incomplete';
    if (check.day !== today() || check.setId !== setId) return 'new_day';
    if (use !== null && check.modelId !== use.model.id) return 'model';
    if (use !== null && check.thresholdId !== use.marksThrough) return 'marks';
    return use !== null && check.areasThrough !== use.areasThrough ? 'area' : null;
  };

  const state = (): GoldenState => {
    const set = goldenSet(store.read);
    const untrusted = openUntrusted(store.read);
    const last = set === null ? undefined : goldenChecks(store.read, 1)[0];
    const why = set === null || last === undefined ? null : whyDue(last, inUse(), set.id);
    const told = last === undefined || why !== null || last.outcome === 'incomplete' ? 'due' : last.outcome;
    return {
      state: untrusted !== null ? 'failed' : set === null ? 'none' : told,
      why: set === null ? null : why,
      checkedAtMs: last?.atMs ?? null,
      running: running !== null,
      untrusted: untrusted?.pictures ?? 0,
      sinceMs: untrusted?.sinceMs ?? null,
    };
  };

  /** Waits where the engine is scoring the pictures of the line: it scores one list at a time. */
  const whenFree = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await ask();
      } catch (thrown) {
        const scoring = listJobs(store.read).find((job) => job.kind === 'score' && job.state === 'running');
        if (toErrorData(thrown).code !== 'job_running' || scoring === undefined) throw thrown;
        await core.jobs.ended(scoring.id);
      }
    }
  };

  /**
   * Scores of pictures by the whole way that a new picture goes: its file is read and decoded by the area in force, none of it out of
   * a cache, and scored by the model in use. Nothing is stored; a picture that cannot be read has no score.
   */
  const scoreFreshly = async ({ model, marks }: InUse, ids: readonly ImageId[]): Promise<Map<number, Fresh>> => {
    const checkpoint = getCheckpoint(store.read, model.checkpointId);
    if (checkpoint === null) throw new AppError('needs_checkpoint');
    const rows = ids.flatMap((id) => {
      const found = pictureFile(store.read, id);
      return found === null || found.path === null ? [] : [{ ...found, id, path: found.path }];
    });
    const channels = await channelsOf(core.tools, checkpoint, closing.signal);
    const folder = await mkdtemp(join(cache, FOLDER));
    const scores = new Map<number, Fresh>();
    const kindOf = kindReader(store.read, model.id);
    const cameras = new Map<number, number>(
      placesOf(store.read, model.id, ids).map(({ imageId, cameraId }) => [imageId, cameraId]),
    );
    try {
      const fresh = createPixelCache({ folder: join(folder, 'pixels'), pool: core.decoders, log: core.log });
      const ready = await fresh.ensure(rows, { channels, pick: 'first', signal: closing.signal });
      try {
        if (ready.rows.length === 0) return scores;
        const imagesFile = join(folder, 'images.ndjson');
        await writeImagesFile(
          imagesFile,
          (async function* () {
            for (const row of ready.rows) yield { id: row.id, path: row.path, page: row.page, pixels: ready.file(row) };
          })(),
        );
        const input = { model: recordedFile(core, model), imagesFile };
        await whenFree(async () => {
          for await (const event of await core.engine.calls.score(input, { signal: closing.signal }))
            if (event.kind === 'scored')
              for (const { id, score, classProbabilities } of event.rows) {
                const place = { cameraId: cameras.get(id) ?? 0, classId: kindOf(classProbabilities) };
                const own = entryFor(marks, place);
                if (own !== null) scores.set(id, { score, verdict: verdictOf(score, own), marks: own });
              }
        });
      } finally {
        ready.release();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return scores;
  };

  const needUse = (): InUse => {
    const use = inUse();
    if (use === null) throw new AppError(activeModel(store.read) === null ? 'needs_model' : 'needs_marks');
    return use;
  };

  const record = (
    use: InUse,
    setId: number,
    check: Pick<GoldenCheckRow, 'outcome' | 'who' | 'day'> & { verdictsThrough: number; results: GoldenResult[] },
  ): void => {
    const { model, areasThrough } = use;
    const atMs = now();
    const thresholdId = use.marksThrough;
    const by = { modelId: model.id, thresholdId, areasThrough };
    addGoldenCheck(store.write, { ...check, ...by, setId, atMs });
    const params = { outcome: check.outcome, set: setId, model: model.id, threshold: thresholdId };
    addAudit(store.write, { who: check.who, what: 'golden.check', params, atMs });
  };

  const check = async (who: string): Promise<CheckOutcome> => {
    const set = goldenSet(store.read);
    if (set === null) throw new AppError('golden_no_set');
    const use = needUse();
    const [day, verdictsThrough] = [today(), newestVerdictId(store.read)];
    const scores = await scoreFreshly(
      use,
      set.pictures.map(({ id }) => id),
    );
    const results = set.pictures.map((fixed): GoldenResult => {
      const judged = scores.get(fixed.id) ?? null;
      const outcome = comparePicture(fixed, judged, set.tolerance);
      return { id: fixed.id, score: judged?.score ?? null, verdict: judged?.verdict ?? null, outcome };
    });
    const outcome = checkOutcome(results.map((one) => one.outcome));
    store.write.transaction(() => record(use, set.id, { outcome, who, day, verdictsThrough, results }));
    return outcome;
  };

  const fix: Golden['fix'] = async ({ pictures, tolerance, reason }) => {
    const wants = (expected: Expectation): number => pictures.filter((one) => one.expected === expected).length;
    if (wants('pass') < FEWEST_GOLDEN || wants('stop') < FEWEST_GOLDEN)
      throw new AppError('golden_too_few', { good: wants('pass'), defects: wants('stop'), need: FEWEST_GOLDEN });
    const use = needUse();
    const [day, verdictsThrough] = [today(), newestVerdictId(store.read)];
    const scores = await scoreFreshly(
      use,
      pictures.map(({ id }) => id),
    );
    const fixed = pictures.flatMap(({ id, expected }) => {
      const judged = scores.get(id);
      if (judged === undefined) return [];
      const { score, verdict, marks } = judged;
      return [{ id, expected, part: goldenPart(expected, score, marks), score, verdict }];
    });
    if (fixed.length < pictures.length)
      throw new AppError('golden_unreadable', { pictures: pictures.length - fixed.length });
    const unlike = fixed.filter(({ expected, verdict }) => !isExpected(expected, verdict));
    const [first] = unlike;
    if (first !== undefined) throw new AppError('golden_unlike', { pictures: unlike.length, first: first.id });
    const who = person();
    store.write.transaction(() => {
      const atMs = now();
      const setId = addGoldenSet(store.write, { tolerance, reason, pictures: fixed, who, atMs });
      const params = { set: setId, pictures: fixed.length, tolerance, reason };
      addAudit(store.write, { who, what: 'golden.fix', params, atMs });
      const results = fixed.map(({ id, score, verdict }): GoldenResult => ({ id, score, verdict, outcome: 'same' }));
      record(use, setId, { outcome: 'passed', who, day, verdictsThrough, results });
    });
  };

  /** One after the other, and told to the windows when it begins and ends. */
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    while (running !== null) await running.catch(() => undefined);
    const begun = work();
    running = begun;
    core.changed();
    try {
      return await begun;
    } finally {
      running = null;
      core.changed();
    }
  };

  return {
    state,
    check: (who) => alone(() => check(who)),
    fix: (set) => alone(() => fix(set)),
    checkWhereDue() {
      const set = goldenSet(store.read);
      const use = inUse();
      if (set === null || use === null || running !== null || closing.signal.aborted) return;
      const last = goldenChecks(store.read, 1)[0];
      if (last !== undefined && whyDue(last, use, set.id) === null) return;
      // By the steady clock: after the wall's was put back it must not wait for hours.
      const steadyMs = performance.now();
      if (steadyMs - triedAtMs < TRY_AGAIN_MS) return;
      triedAtMs = steadyMs;
      alone(() => check('')).catch((thrown: unknown) => {
        if (!closing.signal.aborted) core.log('warn', 'golden_not_checked', { ...toErrorData(thrown) });
      });
    },
    async close() {
      closing.abort();
      await running?.catch(() => undefined);
    },
  };
}
