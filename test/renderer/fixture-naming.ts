import type { CameraNaming, FactsView, PatternPreview } from '#core/contract/metadata.ts';
import { compilePattern, readName, whyUnread } from '#core/domain/name-pattern.ts';
import { defaultShifts } from '#core/domain/shifts.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** The core's answers on names, shifts and facts, over names in memory. */
export class FixtureNaming {
  /** Two of fifty do not follow the others. */
  names: string[] = Array.from({ length: 50 }, (_, at) =>
    at % 25 === 7
      ? `20261123/テスト撮影 ${at}.png`
      : `20261123/L26${10 + (at >> 4)}_${String(4711 - at).padStart(6, '0')}_08${two(59 - at)}07.png`,
  );
  facts: FactsView = {
    ...{
      lot: 'L2611',
      lotSource: 'name',
      serial: '004702',
      serialSource: 'name',
      shift: 'day',
      shiftSource: 'calendar',
    },
    ...{ line: null, camera: null, takenAtMs: Date.UTC(2026, 10, 23, 1, 42, 7), takenSource: 'name' },
    ...{ productionDay: '2026-11-23', shifts: ['day', 'night'] },
  };
  #naming: CameraNaming = {
    pattern: null,
    lineId: 1,
    shifts: defaultShifts.map((shift) => ({ ...shift, days: [...shift.days] })),
    redoing: false,
    takenSources: [
      { source: 'name', n: 604 },
      { source: 'exif', n: 31 },
      { source: 'file', n: 9 },
    ],
    sideCars: {
      read: 12,
      broken: 2,
      rows: [
        { path: '20261122/検査結果.csv', error: { code: 'side_car_value', params: { line: 14, column: 'time' } } },
        { path: '20261121/004455.json', error: { code: 'side_car_broken', params: { line: 1, column: '' } } },
      ],
    },
  };

  get(): CameraNaming {
    return this.#naming;
  }

  set(changes: Partial<CameraNaming>): Record<string, never> {
    this.#naming = { ...this.#naming, ...changes };
    return {};
  }

  edit(changes: { lot?: string | null | undefined; serial?: string | null | undefined }): void {
    const { lot, serial } = changes;
    this.facts = {
      ...this.facts,
      ...(lot !== undefined && { lot, lotSource: 'person' }),
      ...(serial !== undefined && { serial, serialSource: 'person' }),
    };
  }

  preview(source: string): PatternPreview {
    const compiled = compilePattern(source);
    const of = this.names.length;
    if (!compiled.ok) {
      const { reason, at, part } = compiled.fault;
      const rows = this.names.map((name) => ({ name, fields: null, unread: null }));
      return { problem: { code: 'pattern_invalid', params: { reason, place: at + 1, part } }, rows, understood: 0, of };
    }
    const rows = this.names.map((name) => {
      const fields = readName(compiled.pattern, name);
      return {
        name,
        fields: fields && {
          ...fields,
          date: fields.date && `${fields.date.year}-${two(fields.date.month)}-${two(fields.date.day)}`,
          time: fields.time && `${two(fields.time.hour)}:${two(fields.time.minute)}:${two(fields.time.second)}`,
        },
        unread: fields ? null : whyUnread(compiled.pattern, name),
      };
    });
    return { problem: null, rows, understood: rows.filter(({ fields }) => fields).length, of };
  }
}
