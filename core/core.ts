import { join } from 'node:path';
import { actAs, actAsProgram, actingPerson } from './acting.ts';
import type { AppOptions, Log } from './app-types.ts';
import { onceABurst } from './burst.ts';
import { AppError, toErrorData, type ErrorData } from './contract/errors.ts';
import type { EngineFacts } from './contract/engine.ts';
import { Random } from './domain/random.ts';
import { startEngine, type Engine } from './engine-client.ts';
import { forkDecoder } from './engine-fork.ts';
import { createDecodePool, decodersHere, type DecodePool } from './ingest/decode-pool.ts';
import { createDescribeAgain, type DescribeAgain } from './ingest/describe-again.ts';
import { createIngest, type Ingest } from './ingest/ingest.ts';
import { createPixelCache, type PixelCache } from './ingest/pixel-cache.ts';
import type { JobTools } from './jobs/job.ts';
import { createLiveScoring, type LiveScoring } from './jobs/live.ts';
import { createJobs, type Jobs } from './jobs/runner.ts';
import { drawAudit, judgeNewPictures, startForNewPictures, startNextStage, startScoring } from './stages.ts';
import { noteOpening } from './store/database-notice.ts';
import { getSettings, storeId, type Settings } from './store/settings.ts';
import { modelCardPages } from './report/model-card.ts';
import { openStore, type Store } from './store/open.ts';
import { currentPilot, startPilot, type PilotRow } from './store/pilots.ts';

/** The parts of a running core and what they share; the window's calls and the command line work on it. */
export interface Core {
  readonly store: Store;
  /** The process that learns. */
  readonly engine: Engine;
  readonly jobs: Jobs;
  /** Judges pictures as they come. */
  readonly live: LiveScoring;
  /** What jobs work with, for questions to the engine that are answered at once. */
  readonly tools: JobTools;
  readonly ingest: Ingest;
  /** Derives pictures anew after a pattern or a calendar was changed. */
  readonly describeAgain: DescribeAgain;
  /** Decodes pictures in processes of their own. */
  readonly decoders: DecodePool;
  /** Pictures as the engine reads them. */
  readonly pixels: PixelCache;
  readonly dataDir: string;
  /** The name of its data. */
  readonly storeId: string;
  readonly log: Log;
  readonly now: () => number;
  readonly random: Random;
  readonly settings: () => Settings;
  /** In whose name what happens now is recorded; empty: the program's. */
  readonly person: () => string;
  readonly pilot: () => PilotRow;
  /** What the engine runs on; null until it has told. */
  readonly engineState: () => { readonly facts: EngineFacts | null; readonly error: ErrorData | null };
  /** Called after anything that a screen shows has changed. */
  readonly onChange: (listener: () => void) => () => void;
  readonly changed: () => void;
  readonly close: () => Promise<void>;
}

export type CoreOptions = Pick<
  AppOptions,
  'dataDir' | 'defaultLocale' | 'launchEngine' | 'launchDecoder' | 'log' | 'version' | 'cluster'
> & {
  /** The next stage follows by itself (the window); the command line calls each stage. */
  readonly automatic: () => boolean;
  /** Looking has a process of its own, so that pictures are judged while something is learnt. */
  readonly looksBeside: boolean;
};

const PILOT_NAME = 'pilot';
/** Between two looks at all pictures while new ones come one by one. */
const BURST_MS = 2000;

/**
 * Opens a data folder and starts what works on it. Throws what {@link openStore} throws. The engine process is started by its
 * first call.
 */
