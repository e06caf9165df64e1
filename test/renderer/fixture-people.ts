import { EventPublisher, type implement } from '@orpc/server';
import type { Door, PersonView, Role, SignedIn } from '#core/contract/people.ts';
import type { uiContract } from '#core/contract/ui.ts';
import { pinProblem } from '#core/domain/pin.ts';

type Os = ReturnType<ReturnType<typeof implement<typeof uiContract>>['use']>;
type Known = PersonView & { pin: string };

/** The PIN of everybody. */
export const FIXTURE_PIN = '482915';

/** People in memory; somebody is signed in at the start, so that a test need not think of it. */
export class FixturePeople {
  readonly #publisher = new EventPublisher<{ door: Door }>();
  readonly #people: Known[] = [];
  readonly #speak: (locale: Door['locale']) => void;
  #door: Door = { locale: 'ja', first: false, knownName: '', people: [], signedIn: null, lockMinutes: 10 };
  /** How many times somebody was there. */
  seen = 0;

  constructor(speak: (locale: Door['locale']) => void) {
    this.#speak = speak;
    this.#add('佐藤', 'administrator');
    this.#add('加藤', 'operator');
    this.#sit(this.#people[0]);
  }

  get door(): Door {
    return this.#door;
  }

  #add(name: string, role: Role, pin = FIXTURE_PIN): Known {
    const person = { id: this.#people.length + 1, name, role, active: true, createdAtMs: 1, failures: 0, pin };
    this.#people.push(person);
    this.change({});
    return person;
  }

  #sit(person: Known | undefined): void {
    this.change({ signedIn: person === undefined ? null : { id: person.id, name: person.name, role: person.role } });
  }

  change(patch: Partial<Door>): void {
    const people: SignedIn[] = this.#people
      .filter(({ active }) => active)
      .map(({ id, name, role }) => ({ id, name, role }));
    this.#door = { ...this.#door, people, ...patch };
    this.#publisher.publish('door', this.#door);
  }

  /** Nobody is known yet, as at the very first start. */
  forget(): void {
    this.#people.length = 0;
    this.change({ first: true, signedIn: null });
  }

  /** Somebody else is signed in from now on, added where nobody is called so. */
  become(name: string, role: Role): void {
    const person = this.#people.find((one) => one.name === name) ?? this.#add(name, role);
    person.role = role;
    this.#sit(person);
  }

  lock(): void {
    this.change({ signedIn: null });
  }

  /** Whoever was known first is signed in again. */
  back(): void {
    this.change({ first: false });
    this.#sit(this.#people[0]);
  }

  #known(personId: number): Known {
    const person = this.#people.find(({ id }) => id === personId);
    if (!person) throw new Error(`nobody has the number ${personId}`);
    return person;
  }

  router(os: Os) {
    const watch = this.#watch.bind(this);
    return {
      door: os.people.door.handler(({ signal }) => watch(signal)),
      begin: os.people.begin.handler(({ input, errors }) => {
        const problem = pinProblem(input.pin);
        if (problem) throw errors.APP({ data: { code: `pin_${problem}`, params: { fewest: 4, most: 12 } } });
        this.#speak(input.locale);
        const person = this.#add(input.name, 'administrator', input.pin);
        this.change({ first: false, locale: input.locale });
        this.#sit(person);
        return {};
      }),
      signIn: os.people.signIn.handler(({ input, errors }) => {
        const person = this.#known(input.personId);
        if (input.pin !== person.pin) {
          person.failures++;
          const waits = person.failures >= 3;
          throw errors.APP({
            data: waits ? { code: 'pin_wait', params: { seconds: 15 } } : { code: 'pin_wrong', params: {} },
          });
        }
        person.failures = 0;
        this.#sit(person);
        return {};
      }),
      speak: os.people.speak.handler(({ input: { locale } }) => {
        this.change({ locale });
        this.#speak(locale);
        return {};
      }),
      lock: os.people.lock.handler(() => (this.lock(), {})),
      seen: os.people.seen.handler(() => (this.seen++, {})),
      changePin: os.people.changePin.handler(({ input, errors }) => {
        const person = this.#known(this.#door.signedIn?.id ?? 0);
        if (input.pin !== person.pin) throw errors.APP({ data: { code: 'pin_wrong', params: {} } });
        person.pin = input.newPin;
        return {};
      }),
      list: os.people.list.handler(() => ({
        people: this.#people.map(({ pin: _, ...person }) => person),
        lockMinutes: this.#door.lockMinutes,
      })),
      add: os.people.add.handler(({ input }) => ({ personId: this.#add(input.name, input.role, input.pin).id })),
      setRole: os.people.setRole.handler(({ input, errors }) => {
        const person = this.#known(input.personId);
        const others = this.#people.filter(({ role, id }) => role === 'administrator' && id !== person.id);
        if (others.length === 0 && input.role !== 'administrator')
          throw errors.APP({ data: { code: 'last_administrator', params: {} } });
        person.role = input.role;
        this.change({});
        return {};
      }),
      resetPin: os.people.resetPin.handler(({ input }) => ((this.#known(input.personId).pin = input.pin), {})),
      setActive: os.people.setActive.handler(({ input }) => {
        this.#known(input.personId).active = input.active;
        this.change({});
        return {};
      }),
      setLock: os.people.setLock.handler(({ input }) => (this.change({ lockMinutes: input.minutes }), {})),
    };
  }

  async *#watch(signal: AbortSignal | undefined): AsyncGenerator<Door> {
    const changes = this.#publisher.subscribe('door', signal ? { signal } : {});
    yield this.#door;
    try {
      for await (const door of changes) yield door;
    } catch {
      // The window is gone.
    }
  }
}
