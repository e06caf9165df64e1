import { actAs } from '../acting.ts';
import type { CallContext } from '../app-types.ts';
import { AppError } from '../contract/errors.ts';
import { accessOf, isAllowed } from '../contract/permissions.ts';
import type { Seats } from '../seats.ts';

/** Lets a call through in the caller's name. Throws `not_signed_in`, `not_allowed`. */
export type Gate = <T>(path: readonly string[], context: CallContext, call: () => Promise<T>) => Promise<T>;

/**
 * The one place where rights are enforced, by the table of core/contract/permissions.ts. A call without a caller, or one that the table
 * does not name, is nobody's.
 */
export function createGate(seats: Seats): Gate {
  return async (path, { caller }, call) => {
    if (caller === 'program') return actAs('', call);
    const access = accessOf(path);
    if (access === 'door') return actAs('', call);
    const person = caller === undefined ? null : seats.personAt(caller.seat);
    if (person === null || access === null) throw new AppError('not_signed_in');
    if (!isAllowed(access, person.role)) throw new AppError('not_allowed', { access });
    return actAs(person.name, call);
  };
}
