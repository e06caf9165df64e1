import * as v from 'valibot';
import { currencies } from '#core/domain/currency.ts';
import { sampleNote, sampleRoles } from './book.ts';
import { description } from './classes.ts';
import { Regions } from './engine.ts';
import { LineEncoder, lineHead, Sha256 } from './exchange.ts';
import { InspectionArea } from './inspection-area.ts';
import { Shifts } from './metadata.ts';
import { name } from './views.ts';
import { WatchingSettings } from './watching.ts';
import { whatIfInputs } from './what-if.ts';

/*
 * A line as a file for another line, *.minarai-line: what its people settled, its limit samples and what it has learnt to see. No
 * person, PIN or secret, no folder and no picture but limit samples has a place in it. A file of another line is untrusted: it is parsed
 * wherever it is read.
 */

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const finite = v.pipe(v.number(), v.finite());
const text = v.pipe(v.string(), v.maxLength(200), v.regex(/^[^\p{Cc}]*$/u));
const few = <Item extends v.GenericSchema>(item: Item, most: number) => v.pipe(v.array(item), v.maxLength(most));

/** Form of the file; a larger number is a newer app's. */
export const LINE_FILE_VERSION = 1;
/** Pictures of limit samples in one file. */
export const MOST_SAMPLES = 300;

/** What of a line can be copied and taken over, each by itself; message keys `rollout.section.<name>`. */
export const lineSections = [
  'classes',
  'samples',
  'cameras',
  'shifts',
  'aims',
  'costs',
  'work',
  'keys',
  'encoder',
] as const;
export type LineSection = (typeof lineSections)[number];

const LineClass = v.pipe(
  v.object({
    name,
    isGood: v.boolean(),
    key: v.nullable(v.picklist(['1', '2', '4', '5', '6', '7', '8', '9'])),
    description,
  }),
  v.check(({ isGood, key }) => key === null || isGood === (key === '1'), 'a key of the other kind'),
);
export type LineClass = v.InferOutput<typeof LineClass>;

const LineSample = v.object({
  /** Name of its class. */
  kind: name,
  role: v.picklist(sampleRoles),
  note: sampleNote,
  regions: Regions,
  /** Of the picture in the file, pixels. */
  width: v.pipe(id, v.maxValue(4096)),
  height: v.pipe(id, v.maxValue(4096)),
  sha256: Sha256,
});
export type LineSample = v.InferOutput<typeof LineSample>;

/** What belongs to a camera and not to the folder that it writes to. */
export const LineCamera = v.object({
  name,
  area: v.nullable(InspectionArea),
  files: v.pick(WatchingSettings, ['include', 'exclude', 'maxDepth']),
  /** By which lot, serial and time are read from names; null: none. */
  pattern: v.nullable(v.pipe(v.string(), v.maxLength(1000))),
});
export type LineCamera = v.InferOutput<typeof LineCamera>;

const LineShifts = v.object({ shifts: Shifts, auditedPerShift: v.nullable(v.pipe(id, v.maxValue(500))) });
export type LineShifts = v.InferOutput<typeof LineShifts>;

/** What people entered of costs and times; counted figures are the other line's own. */
const LineCosts = v.object({
  currency: v.picklist(currencies),
  inputs: v.pipe(
    v.record(text, v.object({ value: finite, low: v.exactOptional(finite), high: v.exactOptional(finite) })),
    v.check((inputs) => Object.keys(inputs).length <= 100, 'too many'),
  ),
});
export type LineCosts = v.InferOutput<typeof LineCosts>;

const LineWork = v.object({ autoScore: v.boolean(), autoTeach: v.boolean() });

/** Physical keys of what is done while judging, where they are not the usual ones. */
export const LineKeys = v.pipe(
  v.record(v.pipe(v.string(), v.regex(/^[A-Za-z0-9]{1,30}$/)), v.pipe(v.string(), v.regex(/^[A-Za-z0-9]{1,30}$/))),
  v.check((keys) => Object.keys(keys).length <= 100, 'too many'),
);
export type LineKeys = v.InferOutput<typeof LineKeys>;

/** A section that is absent was left out by whoever copied the line. */
export const LineCard = v.object({
  ...lineHead,
  classes: v.exactOptional(
    v.pipe(
      few(LineClass, 200),
      v.check((classes) => new Set(classes.map((one) => one.name)).size === classes.length, 'a name twice'),
    ),
  ),
  samples: v.exactOptional(few(LineSample, MOST_SAMPLES)),
  cameras: v.exactOptional(few(LineCamera, 100)),
  shifts: v.exactOptional(LineShifts),
  aims: v.exactOptional(whatIfInputs.aims),
  costs: v.exactOptional(LineCosts),
  work: v.exactOptional(LineWork),
  keys: v.exactOptional(LineKeys),
  encoder: v.exactOptional(LineEncoder),
});
export type LineCard = v.InferOutput<typeof LineCard>;
