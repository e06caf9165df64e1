import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createTranslator } from '#messages/translate.ts';
import { lineSections, type LineKeys, type LineSection } from './contract/line-file.ts';
import { AppError } from './contract/errors.ts';
import type { RolloutPreview } from './contract/rollout.ts';
import type { Core } from './core.ts';
import type { JobId } from './domain/ids.ts';
import { readLine, type LineArchive } from './jobs/line-archive.ts';
import { storedPath } from './jobs/job.ts';
import { planClasses, planSamples } from './line-plan-book.ts';
import { matchCameras, planCameras, planShifts } from './line-plan-cameras.ts';
import { planAims, planCosts, planEncoder, planKeys, planWork } from './line-plan-money.ts';
import type { PlanItem, PlanSite } from './line-plan.ts';
import { writeWhole } from './disk/whole-file.ts';
import { startForNewPictures, startForOtherArea } from './stages.ts';
import { addAudit } from './store/audit.ts';
import type { Reader } from './store/handle.ts';
import { addLineTaken, borrowedSamples } from './store/line-copies.ts';

/*
 * A file of another line, looked at and taken over. Nothing is overwritten that a person did not see, and everything that held before
 * stays on record.
 */

export interface Asked {
  readonly path: string;
  /** Absent: all that the file holds. */
  readonly sections?: readonly LineSection[] | undefined;
  /** Absent: cameras of the same name. */
  readonly cameras?: readonly { readonly name: string; readonly cameraId: number | null }[] | undefined;
  /** Of the window that asks. */
  readonly keys: LineKeys;
}

const held = ({ card }: LineArchive): LineSection[] => lineSections.filter((section) => card[section] !== undefined);

function planOf(
  core: Core,
  db: Reader,
  archive: LineArchive,
  asked: Asked,
  pictures: ReadonlyMap<string, string>,
): { readonly items: PlanItem[]; readonly cameras: PlanSite['cameras'] } {
  const { card } = archive;
  const cameras = matchCameras({ db, card }, asked.cameras);
  const reason = createTranslator(core.settings().locale)('rollout.reason', { line: card.line });
  const site: PlanSite = {
    ...{ db, card, cameras, pictures, reason, chosen: new Set(asked.sections ?? held(archive)) },
    ...{ settings: core.settings(), keys: asked.keys, pilotId: core.pilot().id },
    by: { who: core.person(), atMs: core.now() },
  };
  const items = [
    ...(card.classes ? planClasses(site, card.classes) : []),
    ...(card.samples ? planSamples(site, card.samples) : []),
    ...(card.cameras ? planCameras(site, card.cameras) : []),
    ...(card.shifts ? planShifts(site, card.shifts) : []),
    ...(card.aims ? planAims(site, card.aims) : []),
    ...(card.costs ? planCosts(site, card.costs) : []),
    ...(card.work ? planWork(site, card.work) : []),
    ...(card.keys ? planKeys(site, card.keys) : []),
    ...(card.encoder ? planEncoder(site, card.encoder) : []),
  ];
  return { items, cameras };
}

/** What a file holds and what it would change here. @throws AppError of {@link readLine} */
export async function previewLine(core: Core, asked: Asked): Promise<RolloutPreview> {
  const archive = await readLine(asked.path);
  const { card, sha256 } = archive;
  const { items, cameras } = planOf(core, core.store.read, archive, asked, new Map());
  return {
    ...{ line: card.line, createdAtMs: card.createdAtMs, sha256, sections: held(archive) },
    cameras: (card.cameras ?? []).map(({ name }) => ({ name, cameraId: cameras.get(name) ?? null })),
    items: items.map(({ apply: _, ...item }) => item),
  };
}

