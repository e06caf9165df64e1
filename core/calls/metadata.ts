import { clashingShifts, type FactsView, type NameReading } from '../contract/metadata.ts';
import { AppError, type ErrorData } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import type { LocalDate, LocalTime } from '../domain/clock-format.ts';
import type { ImageId, LineId } from '../domain/ids.ts';
import {
  compilePattern,
  readName,
  whyUnread,
  type NameFields,
  type NamePattern,
  type PatternFault,
} from '../domain/name-pattern.ts';
import type { EditableFact } from '../domain/picture-facts.ts';
import { productionDay } from '../domain/shifts.ts';
import { suggestPattern } from '../domain/suggest-pattern.ts';
import { Describer, nameIn } from '../ingest/describe.ts';
import { listLines, type CameraRow } from '../store/cameras.ts';
import { namePattern, newestPaths, setNamePattern, setShiftCalendar, shiftCalendar } from '../store/naming.ts';
import {
  addEdit,
  isRedoing,
  originsOf,
  standingEdits,
  storedFacts,
  takenSourceCounts,
  type StoredFacts,
} from '../store/picture-facts.ts';
import { brokenSideCars, sideCarCount } from '../store/side-cars.ts';
import { knownCamera, knownImage, noteOf, type Implementer } from './base.ts';

const PREVIEWED = 50;
const COUNTED = 1000;
const SUGGESTED_FROM = 300;
const LISTED_SIDE_CARS = 20;

const two = (value: number): string => String(value).padStart(2, '0');
const dayText = ({ year, month, day }: LocalDate): string => `${year}-${two(month)}-${two(day)}`;
const clockText = ({ hour, minute, second }: LocalTime): string => `${two(hour)}:${two(minute)}:${two(second)}`;

const faultError = ({ reason, at, part }: PatternFault): ErrorData => ({
  code: 'pattern_invalid',
  params: { reason, place: at + 1, part },
});

const readingOf = (pattern: NamePattern, name: string): NameReading => {
  const fields: NameFields | null = readName(pattern, name);
  return {
    name,
    fields: fields && {
      ...fields,
      date: fields.date && dayText(fields.date),
      time: fields.time && clockText(fields.time),
    },
    unread: fields === null ? whyUnread(pattern, name) : null,
  };
};

