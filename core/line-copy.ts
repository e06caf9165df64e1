import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  LINE_FILE_VERSION,
  MOST_SAMPLES,
  type LineCard,
  type LineKeys,
  type LineSample,
  type LineSection,
} from './contract/line-file.ts';
import { AppError, toErrorData, type ErrorData } from './contract/errors.ts';
import type { LineEncoder } from './contract/exchange.ts';
import type { Core } from './core.ts';
import { mayTeach } from './domain/data-right.ts';
import { exportsFolder, stamp } from './exports.ts';
import { customersOf } from './jobs/export-card.ts';
import { recordedFile } from './jobs/job.ts';
import { LINE_EXTENSION, writeLine } from './jobs/line-archive.ts';
import { sha256Of } from './jobs/zip-file.ts';
import { renderKnown } from './render-known.ts';
import { lineName, toldOf, type Told } from './line-told.ts';
import { checkLearning } from './rights.ts';
import { addAudit } from './store/audit.ts';
import { activeCheckpoint } from './store/checkpoints.ts';
import { listClasses } from './store/classes.ts';
import { dataSets } from './store/data-rights.ts';
import { imageViews } from './store/image-views.ts';
import { pictureFile } from './store/images.ts';
import { limitSamples, type SampleRow } from './store/limit-samples.ts';

/*
 * This line as a file for another one.
 */

/** Longest side of a limit sample's picture, pixels. */
const SAMPLE_PX = 1600;

/** Limit samples whose pictures may leave: of a data set that somebody cleared and in which no people are. */
export function samplesThatMayLeave({ store, now }: Pick<Core, 'store' | 'now'>): { may: SampleRow[]; kept: number } {
  const samples = limitSamples(store.read);
  const clear = new Set(
    dataSets(store.read, now()).flatMap(({ cameraId, state, newest }) =>
      mayTeach(state) && state !== 'grace' && newest?.people !== 'yes' ? [cameraId as number] : [],
    ),
  );
  const cameraOf = new Map<number, number>(
    imageViews(store.read, [...new Set(samples.map(({ imageId }) => imageId))]).map(({ id, cameraId }) => [
      id,
      cameraId,
    ]),
  );
  const may = samples.filter(({ imageId }) => clear.has(cameraOf.get(imageId) ?? 0)).slice(0, MOST_SAMPLES);
  return { may, kept: samples.length - may.length };
}

/** Why the encoder cannot leave; null where it can. */
export function encoderRefused(core: Core): ErrorData | null {
  if (activeCheckpoint(core.store.read) === null) return toErrorData(new AppError('needs_checkpoint'));
  try {
    checkLearning(core);
    return null;
  } catch (thrown) {
    return toErrorData(thrown);
  }
}

async function samplesOf(core: Core): Promise<{ samples: LineSample[]; pictures: Map<string, Uint8Array> }> {
  const { store } = core;
  const names = new Map(listClasses(store.read).map(({ id, name }) => [id, name]));
  const pictures = new Map<string, Uint8Array>();
  const samples: LineSample[] = [];
  for (const { imageId, classId, role, note, regions } of samplesThatMayLeave(core).may) {
    const [found, kind] = [pictureFile(store.read, imageId), names.get(classId)];
    // One whose file is gone, or whose class is out of use, is nothing that another line could go by.
    if (found === null || found.path === null || kind === undefined) continue;
    const { bytes } = await renderKnown(core, { ...found, path: found.path }, SAMPLE_PX);
    const shrunk = Math.min(1, SAMPLE_PX / Math.max(found.width, found.height));
    const [width, height] = [found.width, found.height].map((side) => Math.max(1, Math.round(side * shrunk)));
    const sha256 = sha256Of(bytes);
    pictures.set(sha256, bytes);
    samples.push({ kind, role, note, regions: [...regions], width: width ?? 1, height: height ?? 1, sha256 });
  }
  return { samples, pictures };
}

/** The encoder in use without the run that it comes from; what it learnt from goes with it. */
async function encoderOf(core: Core): Promise<{ told: LineEncoder; bytes: Uint8Array }> {
  const { store, tools, dataDir, now } = core;
  checkLearning(core);
  const checkpoint = activeCheckpoint(store.read);
  if (checkpoint === null) throw new AppError('needs_checkpoint');
  const outDir = join(dataDir, 'jobs', 'line', `${randomUUID()}.tmp`);
  await mkdir(outDir, { recursive: true });
  try {
    const { start: _, ...config } = checkpoint.config;
    const made = await tools.looking.importModel({ model: recordedFile(core, checkpoint), outDir, config });
    const bytes = await readFile(made.file);
    const data = dataSets(store.read, now())
      .filter(({ state }) => state !== 'apart')
      .map(({ name, pictures, state, newest }) => ({
        ...{ name, pictures, state, owner: newest?.owner ?? '', purpose: newest?.purpose ?? '' },
        ...{ customer: newest?.customer ?? '', keepUntil: newest?.keepUntil ?? '' },
      }));
    const { channels, width } = made;
    return { told: { channels, width, sha256: sha256Of(bytes), config, images: checkpoint.images, data }, bytes };
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

/**
 * Writes the chosen parts of this line into one file among the exported ones. @returns its name
 *
 * @throws AppError `right_missing`, `export_customer` where somebody is to be asked first; `needs_checkpoint`, `image_broken`, …
 */
export async function copyLine(
  core: Core,
  chosen: { readonly sections: readonly LineSection[]; readonly agreed: boolean; readonly keys: LineKeys },
  { folder = exportsFolder(core), version }: { readonly folder?: string; readonly version: string },
): Promise<string> {
  const { store, now, person } = core;
  const takes = (section: LineSection): boolean => chosen.sections.includes(section);
  const customers = customersOf(store.read, now());
  const shows = takes('encoder') || (takes('samples') && samplesThatMayLeave(core).may.length > 0);
  if (shows && customers.length > 0 && !chosen.agreed)
    throw new AppError('export_customer', { customers: customers.join(', ') });
  const told = toldOf(core);
  const { samples, pictures } = takes('samples') ? await samplesOf(core) : { samples: [], pictures: new Map() };
  const encoder = takes('encoder') ? await encoderOf(core) : null;
  const atMs = now();
  const card: LineCard = {
    ...{ format: 'minarai-line', version: LINE_FILE_VERSION, app: version, createdAtMs: atMs, line: lineName(core) },
    ...(Object.fromEntries(Object.entries(told).filter(([section]) => takes(section as LineSection))) as Partial<Told>),
    ...(takes('samples') && { samples }),
    ...(takes('keys') && { keys: chosen.keys }),
    ...(encoder && { encoder: encoder.told }),
  };
  await mkdir(folder, { recursive: true });
  const name = `line-${stamp(atMs)}${LINE_EXTENSION}`;
  await writeLine(join(folder, name), { card, samples: pictures, encoder: encoder?.bytes ?? null });
  addAudit(store.write, {
    ...{ who: person(), what: 'rollout.write', atMs },
    params: { file: name, sections: chosen.sections.join(' '), samples: samples.length },
  });
  return name;
}
