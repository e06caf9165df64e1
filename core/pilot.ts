import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pilot, PilotMetrics, PilotOptions, PilotRunOptions, PilotRunProgress } from './app-types.ts';
import { createTranslator } from '#messages/translate.ts';
import { AppError } from './contract/errors.ts';
import { PretrainConfig } from './contract/engine.ts';
import { lineSections, type LineSection } from './contract/line-file.ts';
import * as v from 'valibot';
import type { JobId } from './domain/ids.ts';
import { openCore, type Core } from './core.ts';
import { checkFree, copyNewestExport, exportParams, importParams } from './exchange.ts';
import { createExports, replaceFile } from './exports.ts';
import { copyLine, encoderRefused } from './line-copy.ts';
import { previewLine, takeLine } from './line-take.ts';
import { exportLot } from './lot-export.ts';
import { declareByRunning } from './rights.ts';
import { createHeatMaps } from './heat-maps.ts';
import { ingestOnce } from './ingest/ingest-once.ts';
import { applyManifest, checkManifest, decodeManifest } from './ingest/manifest.ts';
import { scoringSpeed } from './jobs/score.ts';
import { pilotMetrics, robustnessMetrics } from './pilot-metrics.ts';
import { robustnessLines } from './report/robustness.ts';
import { ensureMarks, startForNewPictures } from './stages.ts';
import { newestCheckpoint } from './store/checkpoints.ts';
import { listCameras } from './store/cameras.ts';
import { listClasses } from './store/classes.ts';
import { fromOf, modelExports, modelOrigins } from './store/exchange.ts';
import { getJob, listJobs, type JobKind, type JobRow } from './store/jobs.ts';
import { activeModel } from './store/models.ts';
import { robustnessOf } from './store/robustness.ts';
import { setSettings } from './store/settings.ts';
import { activeThreshold } from './store/thresholds.ts';

/** Costs are asked for, and keys lie with windows: there is neither here. */
const unasked = lineSections.filter((section) => section !== 'costs' && section !== 'keys');

const inPhase = (phase: string, progress: number): PilotRunProgress => ({
  phase,
  progress,
  leftLowSeconds: null,
  leftHighSeconds: null,
  params: {},
});

/** Runs one job to its end while telling how far it is. Throws the job's error, or the signal's reason when aborted. */
async function runJob(core: Core, kind: JobKind, params: unknown, options: PilotOptions): Promise<void> {
  options.signal.throwIfAborted();
  const id = core.jobs.start(kind, params);
  const job = await follow(core, id, options, () => core.jobs.cancel(id));
  if (job.error !== null) throw new AppError(job.error.code, job.error.params);
}

/**
 * Pretrains as one worker of a cluster, going on with a run of the same settings that left a checkpoint here. Whoever stops one
 * worker stops all, with a checkpoint. Throws `cluster_paused` then, and what {@link runJob} throws.
 */
async function pretrainTogether(core: Core, config: PretrainConfig, options: PilotOptions): Promise<void> {
  options.signal.throwIfAborted();
  const asked = JSON.stringify(config);
  const begun = listJobs(core.store.read).find(({ kind }) => kind === 'pretrain');
  const goesOn =
    begun !== undefined &&
    (begun.state === 'paused' || begun.state === 'failed') &&
    JSON.stringify(v.parse(PretrainConfig, begun.params)) === asked &&
    newestCheckpoint(core.store.read, begun.id) !== null;
  if (goesOn) core.jobs.resume(begun.id);
  const id = goesOn ? begun.id : core.jobs.start('pretrain', config);
  const job = await follow(core, id, options, () => core.jobs.pause());
  if (job.error !== null) throw new AppError(job.error.code, job.error.params);
  if (job.state === 'paused') throw new AppError('cluster_paused');
}

