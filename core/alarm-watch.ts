import { createTranslator, isMessageKey } from '#messages/translate.ts';
import type { ErrorParams } from './contract/errors.ts';
import type { AppState } from './contract/views.ts';
import type { Core } from './core.ts';
import type { CameraId } from './domain/ids.ts';
import { clearAlarm, raiseAlarm, standingAlarms, type Alarm } from './store/alarms.ts';

/** What is gone must stay gone for this long: a share that comes and goes is one alarm, and so is what a restart finds again. */
const SETTLED_MS = 10_000;

type Found = Omit<Alarm, 'words'> & { readonly params: ErrorParams };

/** What stands in the way of judging, or is warned of on the Today page; an output's own trouble is no news for its receiver. */
function alarmsOf(state: AppState): Found[] {
  const found: Found[] = [];
  const add = (key: string, code: string, params: ErrorParams = {}, cameraId: number | null = null): void => {
    found.push({ key, code, params, cameraId: cameraId as CameraId | null });
  };
  const ofCameras = new Set(state.cameras.map(({ error }) => error));
  for (const { id, error } of state.cameras) if (error) add(`camera ${id} ${error.code}`, error.code, error.params, id);
  for (const warning of state.warnings) {
    if (ofCameras.has(warning) || warning.code === 'output_late') continue;
    const cameraId = warning.params['cameraId'];
    add(`${warning.code} ${String(cameraId ?? '')}`.trim(), warning.code, warning.params, Number(cameraId) || null);
  }
  if (state.engine.error) add('engine', state.engine.error.code, state.engine.error.params);
  if (state.golden.state === 'failed') add('golden', 'golden_failed');
  const scoring = state.jobs.find(({ kind }) => kind === 'score');
  if (scoring?.state === 'failed' && scoring.error) add('scoring', scoring.error.code, scoring.error.params);
  return found;
}

/** Raises and clears alarms by the state of the app; each change of them is one transaction with its messages. */
export function createAlarmWatch(
  { store, settings, now }: Pick<Core, 'store' | 'settings' | 'now'>,
  settledMs = SETTLED_MS,
): (state: AppState) => void {
  const goneSince = new Map<string, number>();
  const wordsOf = ({ code, params }: Found): string => {
    const key = [`alarm.${code}`, `warning.${code}`, `error.${code}`].find((one) => isMessageKey(one));
    try {
      return key !== undefined && isMessageKey(key) ? createTranslator(settings().locale)(key, params) : code;
    } catch {
      // Words that lack a value must not keep the alarm back.
      return code;
    }
  };
  return (state) => {
    const found = alarmsOf(state);
    const keys = new Set(found.map(({ key }) => key));
    for (const one of found) {
      goneSince.delete(one.key);
      const { key, code, cameraId } = one;
      raiseAlarm(store.write, { key, code, cameraId, words: wordsOf(one).slice(0, 2000) }, now());
    }
    for (const alarm of standingAlarms(store.read)) {
      if (keys.has(alarm.key)) continue;
      const since = goneSince.get(alarm.key) ?? performance.now();
      goneSince.set(alarm.key, since);
      if (performance.now() - since < settledMs) continue;
      goneSince.delete(alarm.key);
      clearAlarm(store.write, alarm, now());
    }
  };
}
