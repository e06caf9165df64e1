import type { TrailEvent } from '../contract/history.ts';
import type { Core } from '../core.ts';
import type { ClassId } from '../domain/ids.ts';
import * as changes from '../store/class-changes.ts';
import { retiredClasses } from '../store/classes.ts';
import { noteOf, type Implementer } from './base.ts';

const LISTED = 100;

type ClassEvent = Extract<TrailEvent, `classes.${string}`>;

/** What people do to the classes themselves; what was judged by them stays. */
export function classCalls(os: Implementer, core: Core) {
  const { store, person, now } = core;
  const note = noteOf(core);
  const by = () => ({ who: person(), atMs: now() });
  /** The change and its line in the audit trail: both or neither. */
  const change = (
    what: ClassEvent,
    params: Record<string, string | number | boolean>,
    work: () => void,
  ): Record<never, never> => {
    store.write.transaction(() => {
      work();
      note(what, params);
    });
    core.changed();
    return {};
  };
  return {
    classes: {
      history: os.classes.history.handler(() => ({
        changes: changes.classChanges(store.read, LISTED),
        movedAway: retiredClasses(store.read).map(({ id }) => ({
          classId: id,
          labels: changes.movedAway(store.read, id),
        })),
      })),
      rename: os.classes.rename.handler(({ input }) =>
        change('classes.rename', input, () =>
          changes.renameClass(store.write, input.classId as ClassId, input.name, by()),
        ),
      ),
      describe: os.classes.describe.handler(({ input }) =>
        change('classes.describe', input, () =>
          changes.describeClass(store.write, input.classId as ClassId, input.description, by()),
        ),
      ),
      setKey: os.classes.setKey.handler(({ input }) =>
        change('classes.setKey', { classId: input.classId, key: input.key ?? '' }, () =>
          changes.setClassKey(store.write, input.classId as ClassId, input.key, by()),
        ),
      ),
      move: os.classes.move.handler(({ input }) =>
        change('classes.move', input, () => changes.moveClass(store.write, input.classId as ClassId, input.by, by())),
      ),
      retire: os.classes.retire.handler(({ input }) =>
        change('classes.retire', { classId: input.classId, moveTo: input.moveTo ?? 0 }, () =>
          changes.retireClass(store.write, input.classId as ClassId, input.moveTo as ClassId | null, by()),
        ),
      ),
      bringBack: os.classes.bringBack.handler(({ input }) =>
        change('classes.bringBack', input, () =>
          changes.bringBackClass(store.write, input.classId as ClassId, input.withLabels, by()),
        ),
      ),
    },
  };
}
