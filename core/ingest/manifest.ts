import { existsSync } from 'node:fs';
import { join, normalize, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CsvError, parse } from 'csv-parse/sync';
import type { ImageId } from '#core/domain/ids.ts';
import { AppError } from '#core/contract/errors.ts';
import { addClass, listClasses } from '#core/store/classes.ts';
import type { Reader } from '#core/store/handle.ts';
import { addLabels, labelledPictures, type NewLabel } from '#core/store/labels.ts';
import { imageViews } from '#core/store/image-views.ts';
import { imageAtPath } from '#core/store/images.ts';
import type { Store } from '#core/store/open.ts';
import { isQuarantined } from '#core/store/quarantine.ts';
import { setSplit } from '#core/store/splits.ts';
import { parseBoxes, toRegions, type PixelBox } from './manifest-regions.ts';

/** One line of a manifest: what somebody says of a picture. */
export interface ManifestRow {
  /** Line of the file, counted from 1, for messages. */
  readonly line: number;
  /** As written: relative to the pictures' folder. */
  readonly path: string;
  readonly className: string;
  readonly isDefect: boolean;
  readonly group: string | null;
  readonly split: 'train' | 'test' | null;
  /** Where the defect is; empty where the line does not say. */
  readonly boxes: readonly PixelBox[];
}

/** Names that mean "good" where a manifest has no column `is_defect`. */
const goodNames = /^(good|ok|normal|pass|passed|良品|良|正常|合格)$/i;

const yes: ReadonlySet<string> = new Set(['1', 'true', 'yes']);
const no: ReadonlySet<string> = new Set(['0', 'false', 'no']);

const invalid = (line: number, column: string): AppError => new AppError('csv_invalid', { line, column });

type Cells = Readonly<Record<string, string | undefined>>;

/** Control characters in a name would break every list that shows it. */
const isPlain = (text: string): boolean => text !== '' && text.length <= 4096 && !/\p{Cc}/u.test(text);

function parseDefect(cells: Cells, className: string, line: number): boolean {
  const text = cells['is_defect'];
  if (text === undefined) return !goodNames.test(className);
  const value = text.toLowerCase();
  if (yes.has(value)) return true;
  if (no.has(value)) return false;
  throw invalid(line, 'is_defect');
}

function parseRow(cells: Cells, line: number): ManifestRow {
  const { path = '', class: className = '', group = '', split = '', region = '' } = cells;
  if (!isPlain(path)) throw invalid(line, 'path');
  if (!isPlain(className) || className.length > 80) throw invalid(line, 'class');
  if (split !== '' && split !== 'train' && split !== 'test') throw invalid(line, 'split');
  const isDefect = parseDefect(cells, className, line);
  const boxes = parseBoxes(region);
  if (boxes === null || (boxes.length > 0 && !isDefect)) throw invalid(line, 'region');
  return {
    line,
    path,
    className,
    isDefect,
    group: group === '' ? null : group,
    split: split === '' ? null : split,
    boxes,
  };
}

/** One class means one thing, and one path has one line: the line that says otherwise is named. */
function checkAgreement(rows: readonly ManifestRow[]): void {
  const meaning = new Map<string, boolean>();
  const paths = new Set<string>();
  for (const { line, path, className, isDefect } of rows) {
    if ((meaning.get(className) ?? isDefect) !== isDefect) throw invalid(line, 'is_defect');
    meaning.set(className, isDefect);
    const key = normalize(path);
    if (paths.has(key)) throw invalid(line, 'path');
    paths.add(key);
  }
}

/**
 * Parses a manifest: CSV (RFC 4180) with the columns path, class and optionally is_defect, group, split and region ("x y w h"
 * in pixels of the picture, several separated by ";"), in any order; others are passed over. Throws `csv_invalid` with the line and the column (empty where the line itself cannot be read).
 */
export function parseManifest(csvText: string): ManifestRow[] {
  let records: { record: Cells; info: { lines: number } }[];
  let header: string[] = [];
  try {
    records = parse(csvText, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      info: true,
      columns: (names: string[]) => (header = names.map((name) => name.toLowerCase())),
    }) as unknown as typeof records;
  } catch (cause) {
    const line = cause instanceof CsvError && typeof cause['lines'] === 'number' ? cause['lines'] : 1;
    throw new AppError('csv_invalid', { line, column: '' }, { cause });
  }
  for (const column of ['path', 'class']) if (!header.includes(column)) throw invalid(1, column);
  const rows = records.map(({ record, info }) => parseRow(record, info.lines));
  checkAgreement(rows);
  return rows;
}

