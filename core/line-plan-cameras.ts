import { clashingShifts } from './contract/metadata.ts';
import type { InspectionArea } from './contract/inspection-area.ts';
import type { LineCamera, LineShifts } from './contract/line-file.ts';
import { ignoredShare } from './domain/ignored-grid.ts';
import { MOST_IGNORED } from './domain/inspection-area.ts';
import type { CameraId } from './domain/ids.ts';
import { compilePattern } from './domain/name-pattern.ts';
import type { Shift } from './domain/shifts.ts';
import { blocked, compared, yesNo, type Compared, type PlanItem, type PlanSite } from './line-plan.ts';
import { plannedPerShift, planPerShift, setShiftSize } from './store/audit-shifts.ts';
import { listCameras, listLines } from './store/cameras.ts';
import { recentPictures } from './store/images.ts';
import { addArea, listAreas } from './store/inspection-areas.ts';
import { namePattern, setNamePattern, setShiftCalendar, shiftCalendar } from './store/naming.ts';
import { beginBaseline } from './store/quality.ts';
import { remember, setWatching, watchingOf } from './store/watching.ts';

/*
 * What another line settled for its cameras and shifts. Folders stay as they are here, and so does how they are watched.
 */

const whole: InspectionArea = { region: null, ignore: [] };

const areaValues = ({ region, ignore, follow }: InspectionArea) => ({
  ...{ region: yesNo(region !== null), shapes: ignore.length, follows: yesNo(follow !== undefined) },
});

function planArea(site: PlanSite, camera: LineCamera, cameraId: CameraId): PlanItem {
  const { db, by, reason } = site;
  const [newest] = listAreas(db, cameraId, 1);
  const [is, area] = [newest?.area ?? whole, camera.area ?? whole];
  const now = newest === undefined ? null : areaValues(is);
  const what: Compared = { section: 'cameras', kind: 'area', name: camera.name, now, said: areaValues(area) };
  const [picture] = recentPictures(db, cameraId, 1);
  if (ignoredShare(area, picture ?? { width: 1000, height: 1000 }) > MOST_IGNORED) return blocked(what, 'too_small');
  const apply: PlanItem['apply'] = (writer) => {
    addArea(writer, { cameraId, area, reason, ...by });
    // What was measured of other parts of the pictures does not say what is normal of these.
    beginBaseline(writer, { cameraId, reason, ...by });
  };
  return compared(what, apply, JSON.stringify(is) === JSON.stringify(area));
}

function planFiles({ db, by }: PlanSite, { name, files }: LineCamera, cameraId: CameraId): PlanItem {
  const is = watchingOf(db, cameraId);
  const values = ({ include, exclude, maxDepth }: LineCamera['files']) => ({ include, exclude, depth: maxDepth });
  return compared({ section: 'cameras', kind: 'files', name, now: values(is), said: values(files) }, (writer) => {
    setWatching(writer, cameraId, { ...is, ...files }, by);
    // Other files are the camera's now: how many there were before says nothing.
    remember(writer, cameraId, { expected: 0 });
  });
}

function planPattern({ db, by }: PlanSite, { name, pattern }: LineCamera, cameraId: CameraId): PlanItem {
  const is = namePattern(db, cameraId);
  const now = is === null ? null : { pattern: is };
  const what: Compared = { section: 'cameras', kind: 'pattern', name, now, said: { pattern: pattern ?? '' } };
  if (pattern !== null && !compilePattern(pattern).ok) return blocked(what, 'pattern');
  return compared(what, (writer) => setNamePattern(writer, cameraId, pattern, by), is === pattern);
}

export function planCameras(site: PlanSite, cameras: readonly LineCamera[]): PlanItem[] {
  return cameras.flatMap((camera): PlanItem[] => {
    const cameraId = site.cameras.get(camera.name);
    if (cameraId === undefined) {
      const { name } = camera;
      return [blocked({ section: 'cameras', kind: 'camera', name, now: null, said: {} }, 'no_camera')];
    }
    return [planArea(site, camera, cameraId), planFiles(site, camera, cameraId), planPattern(site, camera, cameraId)];
  });
}

/** Cameras here by the names of the file's: as a person chose, else the one of the same name, else the only one of each. */
export function matchCameras(
  { db, card }: Pick<PlanSite, 'db' | 'card'>,
  chosen: readonly { readonly name: string; readonly cameraId: number | null }[] | undefined,
): Map<string, CameraId> {
  const here = listCameras(db);
  const theirs = card.cameras ?? [];
  const [only] = here.length === 1 && theirs.length === 1 ? here : [];
  return new Map(
    theirs.flatMap(({ name }) => {
      const said = chosen?.find((one) => one.name === name);
      const found =
        said === undefined
          ? (here.find((one) => one.name === name) ?? only)
          : here.find(({ id }) => id === said.cameraId);
      return found === undefined ? [] : [[name, found.id] as const];
    }),
  );
}

const two = (value: number): string => String(value).padStart(2, '0');
const clock = (minute: number): string => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
const shiftsText = (shifts: readonly Shift[]): string =>
  shifts.map(({ name, startMinute, endMinute }) => `${name} ${clock(startMinute)}–${clock(endMinute)}`).join(', ');

export function planShifts({ db, by }: PlanSite, { shifts, auditedPerShift }: LineShifts): PlanItem[] {
  const lines = listLines(db);
  const [first] = lines;
  const is = first === undefined ? null : shiftCalendar(db, first.id);
  const said = { shifts: shiftsText(shifts) };
  const what: Compared = { section: 'shifts', kind: 'shifts', name: '', now: is && { shifts: shiftsText(is) }, said };
  if (first === undefined) return [blocked(what, 'no_camera')];
  if (clashingShifts(shifts) !== null) return [blocked(what, 'shifts')];
  const same = lines.every(({ id }) => JSON.stringify(shiftCalendar(db, id)) === JSON.stringify(shifts));
  const calendar = compared(
    what,
    (writer) => lines.forEach(({ id }) => setShiftCalendar(writer, id, shifts, by)),
    same,
  );
  if (auditedPerShift === null) return [calendar];
  const n = plannedPerShift(db, first.id);
  const audited = compared(
    { section: 'shifts', kind: 'audited', name: '', now: n === null ? null : { n }, said: { n: auditedPerShift } },
    (writer) =>
      lines.forEach(({ id: lineId }) => {
        planPerShift(writer, { lineId, perShift: auditedPerShift, ...by });
        setShiftSize(writer, lineId, auditedPerShift);
      }),
  );
  return [calendar, audited];
}
