import * as v from 'valibot';
import { takenSources } from '#core/domain/taken-at.ts';
import { factSources } from '#core/domain/picture-facts.ts';
import { overlappingShifts } from '#core/domain/shifts.ts';
import { ErrorView } from './error-view.ts';

/*
 * Lot, serial, shift and time of pictures: how they are read from names, and how a person puts them right.
 */

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const atMs = v.pipe(v.number(), v.integer());
/** One line; empty says that there is none. */
const word = v.pipe(v.string(), v.trim(), v.maxLength(80), v.regex(/^[^\p{Cc}]*$/u));
const pattern = v.pipe(v.string(), v.maxLength(1000));
const minute = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(24 * 60 - 1));

export const Shift = v.object({
  name: v.pipe(word, v.minLength(1)),
  startMinute: minute,
  endMinute: minute,
  days: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(6))), v.maxLength(7)),
});

/** At most one shift is under way at any time, and no two share a name; the core names the two that clash. */
export const Shifts = v.pipe(v.array(Shift), v.maxLength(12));

/** Names of two shifts that cannot stand beside each other; null where all can. */
export function clashingShifts(shifts: v.InferOutput<typeof Shifts>): readonly [string, string] | null {
  const again = shifts.find(({ name }, at) => shifts.findIndex((other) => other.name === name) < at);
  return again === undefined ? overlappingShifts(shifts) : [again.name, again.name];
}

const text = v.nullable(v.string());

/** What a real name says by a pattern; `unread`: the part of the pattern that was expected and what stands there instead. */
export const NameReading = v.object({
  name: v.string(),
  fields: v.nullable(
    v.object({
      lot: text,
      serial: text,
      line: text,
      camera: text,
      shift: text,
      /** As it is written on the wall, `yyyy-MM-dd` and `HH:mm:ss`. */
      date: text,
      time: text,
      impossible: v.boolean(),
    }),
  ),
  unread: v.nullable(v.object({ part: v.string(), rest: v.string() })),
});
export type NameReading = v.InferOutput<typeof NameReading>;

export const PatternPreview = v.object({
  /** What is wrong with the pattern itself. */
  problem: v.nullable(ErrorView),
  /** The newest names. */
  rows: v.array(NameReading),
  understood: count,
  of: count,
});
export type PatternPreview = v.InferOutput<typeof PatternPreview>;

export const CameraNaming = v.object({
  pattern: v.nullable(v.string()),
  lineId: id,
  shifts: Shifts,
  /** Pictures are being read anew after a change. */
  redoing: v.boolean(),
  takenSources: v.array(v.object({ source: v.picklist(takenSources), n: count })),
  sideCars: v.object({
    read: count,
    broken: count,
    rows: v.array(v.object({ path: v.string(), error: ErrorView })),
  }),
});
export type CameraNaming = v.InferOutput<typeof CameraNaming>;

const factSource = v.nullable(v.picklist(factSources));

export const FactsView = v.object({
  lot: text,
  lotSource: factSource,
  serial: text,
  serialSource: factSource,
  shift: text,
  shiftSource: factSource,
  line: text,
  camera: text,
  takenAtMs: atMs,
  takenSource: v.picklist(takenSources),
  /** `yyyy-MM-dd`. */
  productionDay: v.string(),
  /** Names of the line's shifts, to choose from. */
  shifts: v.array(v.string()),
});
export type FactsView = v.InferOutput<typeof FactsView>;

/** Absent: as it is. null: back to what the file says. Empty: there is none. */
const change = v.optional(v.nullable(word));

export const metadataInputs = {
  camera: v.object({ cameraId: id }),
  pattern: v.object({ cameraId: id, pattern }),
  shifts: v.object({ lineId: id, shifts: Shifts }),
  picture: v.object({ imageId: id }),
  edit: v.object({
    imageIds: v.pipe(v.array(id), v.minLength(1), v.maxLength(1000)),
    lot: change,
    serial: change,
    shift: change,
    takenAtMs: v.optional(v.nullable(v.pipe(atMs, v.minValue(Date.UTC(1990, 0, 1)), v.maxValue(Date.UTC(2100, 0, 1))))),
  }),
};
