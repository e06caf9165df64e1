import { oc } from '@orpc/contract';
import * as v from 'valibot';
import { minuteOfDay } from '#core/domain/quiet-hours.ts';
import { ErrorView } from './error-view.ts';

const base = oc.errors({ APP: { status: 422, data: ErrorView } });

const clockTime = v.pipe(
  v.string(),
  v.check((text) => minuteOfDay(text) !== null),
);

/** What the app tells on the desktop while its window is not looked at. */
export const NoticeSettings = v.object({
  /** Pictures that wait to be judged. */
  flagged: v.boolean(),
  /** A training that ended. */
  training: v.boolean(),
  /** Nothing is told in these hours; what came meanwhile is told in one after them. */
  quiet: v.boolean(),
  /** `HH:MM` on this computer's clock; a span may go over midnight. */
  quietFrom: clockTime,
  quietTo: clockTime,
});
export type NoticeSettings = v.InferOutput<typeof NoticeSettings>;

export const defaultNotices: NoticeSettings = {
  flagged: true,
  training: true,
  quiet: false,
  quietFrom: '22:00',
  quietTo: '06:00',
};

/** Files that a person chooses, and the ending of each. */
export const pickedFiles = { model: 'minarai-model', line: 'minarai-line' } as const;
export type PickedFile = keyof typeof pickedFiles;

/** What only a window of its own has: notices and the system's own dialogs. */
export const desktopContract = {
  notices: base.output(NoticeSettings),
  setNotices: base.input(NoticeSettings).output(v.object({})),
  /** Asks with the system's own dialog; null: the person chose none. Refused with `bad_input` in a browser. */
  pickFolder: base.output(v.object({ folder: v.nullable(v.string()) })),
  /** As `pickFolder`, for a file. */
  pickFile: base
    .input(v.object({ what: v.picklist(Object.keys(pickedFiles) as PickedFile[]) }))
    .output(v.object({ file: v.nullable(v.string()) })),
};