/** Tells how far a job is until its end; `stop` is called when the person wants it to end. Throws the signal's reason then. */
async function follow(core: Core, id: JobId, { signal, onProgress }: PilotOptions, stop: () => void): Promise<JobRow> {
  const stopListening = core.onChange(() => {
    const job = getJob(core.store.read, id);
    if (job?.state === 'running' && job.phase !== null)
      onProgress({
        ...inPhase(job.phase, job.progress),
        leftLowSeconds: job.leftLowSeconds,
        leftHighSeconds: job.leftHighSeconds,
      });
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    const job = await core.jobs.ended(id);
    signal.throwIfAborted();
    return job;
  } finally {
    signal.removeEventListener('abort', stop);
    stopListening();
  }
}

/** Opens a pilot's data folder for work without a window. Throws what {@link openCore} throws. */
export async function openPilot(options: PilotOptions): Promise<Pilot> {
  const { dataDir, locale, launchEngine, log, signal, onProgress, version } = options;
  const startedAt = performance.now();
  let automatic = false;
  const core = openCore({
    dataDir,
    defaultLocale: locale,
    launchEngine,
    log,
    version,
    automatic: () => automatic,
    looksBeside: false,
    ...(options.cluster && { cluster: options.cluster }),
  });
  setSettings(core.store.write, { locale });
  const exports = createExports(core, { version, heat: createHeatMaps(core), printer: options.printer });
  /** Before each learning: nobody can be asked here. */
  const declare = (): void => {
    const declared = declareByRunning(core, options.rightsOwner ?? '');
    if (declared.length > 0) options.onDeclared?.(declared.map(({ name }) => basename(name)));
  };
  return {
    async ingest(imagesDir, labelsFile) {
      // Read first: a wrong labels file should be known before an hour of pictures.
      const folder = resolve(imagesDir);
      const csv = labelsFile === undefined ? null : await readLabels(folder, labelsFile);
      const result = await ingestOnce({
        store: core.store,
        dataDir,
        folder,
        signal,
        pool: core.decoders,
        onProgress: (done, total) => onProgress(inPhase('ingest', total === 0 ? 0 : done / total)),
      });
      if (csv !== null) {
        const by = { who: core.person(), atMs: core.now() };
        // The store knows pictures by their real place, whatever links lead there.
        applyManifest(core.store, realpathSync(folder), csv, by);
      }
      const { images, rejected, duplicates } = result;
      return { images, rejected, duplicates };
    },
    async pretrain(settings) {
      declare();
      const config = v.parse(PretrainConfig, settings);
      if (options.cluster) await pretrainTogether(core, config, options);
      else await runJob(core, 'pretrain', config, options);
    },
    measurable: () => listClasses(core.store.read).filter((entry) => entry.labels > 0).length >= 2,
    async evaluate(seed) {
      declare();
      await runJob(core, 'evaluate', { seed }, options);
    },
    async robustness(seed) {
      declare();
      const model = activeModel(core.store.read);
      if (model === null) throw new AppError('needs_model');
      await runJob(core, 'evaluate', { modelId: model.id, seed }, options);
      const measured = robustnessOf(core.store.read, model.id);
      const lines = measured === null ? [] : robustnessLines(createTranslator(locale), measured);
      return { lines, figures: robustnessMetrics(measured) };
    },
    async teach(seed) {
      declare();
      await runJob(core, 'teach', { seed, use: 'now' }, options);
    },
    async score() {
      await runJob(core, 'score', {}, options);
      // Where only the pool's own scores can set marks, they are set now.
      ensureMarks(core);
      const model = activeModel(core.store.read);
      return model === null ? null : scoringSpeed(core.store.read, model.id);
    },
    async threshold() {
      ensureMarks(core);
      const marks = activeThreshold(core.store.read);
      return marks === null ? null : { review: marks.review, reject: marks.reject };
    },
    async report(outDir) {
      onProgress(inPhase('report', 0));
      const report = await exports.writeTo(outDir, locale, (file, error) => options.onUnwritten?.(file, error));
      const seconds = (performance.now() - startedAt) / 1000;
      const metrics: PilotMetrics = pilotMetrics(core.store.read, report, seconds);
      await replaceFile(join(outDir, 'metrics.json'), `${JSON.stringify(metrics, null, 2)}\n`);
      onProgress(inPhase('report', 1));
      return metrics;
    },
    async watch(imagesDir) {
      automatic = true;
      const folder = resolve(imagesDir);
      if (!listCameras(core.store.read).some((camera) => camera.folder === folder))
        await core.ingest.addCamera({ name: folder, folder });
      startForNewPictures(core);
      // Until the person stops it; that is no failure.
      await sleep(2 ** 31 - 1, undefined, { signal }).catch(() => undefined);
    },
    copyLine: (outDir) => {
      declare();
      const can = (section: LineSection): boolean => section !== 'encoder' || encoderRefused(core) === null;
      const sections = unasked.filter(can);
      return copyLine(core, { sections, agreed: false, keys: {} }, { folder: resolve(outDir), version });
    },
    async startFromLine(file) {
      const path = resolve(file);
      const { sha256, sections } = await previewLine(core, { path, keys: {} });
      const chosen = unasked.filter((section) => sections.includes(section));
      const { changed, jobId } = await takeLine(core, { path, sha256, sections: chosen, keys: {} });
      const job = jobId === null ? null : await core.jobs.ended(jobId);
      if (job?.error) throw new AppError(job.error.code, job.error.params);
      return { changed, encoder: job !== null };
    },
    exportLot: (lot, outDir, originals) => exportLot(core, { lot, originals }, resolve(outDir), version),
    async exportModel(file, agreed) {
      const target = resolve(file);
      checkFree(target);
      const model = activeModel(core.store.read);
      if (model === null) throw new AppError('needs_model');
      await runJob(core, 'export_model', exportParams(core, model.id, agreed), options);
      const bytes = await copyNewestExport(core, target);
      const { score } = modelExports(core.store.read, 1)[0]?.card.parity ?? { score: 0 };
      return { model: model.id, bytes, difference: score };
    },
    async importModel(file) {
      await runJob(core, 'import_model', await importParams(resolve(file)), options);
      const [origin] = modelOrigins(core.store.read, 1);
      return { from: origin ? fromOf(origin.card) : '', inUse: origin?.inUse ?? false };
    },
    backup: (file) => core.store.backup(resolve(file)),
    close: () => core.close(),
  };
}

/** The text of a labels file whose every line names a file of the folder. Throws `not_found`, `csv_invalid`, `csv_unknown_path`. */
async function readLabels(folder: string, file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new AppError('not_found', { path: file }, { cause });
  });
  const csv = decodeManifest(bytes);
  checkManifest(folder, csv);
  return csv;
}

/**
 * A whole pilot: ingest, pretrain, evaluate, teach, threshold, score, report (design.md §7). Labels of test rows only
 * measure. Throws `out_folder_not_empty`, and whatever a stage throws; what was done by then is kept in `outDir`/pilot.
 */
export async function runPilot(options: PilotRunOptions): Promise<PilotMetrics> {
  const { imagesDir, labelsFile, outDir, minutes, seed, smallestDefectPx, start } = options;
  const out = resolve(outDir);
  if (existsSync(out) && readdirSync(out).length > 0) throw new AppError('out_folder_not_empty', { path: out });
  // Before anything is made: the corrected command must find an empty folder again.
  if (labelsFile !== undefined) await readLabels(resolve(imagesDir), labelsFile);
  const dataDir = join(out, 'pilot');
  const pilot = await openPilot({ ...options, dataDir });
  try {
    await pilot.ingest(imagesDir, labelsFile);
    await pilot.pretrain({ minutes, seed, smallestDefectPx, ...(start !== undefined && { start }) });
    if (pilot.measurable()) await pilot.evaluate(seed);
    await pilot.teach(seed);
    await pilot.threshold();
    await pilot.score();
    return await pilot.report(out);
  } finally {
    await pilot.close();
  }
}
