import { randomInt } from 'node:crypto';
import { AppError } from './contract/errors.ts';
import { pinProblem } from './domain/pin.ts';
import { hashPin } from './pins.ts';
import { addAudit } from './store/audit.ts';
import { openStore } from './store/open.ts';
import { listPeople, setPinHash } from './store/people.ts';

const DIGITS = 6;

function newPin(): string {
  const pin = randomInt(10 ** DIGITS)
    .toString()
    .padStart(DIGITS, '0');
  return pinProblem(pin) === null ? pin : newPin();
}

/**
 * Makes a new PIN for somebody who can no longer ask anybody else for one, and records it in the trail. Whoever can run this can read
 * the data folder, and so needs no PIN for anything in it. Throws `second_instance` while the app runs, `not_found` (names: who there
 * is) where no name is given and there is not exactly one administrator.
 */
export async function resetPin(dataDir: string, name?: string): Promise<{ name: string; pin: string }> {
  const store = openStore(dataDir);
  try {
    const people = listPeople(store.read).filter(({ active }) => active);
    const meant = people.filter((one) => (name === undefined ? one.role === 'administrator' : one.name === name));
    const [person, second] = meant;
    if (person === undefined || second !== undefined)
      throw new AppError('not_found', { names: people.map((one) => one.name).join(', ') });
    const pin = newPin();
    const pinHash = await hashPin(pin);
    store.write.transaction(() => {
      setPinHash(store.write, person.id, pinHash);
      addAudit(store.write, { who: '', what: 'people.recover', params: { person: person.name }, atMs: Date.now() });
    });
    return { name: person.name, pin };
  } finally {
    store.close();
  }
}
