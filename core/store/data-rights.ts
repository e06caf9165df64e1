import { AppError } from '#core/contract/errors.ts';
import { localDay } from '#core/domain/days.ts';
import { lacksOf, mayTeach, rightLacks, rightState } from '#core/domain/data-right.ts';
import type { RightDeclaration, RightLack, RightState, RightWord } from '#core/domain/data-right.ts';
import type { CameraId, ImageId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';

/*
 * The register of data rights: one data set for each camera's folder, removed ones too as long as pictures of theirs are there.
 */

/** What was said of a data set, and by whom. */
export interface RightVersion extends RightDeclaration {
  readonly id: number;
  readonly word: RightWord;
  readonly reason: string;
  readonly who: string;
  readonly atMs: number;
}

export interface DataSet {
  readonly cameraId: CameraId;
  readonly name: string;
  readonly folder: string;
  /** Pictures that are still there. */
  readonly pictures: number;
  readonly state: RightState;
  /** The last day of grace; null: none. */
  readonly graceUntil: string | null;
  readonly missing: readonly RightLack[];
  /** What holds; null: nobody said anything. */
  readonly newest: RightVersion | null;
}

/** Nothing said of a data set yet. */
export const unsaid: RightDeclaration = {
  ...{ owner: '', purpose: '', people: 'unknown', customerParts: 'unknown', customer: '' },
  ...{ basis: 'none', basisNote: '', basisDay: '', keepUntil: '' },
};

const columns = `id, word, owner, purpose, people, customer_parts AS customerParts, customer, basis, basis_note AS basisNote,
  basis_day AS basisDay, keep_until AS keepUntil, reason, who, at_ms AS atMs`;

/** Everything that was said of a data set, the newest first. */
export function rightVersions(db: Reader, cameraId: CameraId): RightVersion[] {
  return db.all<RightVersion>(`SELECT ${columns} FROM data_right WHERE camera_id = ? ORDER BY id DESC`, cameraId);
}

/** Records a person's word, or the program's own on what it made itself. */
export function sayRight(
  db: Writer,
  cameraId: CameraId,
  said: RightDeclaration & Pick<RightVersion, 'word' | 'reason' | 'who' | 'atMs'>,
): void {
  db.run(
    `INSERT INTO data_right (camera_id, word, owner, purpose, people, customer_parts, customer, basis, basis_note, basis_day,
       keep_until, reason, who, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[cameraId, said.word, said.owner, said.purpose, said.people, said.customerParts, said.customer],
    ...[said.basis, said.basisNote, said.basisDay, said.keepUntil, said.reason, said.who, said.atMs],
  );
}

/** The register on the day of `atMs`: cameras that are there and removed ones that have pictures, in the order they were added. */
export function dataSets(db: Reader, atMs: number): DataSet[] {
  const today = localDay(atMs);
  const newest = new Map(
    db
      .all<RightVersion & { cameraId: CameraId }>(`SELECT camera_id AS cameraId, ${columns} FROM current_data_right`)
      .map(({ cameraId, ...version }) => [cameraId, version]),
  );
  return db
    .all<Pick<DataSet, 'cameraId' | 'name' | 'folder' | 'pictures' | 'graceUntil'>>(
      `SELECT c.id AS cameraId, c.name, c.folder, g.until_day AS graceUntil,
         (SELECT count(*) FROM image i WHERE i.camera_id = c.id)
           - (SELECT count(*) FROM deleted_picture d JOIN image i ON i.id = d.image_id WHERE i.camera_id = c.id) AS pictures
       FROM camera c LEFT JOIN data_right_grace g ON g.camera_id = c.id
       WHERE c.removed_at_ms IS NULL OR EXISTS (SELECT 1 FROM image i WHERE i.camera_id = c.id)
       ORDER BY c.id`,
    )
    .map((set) => {
      const said = newest.get(set.cameraId) ?? null;
      return {
        ...set,
        state: rightState(said, today, set.graceUntil),
        missing: lacksOf(said ?? unsaid),
        newest: said,
      };
    });
}

/** Who may clear; empty: whoever is named in the settings. */
export function clearers(db: Reader): string[] {
  const names = db.value<string>('SELECT names FROM data_right_clearer ORDER BY id DESC LIMIT 1') ?? '';
  return names === '' ? [] : names.split('\n');
}

export function setClearers(db: Writer, names: readonly string[], by: { readonly who: string; readonly atMs: number }) {
  db.run('INSERT INTO data_right_clearer (names, who, at_ms) VALUES (?, ?, ?)', names.join('\n'), by.who, by.atMs);
}

/** Data sets of these pictures that may not teach. */
function blocked(db: Reader, ids: readonly number[], atMs: number): DataSet[] {
  const cameras = new Set(
    db
      .all<{ id: CameraId }>(
        'SELECT DISTINCT camera_id AS id FROM image WHERE id IN (SELECT value FROM json_each(?))',
        JSON.stringify(ids),
      )
      .map(({ id }) => id),
  );
  return dataSets(db, atMs).filter(({ cameraId, state }) => cameras.has(cameraId) && !mayTeach(state));
}

/** What is missing as parameters of an error's words: yes or no for each, since words are made by whoever shows them. */
export const lackWords = (missing: readonly RightLack[]): Record<RightLack | 'lacks', string | number> => {
  const words = Object.fromEntries(rightLacks.map((what) => [what, missing.includes(what) ? 'yes' : 'no']));
  return { ...(words as Record<RightLack, string>), lacks: missing.length };
};

/**
 * Refuses to let pictures teach whose data set nobody cleared.
 *
 * @throws AppError `right_missing` with the first data set, how many more there are, its state, what is missing ({@link lackWords})
 * and who can clear it (empty: whoever is named in the settings)
 */
export function checkRights(db: Reader, ids: readonly number[], atMs: number): void {
  const [first, ...others] = blocked(db, ids, atMs);
  if (first === undefined) return;
  const names = clearers(db);
  throw new AppError('right_missing', {
    ...{ dataSet: first.name, cameraId: first.cameraId, others: others.length, state: first.state },
    ...{
      who: names.join(', '),
      named: names.length > 0 ? 'yes' : 'no',
      until: first.newest?.keepUntil ?? '',
      ...lackWords(first.missing),
    },
  });
}

/** The pictures without those of data sets in a state. */
function without<Row extends { readonly id: ImageId }>(
  db: Reader,
  rows: readonly Row[],
  atMs: number,
  isOut: (state: RightState) => boolean,
): Row[] {
  const not = new Set(dataSets(db, atMs).flatMap(({ cameraId, state }) => (isOut(state) ? [cameraId] : [])));
  if (not.size === 0) return [...rows];
  const left = new Set(
    db
      .all<{ id: ImageId }>(
        `SELECT id FROM image WHERE id IN (SELECT value FROM json_each(?1))
           AND camera_id IN (SELECT value FROM json_each(?2))`,
        ...[JSON.stringify(rows.map(({ id }) => id)), JSON.stringify([...not])],
      )
      .map(({ id }) => id),
  );
  return rows.filter(({ id }) => !left.has(id));
}

/** Those of the pictures that may teach: for what likens by itself, where nobody is there to be refused. */
export const mayTeachOf = <Row extends { readonly id: ImageId }>(
  db: Reader,
  rows: readonly Row[],
  atMs: number,
): Row[] => without(db, rows, atMs, (state) => !mayTeach(state));

/** The pictures without those of data sets that are set apart. */
export const notApart = <Row extends { readonly id: ImageId }>(db: Reader, rows: readonly Row[], atMs: number): Row[] =>
  without(db, rows, atMs, (state) => state === 'apart');
