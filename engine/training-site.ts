import { join } from 'node:path';
import type { ImageRow, PretrainConfig, PretrainEvent } from '#core/contract/engine.ts';
import { AppError, toErrorData } from '#core/contract/errors.ts';
import { RAW_EXTENSION, readRawHeader, writeRawPicture } from '#core/imaging/raw-picture.ts';
import type { RawHeader } from '#core/imaging/raw-picture.ts';
import type { Checkpoint } from './checkpoint.ts';
import { readImagesFile } from './images-file.ts';
import type { Normalisation } from './normalise.ts';
import { readPicture } from './pictures.ts';
import { pixelsLost } from '#core/imaging/pixels-lost.ts';
import { chooseChannels, NormalisationFit } from './read-pictures.ts';
import { TrainingPictures } from './training-pictures.ts';

/** What a run trains on. */
export interface TrainingSite {
  readonly channels: 1 | 3;
  readonly normalisation: Normalisation;
  readonly pictures: TrainingPictures;
}

/** Pictures looked at together: heads of decoded files are small, but pictures that are decoded here may be large. */
const AT_ONCE = { decoded: 64, whole: 4 };
const EVENT_EVERY_MS = 260;

interface Options {
  readonly imagesFile: string;
  /** Where pictures whose rows name no decoded file are put, decoded; the caller removes the folder. */
  readonly scratch: string;
  readonly config: PretrainConfig;
  readonly saved: Checkpoint | undefined;
  readonly signal: AbortSignal;
  /** The rows are one worker's share of the pictures, of which there are others each time. */
  readonly isShare?: boolean;
}

/**
 * Finds the decoded file of every row but the test rows, of which only the head is read; broken pictures are named in the
 * events and left out.
 *
 * @throws AppError `needs_images` when no picture can be used; `bad_input` when a resumed run began with others; `pixels_lost`;
 * `disk_full`, `write_failed`
 */
export async function* readSite(options: Options): AsyncGenerator<PretrainEvent, TrainingSite> {
  const { imagesFile, scratch, config, saved, signal, isShare = false } = options;
  const rows = (await readImagesFile(imagesFile)).filter((row) => row.split !== 'test');
  const channels = saved?.meta.encoder.channels ?? config.channels ?? (await chooseChannels(rows, signal));
  const pictures = new TrainingPictures(rows.length);
  const fit = new NormalisationFit();
  let failed: { id: number; code: string }[] = [];
  let toldAt = performance.now();
  for (let done = 0; done < rows.length;) {
    signal.throwIfAborted();
    const next = rows.slice(done, done + (rows[done]?.pixels === undefined ? AT_ONCE.whole : AT_ONCE.decoded));
    const scratchFile = (index: number) => join(scratch, `${done + index}${RAW_EXTENSION}`);
    const found = await Promise.all(next.map((row, index) => findPixels(row, channels, scratchFile(index))));
    for (const result of found) {
      if ('code' in result) {
        failed.push(result);
        continue;
      }
      pictures.add(result.file, result.header);
      fit.add(result.header);
    }
    done += next.length;
    if (done === rows.length || performance.now() - toldAt > EVENT_EVERY_MS) {
      yield { kind: 'reading', done, total: rows.length, failed };
      failed = [];
      toldAt = performance.now();
    }
  }
  if (pictures.size === 0) throw new AppError('needs_images', { have: 0, need: 1 });
  if (saved && !isShare && saved.meta.progress.pictures !== pictures.size) {
    const { pictures: had } = saved.meta.progress;
    throw new AppError('bad_input', { reason: 'pictures_changed', had, has: pictures.size });
  }
  return { channels, normalisation: saved?.meta.normalisation ?? fit.result(), pictures };
}

type Found = { readonly file: string; readonly header: RawHeader } | { readonly id: number; readonly code: string };

/** The row's decoded file where it has the right channels, otherwise the picture decoded here into `scratchFile`. */
async function findPixels(row: ImageRow, channels: 1 | 3, scratchFile: string): Promise<Found> {
  const { pixels } = row;
  if (pixels !== undefined) {
    const header = await readRawHeader(pixels).catch((cause: unknown) => {
      throw pixelsLost(pixels, cause);
    });
    if (header.channels === channels) return { file: pixels, header };
  }
  const picture = await readPicture(row, channels).catch((thrown: unknown) => {
    const { code } = toErrorData(thrown);
    if (code === 'pixels_lost') throw thrown;
    return { id: row.id, code };
  });
  if ('code' in picture) return picture;
  return { file: scratchFile, header: await writeRawPicture(scratchFile, picture) };
}
