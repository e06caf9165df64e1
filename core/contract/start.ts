import { oc } from '@orpc/contract';
import * as v from 'valibot';
import { ErrorView } from './error-view.ts';
import { locale } from './views.ts';

/*
 * What the window may ask before there is a core: the first start in a window of its own, which asks where the data shall lie.
 * No path comes from the window: it sees the folder that is chosen and asks for the system's dialog.
 */

const base = oc.errors({ APP: { status: 422, data: ErrorView } });

/** What a data folder is like. */
export const FolderView = v.object({
  folder: v.string(),
  /** Null where the system does not tell. */
  freeGigabytes: v.nullable(v.number()),
  /** A pilot lies there already and will be opened. */
  holdsPilot: v.boolean(),
  /** Why it cannot be taken; null: it can. */
  problem: v.nullable(ErrorView),
});
export type FolderView = v.InferOutput<typeof FolderView>;

export const StartView = v.object({
  locale,
  version: v.string(),
  folder: FolderView,
  /** The folder that the system keeps for it is the one chosen. */
  usual: v.boolean(),
});
export type StartView = v.InferOutput<typeof StartView>;

export const startContract = {
  get: base.output(StartView),
  setLocale: base.input(v.object({ locale })).output(StartView),
  /** Asks with the system's own dialog; a person who chooses none changes nothing. */
  pickFolder: base.output(StartView),
  /** Back to the folder that the system keeps for it. */
  useUsual: base.output(StartView),
  /** Opens the app with what was chosen; refused while the folder has a problem. */
  open: base.output(v.object({})),
};
