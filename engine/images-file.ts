import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { ImageRow } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';

/**
 * Rows of an images file (NDJSON, one {@link ImageRow} a line; empty lines are skipped).
 *
 * @throws AppError `not_found`; `bad_input` with the path and line of the first row that is not one
 */
export async function readImagesFile(path: string): Promise<ImageRow[]> {
  const rows: ImageRow[] = [];
  let line = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
      line += 1;
      if (text.trim() !== '') rows.push(v.parse(ImageRow, JSON.parse(text)));
    }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new AppError('not_found', { path }, { cause });
    }
    if (cause instanceof SyntaxError || cause instanceof v.ValiError) {
      throw new AppError('bad_input', { path, line }, { cause });
    }
    throw cause;
  }
  return rows;
}