export function metadataCalls(os: Implementer, core: Core) {
  const { store, person, now } = core;
  const known = (cameraId: number): CameraRow => knownCamera(core, cameraId);
  const by = () => ({ who: person(), atMs: now() });
  const note = noteOf(core);
  const names = ({ id, folder }: CameraRow, limit: number): string[] =>
    newestPaths(store.read, id, limit).map((path) => nameIn(folder, path));

  const describe = (imageId: ImageId): void =>
    store.write.transaction(() => {
      for (const origin of originsOf(store.write, [imageId])) new Describer(store.write).describe(origin);
    });

  /** Read by the writing connection: an edit reads what it has just derived. */
  const facts = (imageId: ImageId): StoredFacts => {
    // A picture of an older schema whose turn has not come yet.
    if (storedFacts(store.write, imageId) === null) describe(imageId);
    const found = storedFacts(store.write, imageId);
    if (found === null) throw new AppError('not_found', { imageId });
    return found;
  };

  const factsView = (imageId: ImageId): FactsView => {
    const { cameraId: _, lineId, ...rest } = facts(imageId);
    const shifts = shiftCalendar(store.read, lineId);
    return {
      ...rest,
      productionDay: productionDay(shifts, rest.takenAtMs),
      shifts: shifts.map(({ name }) => name),
    };
  };

  /** What a person says of a picture, fact by fact; what already stands is not said twice. */
  const edit = (imageId: ImageId, changes: Partial<Record<EditableFact, string | null>>): void => {
    const before = facts(imageId);
    const standing = standingEdits(store.write, imageId);
    for (const [field, value] of Object.entries(changes) as [EditableFact, string | null][]) {
      const [old, said] =
        field === 'takenAt'
          ? [String(before.takenAtMs), standing.takenAtMs?.toString()]
          : [before[field] ?? '', standing[field]];
      if ((said ?? null) !== value) addEdit(store.write, { imageId, field, old, value, ...by() });
    }
    describe(imageId);
  };

  return {
    metadata: {
      get: os.metadata.get.handler(({ input }) => {
        const { id, lineId } = known(input.cameraId);
        const { rows, total } = brokenSideCars(store.read, id, LISTED_SIDE_CARS);
        return {
          pattern: namePattern(store.read, id),
          lineId,
          shifts: shiftCalendar(store.read, lineId).map((shift) => ({ ...shift, days: [...shift.days] })),
          redoing: isRedoing(store.read, id),
          takenSources: takenSourceCounts(store.read, id),
          sideCars: {
            read: sideCarCount(store.read, id),
            broken: total,
            rows: rows.map(({ path, error }) => ({ path, error: { code: error.code, params: { ...error.params } } })),
          },
        };
      }),
      preview: os.metadata.preview.handler(({ input }) => {
        const sample = names(known(input.cameraId), COUNTED);
        const compiled = compilePattern(input.pattern);
        if (!compiled.ok) {
          const { code, params } = faultError(compiled.fault);
          const rows = sample.slice(0, PREVIEWED).map((name) => ({ name, fields: null, unread: null }));
          return { problem: { code, params: { ...params } }, rows, understood: 0, of: sample.length };
        }
        const { pattern } = compiled;
        return {
          problem: null,
          rows: sample.slice(0, PREVIEWED).map((name) => readingOf(pattern, name)),
          understood: sample.filter((name) => readName(pattern, name) !== null).length,
          of: sample.length,
        };
      }),
      suggest: os.metadata.suggest.handler(({ input }) => ({
        pattern: suggestPattern(names(known(input.cameraId), SUGGESTED_FROM)),
      })),
      setPattern: os.metadata.setPattern.handler(({ input }) => {
        const { id } = known(input.cameraId);
        const isEmpty = input.pattern.trim() === '';
        const compiled = compilePattern(input.pattern);
        if (!isEmpty && !compiled.ok) {
          const { code, params } = faultError(compiled.fault);
          throw new AppError(code, params);
        }
        const pattern = compiled.ok ? compiled.pattern.source : null;
        store.write.transaction(() => {
          setNamePattern(store.write, id, pattern, by());
          note('metadata.setPattern', { cameraId: id, pattern: pattern ?? '' });
        });
        core.describeAgain.wake();
        core.changed();
        return {};
      }),
      setShifts: os.metadata.setShifts.handler(({ input }) => {
        const line = listLines(store.read).find(({ id }) => id === input.lineId);
        if (line === undefined) throw new AppError('not_found', { lineId: input.lineId });
        const clash = clashingShifts(input.shifts);
        if (clash !== null) throw new AppError('shifts_clash', { a: clash[0], b: clash[1] });
        store.write.transaction(() => {
          setShiftCalendar(store.write, line.id satisfies LineId, input.shifts, by());
          note('metadata.setShifts', { lineId: line.id, shifts: JSON.stringify(input.shifts) });
        });
        core.describeAgain.wake();
        core.changed();
        return {};
      }),
      facts: os.metadata.facts.handler(({ input }) => factsView(knownImage(core, input.imageId))),
      edit: os.metadata.edit.handler(({ input }) => {
        const { imageIds, takenAtMs, ...texts } = input;
        const said = { ...texts, takenAt: typeof takenAtMs === 'number' ? String(takenAtMs) : takenAtMs };
        const changes = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
        const ids = imageIds.map((id) => knownImage(core, id));
        store.write.transaction(() => {
          for (const id of ids) edit(id, changes);
          note('metadata.edit', { pictures: ids.length, changed: Object.keys(changes).join(' ') });
        });
        core.changed();
        return { savedAtMs: now() };
      }),
    },
  };
}
