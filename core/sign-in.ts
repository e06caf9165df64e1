import type { Core } from './core.ts';
import { AppError } from './contract/errors.ts';
import type { Locale } from './contract/views.ts';
import { waitMs } from './domain/pin.ts';
import { hashPin, isPin } from './pins.ts';
import type { Seats } from './seats.ts';
import { addAudit } from './store/audit.ts';
import * as people from './store/people.ts';
import { setSettings } from './store/settings.ts';

export interface SignIn {
  /** Makes the first administrator and signs in. Throws `people_begun`. */
  readonly begin: (seat: string, first: { name: string; pin: string; locale: Locale }) => Promise<void>;
  /** Throws what {@link SignIn.check} throws. */
  readonly enter: (seat: string, personId: number, pin: string) => Promise<void>;
  /** Throws `pin_wrong`, `pin_wait` (seconds), `not_found`. */
  readonly check: (personId: number, pin: string) => Promise<void>;
  /** Throws `pin_length`, `pin_simple`. */
  readonly hash: (pin: string) => Promise<string>;
}

/** How people prove who they are. Wrong PINs are counted per person, on the disk, and each is told in the trail. */
export function createSignIn({ store, now }: Pick<Core, 'store' | 'now'>, seats: Seats): SignIn {
  const note = (who: string, what: Parameters<typeof addAudit>[1]['what'], params: Record<string, string | number>) =>
    addAudit(store.write, { who, what, params, atMs: now() });

  const active = (personId: number): people.PersonRow => {
    const person = people.getPerson(store.read, personId);
    if (person === null || !person.active) throw new AppError('not_found', { personId });
    return person;
  };

  const check = async (personId: number, pin: string): Promise<void> => {
    const atMs = now();
    const person = store.write.transaction(() => {
      const one = active(personId);
      const wait = waitMs(one.failures, one.failedAtMs, atMs);
      if (wait > 0) throw new AppError('pin_wait', { seconds: Math.ceil(wait / 1000) });
      people.countTry(store.write, personId, atMs);
      return one;
    });
    if (await isPin(pin, people.pinHashOf(store.read, personId))) {
      people.forgiveTries(store.write, personId);
      return;
    }
    const failures = person.failures + 1;
    note('', 'people.wrongPin', { person: person.name, failures });
    const wait = waitMs(failures, atMs, atMs);
    throw wait > 0 ? new AppError('pin_wait', { seconds: Math.ceil(wait / 1000) }) : new AppError('pin_wrong');
  };

  return {
    check,
    hash: hashPin,
    async begin(seat, { name, pin, locale }) {
      if (people.anyAdministrator(store.read)) throw new AppError('people_begun');
      const pinHash = await hashPin(pin);
      const personId = store.write.transaction(() => {
        // Another window may have been quicker while the PIN was hashed.
        if (people.anyAdministrator(store.read)) throw new AppError('people_begun');
        setSettings(store.write, { locale });
        const id = people.addPerson(store.write, { name, role: 'administrator', pinHash, atMs: now() });
        note(name, 'people.begin', { person: name, role: 'administrator' });
        return id;
      });
      seats.sit(seat, personId);
    },
    async enter(seat, personId, pin) {
      await check(personId, pin);
      const { name, role } = active(personId);
      note(name, 'people.signIn', { role });
      seats.sit(seat, personId);
    },
  };
}
