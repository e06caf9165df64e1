import type { implement } from '@orpc/server';
import type { Door } from '#core/contract/people.ts';
import type { uiContract } from '#core/contract/ui.ts';

type Os = ReturnType<typeof implement<typeof uiContract>>;

/** The person who is signed in wherever nothing else is said. */
export const sato = { id: 1, name: '佐藤', role: 'administrator' } as const;

export const fakeDoor: Door = {
  ...{ locale: 'ja', first: false, knownName: '', people: [sato], signedIn: sato, lockMinutes: 10 },
};

/** People of a core that has somebody signed in everywhere. */
export function fakePeople(os: Os, noted: (call: string) => Record<string, never>) {
  return {
    door: os.people.door.handler(async function* () {
      yield fakeDoor;
    }),
    begin: os.people.begin.handler(() => noted('people.begin')),
    signIn: os.people.signIn.handler(() => noted('people.signIn')),
    speak: os.people.speak.handler(() => noted('people.speak')),
    lock: os.people.lock.handler(() => noted('people.lock')),
    seen: os.people.seen.handler(() => ({})),
    changePin: os.people.changePin.handler(() => noted('people.changePin')),
    list: os.people.list.handler(() => ({ people: [], lockMinutes: 10 })),
    add: os.people.add.handler(() => ({ ...noted('people.add'), personId: 2 })),
    setRole: os.people.setRole.handler(() => noted('people.setRole')),
    resetPin: os.people.resetPin.handler(() => noted('people.resetPin')),
    setActive: os.people.setActive.handler(() => noted('people.setActive')),
    setLock: os.people.setLock.handler(() => noted('people.setLock')),
  };
}
