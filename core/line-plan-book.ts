import type { LineClass, LineSample } from './contract/line-file.ts';
import type { ClassId } from './domain/ids.ts';
import { blocked, compared, yesNo, type Compared, type PlanItem, type PlanSite } from './line-plan.ts';
import { addClass, listClasses, retiredClasses, type ClassRow } from './store/classes.ts';
import {
  classChanges,
  classDescriptions,
  describeClass,
  moveClass,
  renameClass,
  setClassKey,
} from './store/class-changes.ts';
import type { Reader, Writer } from './store/handle.ts';
import { addBorrowed, borrowedSamples } from './store/line-copies.ts';

/*
 * Classes and limit samples of another line. A class is known by its name: what was labelled here stays labelled as it is.
 */

/** The classes that a pilot begins with, while nobody has touched them: they take the names that the other line gave its own. */
function untouched(db: Reader): ClassRow[] {
  const classes = listClasses(db);
  const bare = classes.length <= 2 && classes.every(({ labels }) => labels === 0);
  return bare && classChanges(db, 1).length === 0 && retiredClasses(db).length === 0 ? classes : [];
}

const valuesOf = (isGood: boolean, key: string | null, description: string) => ({
  ...{ good: yesNo(isGood), key: key ?? '', description },
});

/** Brings classes into the file's order. */
function order(db: Writer, names: readonly string[], by: PlanSite['by']): void {
  names.forEach((name, place) => {
    const at = () => listClasses(db).findIndex((one) => one.name === name);
    const one = listClasses(db)[at()];
    while (one !== undefined && at() > place) moveClass(db, one.id, -1, by);
  });
}

export function planClasses(site: PlanSite, classes: readonly LineClass[]): PlanItem[] {
  const { db, by } = site;
  const [here, gone, texts] = [listClasses(db), retiredClasses(db), classDescriptions(db)];
  const free = untouched(db).filter(({ name }) => !classes.some((one) => one.name === name));
  const isFresh = untouched(db).length > 0;
  return classes.map(({ name, isGood, key, description }, at): PlanItem => {
    const is = here.find((one) => one.name === name);
    const now = is === undefined ? null : valuesOf(is.isGood, is.key, texts.get(is.id) ?? '');
    const said = valuesOf(isGood, key, description);
    const what: Compared = { section: 'classes', kind: 'class', name, now, said };
    if (gone.some((one) => one.name === name)) return blocked(what, 'retired');
    if (is !== undefined && is.isGood !== isGood) return blocked(what, 'meaning');
    const standIn = is === undefined ? free.findIndex((one) => one.isGood === isGood) : -1;
    const [taken] = standIn === -1 ? [] : free.splice(standIn, 1);
    const apply = (writer: Writer): void => {
      if (taken !== undefined) renameClass(writer, taken.id, name, by);
      const id = taken?.id ?? is?.id ?? addClass(writer, { name, isGood, atMs: by.atMs });
      describeClass(writer, id, description, by);
      setClassKey(writer, id, key, by);
      if (isFresh)
        order(
          writer,
          classes.slice(0, at + 1).map((one) => one.name),
          by,
        );
    };
    return compared(what, apply);
  });
}

export function planSamples(site: PlanSite, samples: readonly LineSample[]): PlanItem[] {
  const { db, card, chosen, pictures, by } = site;
  const standing = borrowedSamples(db);
  const classId = (reader: Reader, kind: string): ClassId | undefined =>
    listClasses(reader).find(({ name }) => name === kind)?.id;
  const comes = new Set(
    planClasses(site, card.classes ?? []).flatMap(({ name, change }) => (change === 'blocked' ? [] : [name])),
  );
  return samples.map((sample): PlanItem => {
    const { kind, role, note, regions, sha256, width, height } = sample;
    const here = classId(db, kind);
    const is = standing.some(
      (one) => one.sha256 === sha256 && one.classId === here && one.role === role && one.note === note,
    );
    const said = { role, note };
    const what: Compared = { section: 'samples', kind: 'sample', name: kind, now: is ? said : null, said };
    const willBe = chosen.has('classes') && comes.has(kind);
    if (here === undefined && !willBe) return blocked(what, 'no_class');
    return compared(what, (writer) => {
      const id = classId(writer, kind);
      const file = pictures.get(sha256);
      if (id === undefined || file === undefined) throw new Error('a sample without its class or picture');
      addBorrowed(writer, { classId: id, role, regions, note, sha256, width, height, file, line: card.line, ...by });
    });
  });
}
