import type { LineCard } from './contract/line-file.ts';
import type { Core } from './core.ts';
import { thresholdAims } from './report/aims.ts';
import { plannedPerShift } from './store/audit-shifts.ts';
import { listCameras, listLines } from './store/cameras.ts';
import { classDescriptions } from './store/class-changes.ts';
import { listClasses } from './store/classes.ts';
import { pilotCurrency } from './store/currencies.ts';
import { listAreas, usedArea } from './store/inspection-areas.ts';
import { namePattern, shiftCalendar } from './store/naming.ts';
import { pilotInputs } from './store/pilots.ts';
import { watchingOf } from './store/watching.ts';

/** A section of a card with what the database alone can say. */
export type Told = Pick<Required<LineCard>, 'classes' | 'cameras' | 'shifts' | 'aims' | 'costs' | 'work'>;

/** The name under which another line hears of this one. */
export const lineName = ({ store, pilot }: Pick<Core, 'store' | 'pilot'>): string =>
  (listLines(store.read)[0]?.name ?? pilot().name).slice(0, 200);

export function toldOf({ store, settings, pilot }: Pick<Core, 'store' | 'settings' | 'pilot'>): Told {
  const db = store.read;
  const pilotId = pilot().id;
  const texts = classDescriptions(db);
  const [line] = listLines(db);
  const entered = Object.entries(pilotInputs(db, pilotId)).filter(([, { kind }]) => kind === 'entered');
  return {
    classes: listClasses(db).map(({ id, name, isGood, key }) => ({
      ...{
        name,
        isGood,
        key: key as NonNullable<LineCard['classes']>[number]['key'],
        description: texts.get(id) ?? '',
      },
    })),
    cameras: listCameras(db).map(({ id, name }) => {
      const { include, exclude, maxDepth } = watchingOf(db, id);
      const [newest] = listAreas(db, id, 1);
      const files = { include, exclude, maxDepth };
      return {
        name,
        area: newest === undefined || usedArea(newest.area) === null ? null : newest.area,
        files,
        pattern: namePattern(db, id),
      };
    }),
    shifts: {
      shifts:
        line === undefined ? [] : shiftCalendar(db, line.id).map((shift) => ({ ...shift, days: [...shift.days] })),
      auditedPerShift: line === undefined ? null : plannedPerShift(db, line.id),
    },
    aims: thresholdAims(db),
    costs: {
      currency: pilotCurrency(db, pilotId),
      inputs: Object.fromEntries(
        entered.map(([name, { value, low, high }]) => [
          name,
          { value, ...(low !== undefined && { low }), ...(high !== undefined && { high }) },
        ]),
      ),
    },
    work: { autoScore: settings().autoScore, autoTeach: settings().autoTeach },
  };
}
