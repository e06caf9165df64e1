import type { Caller } from './app-types.ts';
import type { SignedIn } from './contract/people.ts';
import type { Reader } from './store/handle.ts';
import { getPerson, lockAfterMinutes } from './store/people.ts';

interface Sitting {
  readonly personId: number;
  readonly seenAtMs: number;
}

/**
 * Who is signed in where. A seat is what shares one screen: all windows of one browser (its cookie), or the Electron window. Nothing of
 * it is kept: after a start everybody signs in anew.
 */
export interface Seats {
  /** Who sits there; null: nobody, or nobody touched it for too long. */
  readonly personAt: (seat: string) => SignedIn | null;
  readonly sit: (seat: string, personId: number) => void;
  readonly leave: (seat: string) => void;
  /** Somebody touched it. */
  readonly seen: (seat: string) => void;
  /** Frees the seats that nobody touched for too long, and those of people who may no longer sign in; returns whom it saw off. */
  readonly look: () => readonly SignedIn[];
  /** A signal that ends with the given one, and as soon as another than whoever sits there now does. */
  readonly whileSeated: (caller: Caller | undefined, signal: AbortSignal | undefined) => AbortSignal;
  /** Called whenever anybody comes, goes or becomes another. */
  readonly onChange: (listener: () => void) => () => void;
  readonly changed: () => void;
}

/** @param now may go backwards: a seat whose last touch lies ahead is free, since nobody knows how long ago that was */
export function createSeats(db: Reader, now: () => number): Seats {
  const sittings = new Map<string, Sitting>();
  const listeners = new Set<() => void>();
  const changed = (): void => listeners.forEach((listener) => listener());

  const isIdle = ({ seenAtMs }: Sitting): boolean => {
    const idleMs = now() - seenAtMs;
    return idleMs < 0 || idleMs >= lockAfterMinutes(db) * 60_000;
  };
  const personAt = (seat: string): SignedIn | null => {
    const sitting = sittings.get(seat);
    if (sitting === undefined || isIdle(sitting)) return null;
    const person = getPerson(db, sitting.personId);
    return person === null || !person.active ? null : { id: person.id, name: person.name, role: person.role };
  };

  return {
    personAt,
    sit(seat, personId) {
      sittings.set(seat, { personId, seenAtMs: now() });
      changed();
    },
    leave(seat) {
      if (sittings.delete(seat)) changed();
    },
    seen(seat) {
      const sitting = sittings.get(seat);
      if (sitting !== undefined && !isIdle(sitting)) sittings.set(seat, { ...sitting, seenAtMs: now() });
    },
    look() {
      const gone = [...sittings].filter(([seat]) => personAt(seat) === null);
      for (const [seat] of gone) sittings.delete(seat);
      if (gone.length > 0) changed();
      return gone.flatMap(([, { personId }]) => {
        const person = getPerson(db, personId);
        return person === null ? [] : [{ id: person.id, name: person.name, role: person.role }];
      });
    },
    whileSeated(caller, signal) {
      const ended = new AbortController();
      if (caller !== 'program') {
        const seat = caller?.seat ?? '';
        const id = personAt(seat)?.id;
        const look = (): void => {
          if (id === undefined || personAt(seat)?.id !== id) ended.abort();
        };
        listeners.add(look);
        const forget = (): boolean => listeners.delete(look);
        ended.signal.addEventListener('abort', forget, { once: true });
        signal?.addEventListener('abort', forget, { once: true });
        look();
      }
      return signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed,
  };
}
