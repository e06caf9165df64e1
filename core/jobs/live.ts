import { join } from 'node:path';
import type { ImageId } from '#core/domain/ids.ts';
import { pictureRows, type PictureRow } from '#core/store/images.ts';
import { addLiveVerdicts } from '#core/store/live.ts';
import { activeModel, type ModelRow } from '#core/store/models.ts';
import type { JobTools } from './job.ts';
import { scorePictures } from './score-pictures.ts';

/** Pictures scored together: more gain no speed, and the next that comes would wait for them. */
const AT_ONCE = 16;
/** So many waiting are no line any more but a folder that is read for the first time: a job's work. */
const MOST_WAITING = 256;

/**
 * Judges pictures as they come, the newest first and a few at a time, without a job for each: a job goes through all pictures to
 * find what is missing, this knows. A backlog is left to the scoring job, which runs beside it.
 */
export interface LiveScoring {
  /** Pictures that were just admitted. */
  readonly add: (imageIds: readonly ImageId[]) => void;
  /** Has the model in use loaded, so that the first picture does not wait for it. */
  readonly warm: () => void;
  readonly busy: () => boolean;
  /** Resolves when nothing waits. */
  readonly idle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface LiveEvents {
  readonly onJudged: () => void;
  /** Pictures were given up to the job: too many at once, or they could not be scored now. */
  readonly onLeft: (thrown?: unknown) => void;
}

export function createLiveScoring(tools: JobTools, { onJudged, onLeft }: LiveEvents): LiveScoring {
  const { store, dataDir, now } = tools;
  const dir = join(dataDir, 'jobs', 'live');
  const stop = new AbortController();
  /** The newest last. */
  let waiting: ImageId[] = [];
  let running: Promise<void> | null = null;
  let warming: Promise<void> | undefined;

  const scored = async (model: ModelRow, rows: readonly PictureRow[], place: string): Promise<number> => {
    const run = { signal: stop.signal, progress: () => undefined };
    return (await scorePictures(tools, run, model, rows, { dir: place, timed: false })).taken;
  };

  const judge = async (ids: readonly ImageId[]): Promise<void> => {
    const model = activeModel(store.read);
    if (model === null) return;
    const rows = pictureRows(store.read, { use: 'all', notScoredBy: model.id, ids });
    if (rows.length === 0) return;
    const taken = await scored(model, rows, dir);
    addLiveVerdicts(store.write, ids, model.id, now());
    onJudged();
    if (taken < rows.length) onLeft();
  };

  const warmUp = async (): Promise<void> => {
    const model = activeModel(store.read);
    // Whatever stands in the way is told by the first picture.
    if (model !== null) await scored(model, [], join(dir, 'warm')).catch(() => undefined);
  };

  const work = async (): Promise<void> => {
    try {
      while (waiting.length > 0 && !stop.signal.aborted) await judge(waiting.splice(-AT_ONCE));
    } catch (thrown) {
      if (stop.signal.aborted) return;
      waiting = [];
      onLeft(thrown);
    }
  };

  const start = (): void => {
    running ??= work().finally(() => {
      running = null;
      if (waiting.length > 0 && !stop.signal.aborted) start();
    });
  };

  return {
    add(imageIds) {
      waiting.push(...imageIds);
      const tooMany = waiting.length > MOST_WAITING;
      if (tooMany) waiting = waiting.slice(-AT_ONCE);
      start();
      if (tooMany) onLeft();
    },
    warm() {
      warming = warmUp();
    },
    busy: () => running !== null,
    async idle() {
      while (running !== null) await running;
    },
    async close() {
      stop.abort();
      await Promise.all([running, warming]);
    },
  };
}
