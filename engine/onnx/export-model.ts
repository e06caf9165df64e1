import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ExportModelEvent, ExportModelInput, ParityRow } from '#core/contract/engine-export.ts';
import { AppError, writeFailure } from '#core/contract/errors.ts';
import { readImagesFile } from '../images-file.ts';
import type { Failed } from '../learn/look.ts';
import { borrowModel } from '../learn/resident-model.ts';
import { openTensorFlow } from '../tf.ts';
import { OPSET } from './onnx-graph.ts';
import { compareExported, openExported } from './parity.ts';
import { scoringOnnx } from './scoring-graph.ts';

/**
 * Writes a model as one ONNX graph, and compares it with the app on pictures of the line. The file has its name only once every
 * answer was the same; otherwise nothing is left.
 *
 * @throws AppError `export_differs`, `export_area`, `needs_images` where no picture could be read, `disk_full`, `write_failed`, and what reading
 * a model throws; the signal's reason
 */
export async function* exportModel(
  { model: modelFile, imagesFile, outFile, metadata, version }: ExportModelInput,
  signal: AbortSignal,
): AsyncGenerator<ExportModelEvent> {
  await openTensorFlow();
  const images = await readImagesFile(imagesFile);
  const resident = await borrowModel(modelFile);
  const temporary = `${outFile}.tmp`;
  try {
    yield { kind: 'progress', phase: 'exporting', done: 0, total: images.length };
    const bytes = scoringOnnx(resident.model, metadata, version);
    await written(temporary, bytes);
    const session = await openExported(temporary);
    const rows: ParityRow[] = [];
    const failed: Failed[] = [];
    try {
      for await (const row of compareExported(resident, session, images, failed, signal)) {
        rows.push(row);
        yield { kind: 'progress', phase: 'comparing', done: rows.length + failed.length, total: images.length };
      }
    } finally {
      await session.release();
    }
    if (rows.length === 0) throw new AppError('needs_images', { have: 0, need: 1 });
    signal.throwIfAborted();
    await rename(temporary, outFile);
    const { channels, normalisation, config } = resident.model.encoder;
    yield {
      kind: 'done',
      ...{ sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length, opset: OPSET },
      ...{ rows, failed, normalisation, channels, width: config.width },
    };
  } finally {
    await rm(temporary, { force: true });
    await resident.release();
  }
}

async function written(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  } catch (cause) {
    throw writeFailure(file, cause);
  }
}