/** Text of a manifest file: UTF-8, otherwise Shift-JIS, which Japanese spreadsheets still write. Throws `csv_invalid`. */
export function decodeManifest(bytes: Uint8Array): string {
  const decode = (encoding: string): string => new TextDecoder(encoding, { fatal: true }).decode(bytes);
  try {
    return decode('utf-8');
  } catch {
    try {
      return decode('shift_jis');
    } catch (cause) {
      throw new AppError('csv_invalid', { line: 1, column: '' }, { cause });
    }
  }
}

export interface ManifestApplied {
  /** Pictures that got their class, group and split. */
  readonly pictures: number;
  /** Lines whose picture is broken and stays on the list of those. */
  readonly broken: number;
}

/**
 * Finds the mistakes of a manifest that can be found without reading a picture, so that they are known before an hour of
 * ingest. Throws `csv_invalid`, and `csv_unknown_path` for the first line that names no file.
 */
export function checkManifest(folder: string, csvText: string): void {
  for (const { path, line } of parseManifest(csvText))
    if (!existsSync(join(folder, path))) throw new AppError('csv_unknown_path', { path, line });
}

/** The pictures of the lines. Throws `csv_unknown_path` for the first line whose file is no picture of the folder. */
function resolveRows(db: Reader, folder: string, rows: readonly ManifestRow[]) {
  const found = new Map<ImageId, ManifestRow>();
  let broken = 0;
  for (const row of rows) {
    const path = join(folder, row.path);
    const imageId = imageAtPath(db, path);
    if (imageId === null) {
      if (!isQuarantined(db, path)) throw new AppError('csv_unknown_path', { path: row.path, line: row.line });
      broken++;
      continue;
    }
    // The same bytes under two names are one picture: its first line counts, but one that only measures never teaches.
    const other = found.get(imageId);
    if (other === undefined) found.set(imageId, row);
    else if (row.split === 'test') found.set(imageId, { ...other, split: 'test' });
  }
  return { found, broken };
}

/**
 * Gives the pictures of an admitted folder the classes, groups and splits of a manifest, in one transaction: all of it or,
 * where it throws, nothing. Labels that stand already are not repeated. Throws `csv_invalid`, `csv_unknown_path`, and
 * `bad_input` where a class of that name means the opposite in the store.
 *
 * @param folder the real path that the paths are relative to
 */
export function applyManifest(
  store: Store,
  folder: string,
  csvText: string,
  by: { readonly who: string; readonly atMs: number },
): ManifestApplied {
  const rows = parseManifest(csvText);
  const db = store.write;
  return db.transaction(() => {
    const { found, broken } = resolveRows(db, resolve(folder), rows);
    for (const [name, isDefect] of new Map(rows.map((row) => [row.className, row.isDefect])))
      addClass(db, { name, isGood: !isDefect, atMs: by.atMs });
    const classes = new Map(listClasses(db).map((entry) => [entry.name, entry.id]));
    const standing = new Map(labelledPictures(db).map((label) => [label.imageId, label]));
    const sizes = new Map(imageViews(db, [...found.keys()]).map((view) => [view.id, view]));
    const labels: NewLabel[] = [];
    for (const [imageId, { className, split, group, boxes, line }] of found) {
      setSplit(db, imageId, split, group);
      const classId = classes.get(className) ?? null;
      const size = sizes.get(imageId);
      const regions = size ? toRegions(boxes, size) : [];
      if (regions === null) throw invalid(line, 'region');
      const label = standing.get(imageId);
      const isNew = label?.classId !== classId || (regions.length > 0 && !isDeepStrictEqual(label.regions, regions));
      if (isNew) labels.push({ imageId, classId, source: 'csv', ...by, ...(regions.length > 0 ? { regions } : {}) });
    }
    addLabels(db, labels);
    return { pictures: found.size, broken };
  });
}
