import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import { ImageRow, type DefectRegion } from '#core/contract/engine.ts';
import type { ClassView } from '#core/contract/views.ts';
import { marksThatShow, markWithin } from '#core/domain/defect-marks.ts';
import type { Box } from '#core/domain/inspection-area.ts';
import type { PictureRow } from '#core/store/images.ts';
import type { ReadyRows } from './job.ts';

/** The classes as the engine knows them: by position. */
export interface ClassList {
  /** Position of each class id; all good classes share one, since the engine tells good from each kind of defect. */
  readonly positions: ReadonlyMap<number, number>;
  readonly names: string[];
  /** By position: the class whose name that is. */
  readonly ids: readonly number[];
  /** Position of the good class, null where every class is a defect type. */
  readonly goodClass: number | null;
}

/** Classes in use that hold a label, in the order given. */
export function classList(classes: readonly ClassView[]): ClassList {
  const positions = new Map<number, number>();
  const names: string[] = [];
  const ids: number[] = [];
  let goodClass: number | null = null;
  for (const { id, name, isGood, labels } of classes) {
    if (labels === 0) continue;
    if (isGood && goodClass !== null) {
      positions.set(id, goodClass);
      continue;
    }
    if (isGood) goodClass = names.length;
    positions.set(id, names.length);
    names.push(name);
    ids.push(id);
  }
  return { positions, names, ids, goodClass };
}

/** Without the pictures of classes that are no longer in use: as unlabelled ones they would be presumed good. */
export function withoutRetired<Row extends { readonly classId: number | null }>(
  rows: readonly Row[],
  { positions }: ClassList,
): Row[] {
  return rows.filter(({ classId }) => classId === null || positions.has(classId));
}

/** Rows for the engine, each with its decoded file. Throws `pixels_lost` where one of these cannot be read any more. */
export async function* readyRows(
  { rows, file, inspected }: Pick<ReadyRows, 'rows' | 'file' | 'inspected'>,
  toRow: (row: PictureRow, inspected: Box | null) => ImageRow,
): AsyncGenerator<ImageRow> {
  for (const row of rows) {
    // Nothing but marked regions asks where the file's pixels lie.
    const place = row.regions.length === 0 ? null : await inspected(row);
    yield { ...toRow(row, place), pixels: file(row) };
  }
}

/** The picture without its label. */
export function unlabelled({ id, path, page, group, split }: PictureRow): ImageRow {
  return { id, path, page, group, ...(split === null ? {} : { split }) };
}

/**
 * The picture with its label as a position in `classes`; unlabelled and set-aside pictures stay so. Marked regions are told in
 * shares of what is inspected; one that lies outside says nothing.
 *
 * @param inspected what of the picture that is; null: all
 */
export function labelled(row: PictureRow, classes: ClassList, inspected: Box | null): ImageRow {
  const classIndex = row.classId === null ? undefined : classes.positions.get(row.classId);
  const shown = marksThatShow(row.regions, row);
  const regions = shown.flatMap((mark) => (markWithin(mark, inspected, row) as DefectRegion | null) ?? []);
  const marked = regions.length > 0 ? { regions } : {};
  return {
    ...unlabelled(row),
    ...(classIndex === undefined ? {} : { classIndex, isDefect: row.isDefect === true, ...marked }),
  };
}

/** Writes rows as NDJSON, one picture a line, without holding them or their text; the file is there whole or not at all. */
export async function writeImagesFile(file: string, rows: AsyncIterable<ImageRow>): Promise<void> {
  const temporary = `${file}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  await pipeline(
    (async function* lines() {
      for await (const row of rows) yield `${JSON.stringify(row)}\n`;
    })(),
    createWriteStream(temporary),
  );
  await rename(temporary, file);
}

/** The rows of a file that {@link writeImagesFile} wrote. */
export async function readImagesFile(file: string): Promise<ImageRow[]> {
  const rows: ImageRow[] = [];
  for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity }))
    rows.push(v.parse(ImageRow, JSON.parse(line)));
  return rows;
}
