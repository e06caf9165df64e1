import { join } from 'node:path';
import { createTranslator } from '#messages/translate.ts';
import { AppError, toErrorData } from './contract/errors.ts';
import type { Locale } from './contract/views.ts';
import type { Core } from './core.ts';
import type { CameraId, ImageId } from './domain/ids.ts';
import { judgeQuality, qualityLimits, type QualityReason } from './domain/quality.ts';
import { picturesForBaseline } from './domain/quality-baseline.ts';
import { mostNormal, summariseQuality } from './domain/quality-summary.ts';
import { exportsFolder, replaceFile, stamp } from './exports.ts';
import { type QualityCard, renderQualityCard } from './report/html/quality-card.ts';
import { renderKnown } from './render-known.ts';
import { getCamera, listLines } from './store/cameras.ts';
import { pictureFile } from './store/images.ts';
import * as quality from './store/quality.ts';

/** Pictures among which the card's examples are sought. */
const SOUGHT = 200;
const GOOD_PX = 640;
const BAD_PX = 240;
const MOST_BAD = 6;

/** The photo-taking standard of a camera on one sheet of paper, from what was learnt of its pictures. */
export interface QualityCards {
  /** Writes the card beside the reports and returns its file's name. Throws `not_found`, `quality_not_learnt`. */
  readonly write: (cameraId: CameraId, locale: Locale) => Promise<string>;
}

export function createQualityCards(core: Pick<Core, 'store' | 'decoders' | 'dataDir' | 'log' | 'now'>): QualityCards {
  const { store, log, now } = core;

  /** Encoded anew and embedded, so that the sheet needs nothing else; null where the file is gone meanwhile. */
  const picture = async (id: ImageId | undefined, maxSide: number): Promise<string | null> => {
    const file = id === undefined ? null : pictureFile(store.read, id);
    if (file?.path == null) return null;
    try {
      const { bytes, mime } = await renderKnown(core, { ...file, path: file.path }, maxSide);
      return `data:${mime};base64,${Buffer.from(bytes).toString('base64')}`;
    } catch (thrown) {
      log('warn', 'card_without_picture', { imageId: id, ...toErrorData(thrown) });
      return null;
    }
  };

  const build = async (cameraId: CameraId): Promise<QualityCard> => {
    const camera = getCamera(store.read, cameraId);
    if (camera === null) throw new AppError('not_found', { cameraId });
    const versions = quality.listBaselines(store.read, cameraId);
    const [newest] = versions;
    const pictures = newest === undefined ? [] : quality.recentQuality(store.read, cameraId, newest, SOUGHT);
    const learnt = newest === undefined ? null : quality.normalOf(store.read, newest.id);
    if (newest === undefined || learnt === null)
      throw new AppError('quality_not_learnt', { missing: Math.max(1, picturesForBaseline - pictures.length) });
    const { baseline } = learnt;
    const worst = new Map<QualityReason, ImageId>();
    for (const at of summariseQuality(pictures, baseline).flatMap((measure) => measure.worst)) {
      // Each picture once, for the worst that is wrong with it.
      const [reason] = pictures[at] === undefined ? [] : judgeQuality(pictures[at], baseline).reasons;
      const id = pictures[at]?.id;
      if (reason !== undefined && id !== undefined && !worst.has(reason)) worst.set(reason, id);
    }
    const bad = await Promise.all(
      [...worst].slice(0, MOST_BAD).map(async ([reason, id]) => ({ reason, picture: await picture(id, BAD_PX) })),
    );
    const normal = mostNormal(pictures, baseline);
    return {
      camera: camera.name,
      line: listLines(store.read).find(({ id }) => id === camera.lineId)?.name ?? '',
      createdAtMs: now(),
      version: versions.length,
      learntSinceMs: newest.atMs,
      learntFrom: baseline.pictures,
      limits: qualityLimits(baseline),
      good: await picture(normal === null ? undefined : pictures[normal]?.id, GOOD_PX),
      bad,
    };
  };

  return {
    async write(cameraId, locale) {
      const card = await build(cameraId);
      const name = `photo-card-${cameraId}-${stamp(card.createdAtMs)}.html`;
      await replaceFile(join(exportsFolder(core), name), renderQualityCard(card, createTranslator(locale)));
      return name;
    },
  };
}
