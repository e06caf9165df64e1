import { describe, expect, it } from 'vitest';
import { compilePattern, readName } from '#core/domain/name-pattern.ts';
import { pictureFacts, type FactInputs } from '#core/domain/picture-facts.ts';
import { defaultShifts } from '#core/domain/shifts.ts';

const local = (text: string): number => new Date(text).getTime();
const seenAtMs = local('2026-11-26T12:00:00');
const fileAtMs = local('2026-11-26T11:00:00');
const exifAtMs = local('2026-11-26T10:00:00');
const sideCarAtMs = local('2026-11-26T09:00:00');

function name(source: string, path: string) {
  const compiled = compilePattern(source);
  return compiled.ok ? readName(compiled.pattern, path) : null;
}

const nothing = { lot: null, serial: null, line: null, camera: null, shift: null, takenAtMs: null };

function facts(inputs: Partial<FactInputs>) {
  const none = { name: null, sideCar: null, exifAtMs: null, edits: {}, shifts: defaultShifts };
  return pictureFacts({ ...none, fileAtMs, seenAtMs, ...inputs });
}
const taken = (inputs: Partial<FactInputs>) => {
  const { takenAtMs, takenSource, shift } = facts(inputs);
  return [takenAtMs, takenSource, shift];
};

describe('when a picture was taken', () => {
  const all = {
    name: name('{datetime}.*', '20261126083000.png'),
    sideCar: { ...nothing, takenAtMs: sideCarAtMs },
    exifAtMs,
  };

  it('is said by a person, the name, a side-car, EXIF, the file, the arrival, in this order', () => {
    const edits = { takenAtMs: local('2026-11-25T21:00:00') };
    expect(taken({ ...all, edits })).toEqual([edits.takenAtMs, 'person', 'night']);
    expect(taken(all)).toEqual([local('2026-11-26T08:30:00'), 'name', 'day']);
    expect(taken({ ...all, name: null })).toEqual([sideCarAtMs, 'side_car', 'day']);
    expect(taken({ exifAtMs })).toEqual([exifAtMs, 'exif', 'day']);
    expect(taken({})).toEqual([fileAtMs, 'file', 'day']);
    expect(taken({ fileAtMs: 0 })).toEqual([seenAtMs, 'arrival', 'day']);
  });

  it.each(['20270101000000', '19891231235959', '20260231083000'])('passes over %s for the next source', (text) => {
    const { takenSource } = facts({ ...all, name: name('{datetime}.*', `${text}.png`) });
    // A time of day without a possible day takes the next source's day.
    expect(takenSource).toBe(text.startsWith('20260231') ? 'name' : 'side_car');
  });

  it('passes over a side-car, EXIF and a file of the future too', () => {
    const future = local('2031-01-01T00:00:00');
    expect(taken({ sideCar: { ...nothing, takenAtMs: future }, exifAtMs: future })[1]).toBe('file');
    expect(taken({ exifAtMs: future, fileAtMs: future })[1]).toBe('arrival');
  });

  it('takes a day from the name and the time from the next source of that day', () => {
    const today = name('{date}.*', '20261126.png');
    expect(taken({ name: today, exifAtMs })).toEqual([exifAtMs, 'exif', 'day']);
    const before = name('{date}.*', '20261120.png');
    // Nobody knows the time: no shift either.
    expect(taken({ name: before, exifAtMs })).toEqual([local('2026-11-20T00:00:00'), 'name', null]);
  });

  it('takes a time from the name and the day on which it is nearest to the next source', () => {
    const early = { fileAtMs: local('2026-11-26T00:05:00') };
    expect(taken({ name: name('{time}.*', '235800.png'), ...early })).toEqual([
      ...[local('2026-11-25T23:58:00'), 'name', 'night'],
    ]);
  });
});

describe('lot, serial and shift', () => {
  const said = name('{lot}_{serial}.*', 'L1_7.png');
  const sideCar = { ...nothing, lot: 'L2', serial: '8', shift: 'B' };

  it('are said by a person, the name, a side-car, and the shift by the calendar where nobody says it', () => {
    expect(facts({ name: said, sideCar })).toMatchObject({
      ...{ lot: 'L1', lotSource: 'name', serial: '7', shift: 'B', shiftSource: 'side_car' },
    });
    expect(facts({ sideCar })).toMatchObject({ lot: 'L2', lotSource: 'side_car' });
    expect(facts({ name: said })).toMatchObject({ shift: 'day', shiftSource: 'calendar' });
    expect(facts({ name: said, sideCar, edits: { lot: 'L9', shift: 'C' } })).toMatchObject({
      ...{ lot: 'L9', lotSource: 'person', serial: '7', shift: 'C', shiftSource: 'person' },
    });
  });

  it('can be said not to be there', () => {
    expect(facts({ name: said, edits: { serial: '', shift: '' } })).toMatchObject({
      ...{ serial: null, serialSource: 'person', shift: null, shiftSource: 'person' },
    });
  });
});
