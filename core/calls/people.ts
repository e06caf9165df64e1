import { actAs } from '../acting.ts';
import type { CallContext } from '../app-types.ts';
import { AppError } from '../contract/errors.ts';
import type { Door, SignedIn } from '../contract/people.ts';
import type { Core } from '../core.ts';
import { createSignIn } from '../sign-in.ts';
import * as people from '../store/people.ts';
import { setSettings } from '../store/settings.ts';
import type { Seats } from '../seats.ts';
import { noteOf, type Implementer } from './base.ts';

/** The seat of a window; the program sits nowhere. */
function seatOf({ caller }: CallContext): string {
  if (caller === undefined || caller === 'program') throw new AppError('not_signed_in');
  return caller.seat;
}

/** People, their roles and PINs, and who is signed in where. */
export function peopleCalls(os: Implementer, core: Core, seats: Seats) {
  const { store, now } = core;
  const note = noteOf(core);
  const signIn = createSignIn(core, seats);
  const named = (personId: number): people.PersonRow => {
    const person = people.getPerson(store.read, personId);
    if (person === null) throw new AppError('not_found', { personId });
    return person;
  };
  const here = (context: CallContext): SignedIn => {
    const person = seats.personAt(seatOf(context));
    if (person === null) throw new AppError('not_signed_in');
    return person;
  };
  const door = (context: CallContext): Door => ({
    locale: core.settings().locale,
    first: !people.anyAdministrator(store.read),
    knownName: people.formerName(store.read),
    people: people
      .listPeople(store.read)
      .filter(({ active }) => active)
      .map(({ id, name, role }) => ({ id, name, role })),
    signedIn: seats.personAt(seatOf(context)),
    lockMinutes: people.lockAfterMinutes(store.read),
  });

  return {
    people: {
      door: os.people.door.handler(async function* ({ context, signal }) {
        let wake: () => void = () => undefined;
        let dirty = true;
        const stop = seats.onChange(() => {
          dirty = true;
          wake();
        });
        signal?.addEventListener('abort', () => wake(), { once: true });
        try {
          while (!signal?.aborted) {
            if (dirty) {
              dirty = false;
              yield door(context);
            } else await new Promise<void>((resolve) => (wake = resolve));
          }
        } finally {
          stop();
        }
      }),
      begin: os.people.begin.handler(async ({ input, context }) => {
        await signIn.begin(seatOf(context), input);
        return {};
      }),
      signIn: os.people.signIn.handler(async ({ input, context }) => {
        await signIn.enter(seatOf(context), input.personId, input.pin);
        return {};
      }),
      speak: os.people.speak.handler(({ input: { locale }, context }) => {
        const who = seats.personAt(seatOf(context))?.name ?? '';
        if (locale !== core.settings().locale)
          store.write.transaction(() => {
            setSettings(store.write, { locale });
            actAs(who, () => note('people.speak', { locale }));
          });
        core.changed();
        seats.changed();
        return {};
      }),
      lock: os.people.lock.handler(({ context }) => {
        const { name } = here(context);
        note('people.lock', { person: name, idle: false });
        seats.leave(seatOf(context));
        return {};
      }),
      seen: os.people.seen.handler(({ context }) => {
        seats.seen(seatOf(context));
        return {};
      }),
      changePin: os.people.changePin.handler(async ({ input, context }) => {
        const { id, name } = here(context);
        await signIn.check(id, input.pin);
        const pinHash = await signIn.hash(input.newPin);
        store.write.transaction(() => {
          people.setPinHash(store.write, id, pinHash);
          note('people.changePin', { person: name });
        });
        return {};
      }),
      list: os.people.list.handler(() => ({
        people: people.listPeople(store.read).map(({ failedAtMs: _, ...person }) => person),
        lockMinutes: people.lockAfterMinutes(store.read),
      })),
      add: os.people.add.handler(async ({ input: { name, role, pin } }) => {
        const pinHash = await signIn.hash(pin);
        const personId = store.write.transaction(() => {
          note('people.add', { person: name, role });
          return people.addPerson(store.write, { name, role, pinHash, atMs: now() });
        });
        seats.changed();
        return { personId };
      }),
      setRole: os.people.setRole.handler(({ input: { personId, role } }) => {
        const { name } = named(personId);
        store.write.transaction(() => {
          people.setRole(store.write, personId, role);
          note('people.setRole', { person: name, role });
        });
        seats.changed();
        return {};
      }),
      resetPin: os.people.resetPin.handler(async ({ input: { personId, pin } }) => {
        const { name } = named(personId);
        const pinHash = await signIn.hash(pin);
        store.write.transaction(() => {
          people.setPinHash(store.write, personId, pinHash);
          note('people.resetPin', { person: name });
        });
        return {};
      }),
      setActive: os.people.setActive.handler(({ input: { personId, active } }) => {
        const { name } = named(personId);
        store.write.transaction(() => {
          people.setActive(store.write, personId, active);
          note('people.setActive', { person: name, active });
        });
        seats.look();
        seats.changed();
        return {};
      }),
      setLock: os.people.setLock.handler(({ input: { minutes } }) => {
        store.write.transaction(() => {
          people.setLockAfterMinutes(store.write, minutes);
          note('people.setLock', { minutes });
        });
        seats.changed();
        return {};
      }),
    },
  };
}
