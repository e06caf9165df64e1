import { eventIterator, oc } from '@orpc/contract';
import * as v from 'valibot';
import { PIN_DIGITS } from '#core/domain/pin.ts';
import { ErrorView } from './error-view.ts';
import { atMs, count, id, locale, name } from './views.ts';

/*
 * The people who work with the app, their roles, and who is signed in at a window.
 */

const base = oc.errors({ APP: { status: 422, data: ErrorView } });

/** operator: judges. supervisor: runs the line and the pilot. manager: reads and reports. administrator: all of it, and people. */
export const roles = ['operator', 'supervisor', 'manager', 'administrator'] as const;
export type Role = (typeof roles)[number];

const role = v.picklist(roles);
/** Digits as they were typed; what makes a PIN is told by core/domain/pin.ts. */
const pin = v.pipe(v.string(), v.maxLength(PIN_DIGITS.most), v.regex(/^[0-9]*$/));

export const SignedIn = v.object({ id, name: v.string(), role });
export type SignedIn = v.InferOutput<typeof SignedIn>;

/** What a window may show before anybody has signed in: no figure, no picture, no name of a line. */
export const Door = v.object({
  locale,
  /** Nobody can sign in yet: the first administrator is to be made. */
  first: v.boolean(),
  /** The name that an earlier version knew of the person at this computer; empty: none. */
  knownName: v.string(),
  /** Who can sign in. */
  people: v.array(SignedIn),
  signedIn: v.nullable(SignedIn),
  /** Minutes without a touch after which the window locks. */
  lockMinutes: count,
});
export type Door = v.InferOutput<typeof Door>;

export const PersonView = v.object({
  ...SignedIn.entries,
  /** false: can no longer sign in; the name stays with what the person did. */
  active: v.boolean(),
  createdAtMs: atMs,
  /** Wrong PINs in a row. */
  failures: count,
});
export type PersonView = v.InferOutput<typeof PersonView>;

export const lockMinutes = { fewest: 1, most: 240, byDefault: 10 } as const;

const nothing = v.object({});
const personId = { personId: id };

export const peopleContract = {
  /** Who may come in and who is in: the whole of it at once, and again whenever it changes. */
  door: base.output(eventIterator(Door)),
  /** Makes the first administrator and signs in; refused as soon as there is one. */
  begin: base.input(v.object({ name, pin, locale })).output(nothing),
  signIn: base.input(v.object({ ...personId, pin })).output(nothing),
  /** The language of the window, signed in or not. */
  speak: base.input(v.object({ locale })).output(nothing),
  /** Nobody is signed in at this window any more. What runs goes on. */
  lock: base.output(nothing),
  /** Somebody touched the window. */
  seen: base.output(nothing),
  changePin: base.input(v.object({ pin, newPin: pin })).output(nothing),
  list: base.output(v.object({ people: v.array(PersonView), lockMinutes: count })),
  add: base.input(v.object({ name, role, pin })).output(v.object({ personId: id })),
  setRole: base.input(v.object({ ...personId, role })).output(nothing),
  resetPin: base.input(v.object({ ...personId, pin })).output(nothing),
  setActive: base.input(v.object({ ...personId, active: v.boolean() })).output(nothing),
  setLock: base
    .input(v.object({ minutes: v.pipe(count, v.minValue(lockMinutes.fewest), v.maxValue(lockMinutes.most)) }))
    .output(nothing),
};
