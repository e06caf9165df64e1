import { relative, sep } from 'node:path';
import type { CameraId } from '#core/domain/ids.ts';
import { compilePattern, readName, type NamePattern } from '#core/domain/name-pattern.ts';
import { pictureFacts } from '#core/domain/picture-facts.ts';
import type { Shift } from '#core/domain/shifts.ts';
import type { Writer } from '#core/store/handle.ts';
import { cameraPlace, namePattern, shiftCalendar } from '#core/store/naming.ts';
import { standingEdits, storePictureMeta, type PictureOrigin } from '#core/store/picture-facts.ts';
import { sideCarFacts } from '#core/store/side-cars.ts';
import { contains } from './folder.ts';
import { stemOf } from './names.ts';

interface CameraRules {
  readonly folder: string;
  readonly pattern: NamePattern | null;
  readonly shifts: readonly Shift[];
}

/** A path relative to the camera's folder, `/` between folders; of one that lies elsewhere its last part. */
export function insideFolder(folder: string, path: string): string {
  return contains(folder, path) ? relative(folder, path).split(sep).join('/') : (path.split(sep).at(-1) ?? path);
}

/** {@link insideFolder} as patterns and side-cars name it: NFC, whatever the disk has. */
export const nameIn = (folder: string, path: string): string => insideFolder(folder, path).normalize('NFC');

/**
 * Derives what is known of pictures beside what they show, by the patterns, calendars and side-cars of the moment: made for one
 * transaction, so that nothing of it can be out of date.
 */
export class Describer {
  readonly #db: Writer;
  readonly #rules = new Map<CameraId, CameraRules>();

  constructor(db: Writer) {
    this.#db = db;
  }

  #rulesOf(cameraId: CameraId): CameraRules {
    let rules = this.#rules.get(cameraId);
    if (rules === undefined) {
      const place = cameraPlace(this.#db, cameraId);
      const source = namePattern(this.#db, cameraId);
      const compiled = source === null ? null : compilePattern(source);
      rules = {
        folder: place?.folder ?? '',
        pattern: compiled?.ok === true ? compiled.pattern : null,
        shifts: place === null ? [] : shiftCalendar(this.#db, place.lineId),
      };
      this.#rules.set(cameraId, rules);
    }
    return rules;
  }

  describe(picture: PictureOrigin): void {
    const { imageId, cameraId, path, exifAtMs, fileAtMs, seenAtMs } = picture;
    const { folder, pattern, shifts } = this.#rulesOf(cameraId);
    const name = nameIn(folder, path);
    const stem = stemOf(name);
    const said = pattern === null ? null : readName(pattern, name);
    const sideCar = sideCarFacts(this.#db, cameraId, stem);
    const edits = standingEdits(this.#db, imageId);
    const facts = pictureFacts({ name: said, sideCar, exifAtMs, fileAtMs, seenAtMs, edits, shifts });
    const matched = pattern === null ? null : said !== null;
    storePictureMeta(this.#db, { imageId, cameraId, name, stem, exifAtMs, matched, ...facts });
  }
}