/** Pictures of another line are decoded apart and encoded anew before anything here shows them. */
async function keepPictures(core: Core, { samples }: LineArchive): Promise<Map<string, string>> {
  const { decoders, dataDir, store } = core;
  const folder = join(dataDir, 'borrowed');
  const kept = new Map(borrowedSamples(store.read).map(({ sha256, file }) => [sha256, file]));
  // What a kill leaves there is removed at the next start.
  const strangers = join(dataDir, 'jobs', 'line');
  for (const one of [folder, strangers]) await mkdir(one, { recursive: true });
  for (const [sha256, bytes] of samples) {
    if (kept.has(sha256)) continue;
    const strange = join(strangers, `${sha256}.tmp`);
    const file = join(folder, `${sha256}.webp`);
    try {
      await writeFile(strange, bytes);
      const reply = await decoders.render({ path: strange, sha256, page: 0, maxSide: 4096 });
      if (!reply.ok) throw new AppError(reply.error.code, reply.error.params);
      await writeWhole(file, reply.bytes, { makesFolder: true });
      kept.set(sha256, storedPath(core, file));
    } finally {
      await rm(strange, { force: true });
    }
  }
  return kept;
}

/** What follows from what was taken over, beside the database. */
async function goOn(core: Core, done: readonly PlanItem[], cameras: PlanSite['cameras']): Promise<void> {
  const { ingest, describeAgain } = core;
  const has = (kind: PlanItem['kind']): boolean => done.some((item) => item.kind === kind);
  for (const { kind, name } of done) {
    const cameraId = cameras.get(name);
    if (kind === 'files' && cameraId !== undefined) await ingest.watchAgain(cameraId);
  }
  if (has('area')) {
    ingest.areasChanged();
    startForOtherArea(core);
  }
  if (has('pattern') || has('shifts')) describeAgain.wake();
  if (has('autoScore')) startForNewPictures(core);
  core.changed();
}

/**
 * Takes the chosen sections over, all or nothing; the encoder by a job that begins then.
 *
 * @param asked.sha256 of the file that a person looked at
 * @throws AppError of {@link readLine}; `line_file_changed`; `image_broken` of a limit sample's picture
 */
export async function takeLine(
  core: Core,
  asked: Asked & { readonly sections: readonly LineSection[]; readonly sha256: string },
): Promise<{ changed: number; jobId: JobId | null; keys: LineKeys | null }> {
  const { store, jobs, person, now } = core;
  const archive = await readLine(asked.path);
  const { card, sha256 } = archive;
  if (sha256 !== asked.sha256) throw new AppError('line_file_changed', { path: asked.path });
  const takes = (section: LineSection): boolean => asked.sections.includes(section);
  const withEncoder = takes('encoder') && archive.encoder !== null;
  if (withEncoder && jobs.pending('import_model')) throw new AppError('job_running', { job: 'import_model' });
  const pictures = takes('samples') ? await keepPictures(core, archive) : new Map<string, string>();
  const name = basename(asked.path);
  const { done, cameras } = store.write.transaction(() => {
    const plan = planOf(core, store.write, archive, asked, pictures);
    const wanted = plan.items.filter(
      ({ section, change }) => takes(section) && (change === 'new' || change === 'differs'),
    );
    for (const { apply } of wanted) apply?.(store.write);
    const by = { who: person(), atMs: now() };
    const sections = lineSections.filter(takes);
    addLineTaken(store.write, { line: card.line, name, sha256, sections, changed: wanted.length, ...by });
    addAudit(store.write, {
      ...{ ...by, what: 'rollout.take' },
      params: { line: card.line, name, sha256, sections: sections.join(' '), changed: wanted.length },
    });
    return { done: wanted, cameras: plan.cameras };
  });
  await goOn(core, done, cameras);
  const encoderIsNew = done.some(({ kind }) => kind === 'encoder');
  return {
    changed: done.length,
    jobId: withEncoder && encoderIsNew ? jobs.start('import_model', { path: asked.path, sha256 }) : null,
    keys: takes('keys') ? (card.keys ?? null) : null,
  };
}
