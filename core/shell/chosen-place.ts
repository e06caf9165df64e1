import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { locale } from '../contract/views.ts';
import { writeOwnWhole } from '#core/disk/whole-file.ts';

const ChosenPlace = v.object({ dataDir: v.pipe(v.string(), v.minLength(1)), locale });
/** What was chosen at the first start: where the pilot's data lies, and the language of the first window. */
export type ChosenPlace = v.InferOutput<typeof ChosenPlace>;

const fileOf = (home: string): string => join(home, 'place.json');

/** The choice of a former start; null where there was none or its file is no longer readable. */
export function readChosenPlace(home: string): ChosenPlace | null {
  try {
    const parsed = v.safeParse(ChosenPlace, JSON.parse(readFileSync(fileOf(home), 'utf8')));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

export function writeChosenPlace(home: string, place: ChosenPlace): void {
  writeOwnWhole(fileOf(home), `${JSON.stringify(place)}\n`);
}

/** Whether a pilot lies in a folder. */
export const holdsPilot = (folder: string): boolean => existsSync(join(folder, 'minarai.db'));
