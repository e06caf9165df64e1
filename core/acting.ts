import { AsyncLocalStorage } from 'node:async_hooks';

/*
 * Whose call is under way: every record is made in this name, and there is no other way to one.
 */

const acting = new AsyncLocalStorage<string>();

/** The name of the person whose call is under way; empty: the program itself. */
export const actingPerson = (): string => acting.getStore() ?? '';

/** Does `work`, and all that follows from it, in a person's name. */
export const actAs = <T>(person: string, work: () => T): T => acting.run(person, work);

/** Does `work` in nobody's name: what a call merely set off. */
export const actAsProgram = <T>(work: () => T): T => acting.run('', work);