export function openCore(options: CoreOptions): Core {
  const { dataDir, defaultLocale, launchEngine, log, automatic, looksBeside, cluster: place, version } = options;
  const store = openStore(dataDir, { onSlow: (sql, ms) => log('warn', 'slow_query', { sql, ms }) });
  const now = Date.now;
  noteOpening(store, dataDir, now());
  const settings = (): Settings =>
    getSettings(store.read, { locale: defaultLocale, autoScore: true, autoTeach: false });
  if (currentPilot(store.read) === null) startPilot(store.write, { name: PILOT_NAME, atMs: now() });

  const listeners = new Set<() => void>();
  const changed = (): void => listeners.forEach((listener) => listener());
  const engine = startEngine(() => launchEngine({ background: looksBeside }));
  const looking = looksBeside ? startEngine(() => launchEngine({ background: false })) : engine;
  const state: { facts: EngineFacts | null; error: ErrorData | null } = { facts: null, error: null };
  const crashed = (crash: AppError): void => {
    state.error = toErrorData(crash);
    log('error', 'engine_crashed', { ...crash.params });
    changed();
  };
  const stopListening = [...new Set([engine, looking])].map((one) => one.onCrash(crashed));
  const probe = async (): Promise<void> => {
    try {
      state.facts = await engine.calls.probe();
      state.error = null;
    } catch (thrown) {
      state.error = toErrorData(thrown);
      log('error', 'engine_not_ready', { ...state.error });
    }
    changed();
  };

  const decoders = createDecodePool(decodersHere(), options.launchDecoder ?? forkDecoder);
  const pixels = createPixelCache({ folder: join(dataDir, 'cache', 'pixels'), pool: decoders, log });
  const tools: JobTools = {
    store,
    engine: engine.calls,
    looking: looking.calls,
    pixels,
    dataDir,
    now,
    who: actingPerson,
    exporting: { cardPages: modelCardPages, version },
    ...(place && { cluster: { place, version, release: () => engine.restart() } }),
  };
  const jobs = createJobs(tools, {
    onChange: changed,
    onEnd: (job) => {
      log('info', 'job_ended', { id: job.id, kind: job.kind, state: job.state });
      // A crash shows until the engine has done something again.
      if (job.state === 'done') state.error = null;
      // What follows from a job is theirs who started it.
      if (automatic()) actAs(job.who, () => startNextStage(core, job));
    },
    onError: (job, thrown) => {
      const { code, params } = toErrorData(thrown);
      const stack = thrown instanceof Error && !(thrown instanceof AppError) ? thrown.stack : undefined;
      log('error', 'job_failed', {
        id: job.id,
        kind: job.kind,
        code,
        ...params,
        ...(stack === undefined ? {} : { stack }),
      });
    },
  });
  const live = createLiveScoring(tools, {
    onJudged: () => {
      changed();
      actAsProgram(() => afterJudging.ask());
    },
    onLeft: (thrown) => {
      if (thrown !== undefined) log('warn', 'live_scoring_failed', { ...toErrorData(thrown) });
      actAsProgram(() => startScoring(core));
    },
  });
  const stageFailed = (thrown: unknown): void => log('error', 'stage_failed', { ...toErrorData(thrown) });
  const afterJudging = onceABurst(() => drawAudit(core), BURST_MS, stageFailed);
  const afterNew = onceABurst(() => startForNewPictures(core), BURST_MS, stageFailed);
  const ingest = createIngest({
    store,
    dataDir,
    log,
    pool: decoders,
    onChange: (admitted) => {
      changed();
      if (!automatic() || admitted.length === 0) return;
      // A camera goes on long after the call that added it: its pictures are nobody's deed.
      actAsProgram(() => {
        judgeNewPictures(core, admitted);
        afterNew.ask();
      });
    },
  });
  const describeAgain = createDescribeAgain({
    store,
    onChange: changed,
    log: (event, params) => log('warn', event, params),
  });
  const core: Core = {
    store,
    engine,
    jobs,
    live,
    tools,
    ingest,
    describeAgain,
    decoders,
    pixels,
    dataDir,
    storeId: storeId(store.write),
    log,
    now,
    // Chance here decides only what is looked at next or again; a run that must repeat passes its own seed.
    random: new Random(now()),
    settings,
    person: actingPerson,
    pilot: () => {
      const pilot = currentPilot(store.read);
      if (pilot === null) throw new AppError('not_found', { what: 'pilot' });
      return pilot;
    },
    engineState: () => state,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed,
    async close() {
      await ingest.close();
      await describeAgain.close();
      afterJudging.close();
      afterNew.close();
      await live.close();
      await jobs.close();
      decoders.close();
      stopListening.forEach((stop) => stop());
      await Promise.all([engine.stop(), looking.stop()]);
      listeners.clear();
      store.close();
    },
  };
  void probe();
  describeAgain.wake();
  if (looksBeside && settings().autoScore) live.warm();
  return core;
}
