import { shiftAt, type Shift } from './shifts.ts';
import type { NameFields } from './name-pattern.ts';
import { takenAt, type TakenSource } from './taken-at.ts';

export const factSources = ['person', 'name', 'side_car', 'calendar'] as const;
export type FactSource = (typeof factSources)[number];

/** What of a picture a person may put right. */
export const editableFacts = ['lot', 'serial', 'shift', 'takenAt'] as const;
export type EditableFact = (typeof editableFacts)[number];

/** What a side-car says of a picture; null where it says nothing. */
export interface SideCarFacts {
  readonly lot: string | null;
  readonly serial: string | null;
  readonly line: string | null;
  readonly camera: string | null;
  readonly shift: string | null;
  readonly takenAtMs: number | null;
}

export interface FactInputs {
  readonly name: NameFields | null;
  readonly sideCar: SideCarFacts | null;
  readonly exifAtMs: number | null;
  readonly fileAtMs: number;
  readonly seenAtMs: number;
  /** A person's word; an empty text says that there is none. */
  readonly edits: {
    readonly lot?: string;
    readonly serial?: string;
    readonly shift?: string;
    readonly takenAtMs?: number;
  };
  readonly shifts: readonly Shift[];
}

export interface PictureFacts {
  readonly lot: string | null;
  readonly lotSource: FactSource | null;
  readonly serial: string | null;
  readonly serialSource: FactSource | null;
  readonly shift: string | null;
  readonly shiftSource: FactSource | null;
  readonly line: string | null;
  readonly camera: string | null;
  readonly takenAtMs: number;
  readonly takenSource: TakenSource;
}

interface Fact {
  readonly value: string | null;
  readonly source: FactSource | null;
}

/** A person's word, then the name's, then the side-car's. */
function fact(key: 'lot' | 'serial' | 'shift', { edits, name, sideCar }: FactInputs): Fact {
  const said = edits[key];
  if (said !== undefined) return { value: said === '' ? null : said, source: 'person' };
  if (name?.[key] != null) return { value: name[key], source: 'name' };
  if (sideCar?.[key] != null) return { value: sideCar[key], source: 'side_car' };
  return { value: null, source: null };
}

/** Everything known of a picture beside what it shows, each with where it comes from. */
export function pictureFacts(inputs: FactInputs): PictureFacts {
  const { name, sideCar, exifAtMs, fileAtMs, seenAtMs, edits, shifts } = inputs;
  const taken = takenAt({
    person: edits.takenAtMs ?? null,
    name,
    sideCar: sideCar?.takenAtMs ?? null,
    exif: exifAtMs,
    file: fileAtMs,
    arrival: seenAtMs,
  });
  const [lot, serial, said] = [fact('lot', inputs), fact('serial', inputs), fact('shift', inputs)];
  const byClock = said.source === null && !taken.dayOnly ? shiftAt(shifts, taken.atMs) : null;
  const shift: Fact = byClock === null ? said : { value: byClock, source: 'calendar' };
  return {
    ...{ lot: lot.value, lotSource: lot.source, serial: serial.value, serialSource: serial.source },
    ...{ shift: shift.value, shiftSource: shift.source },
    line: name?.line ?? sideCar?.line ?? null,
    camera: name?.camera ?? sideCar?.camera ?? null,
    takenAtMs: taken.atMs,
    takenSource: taken.source,
  };
}
