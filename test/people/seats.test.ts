import { describe, expect, it } from 'vitest';
import { createSeats } from '#core/seats.ts';
import { createSignIn } from '#core/sign-in.ts';
import { readTrail } from './trail.ts';
import { openStore } from '#core/store/open.ts';
import * as people from '#core/store/people.ts';
import { temporaryFolder, temporaryStore } from '#test/store/fixture.ts';

const MINUTE = 60_000;

/** Two people, whose PINs are hashed for real, and a clock. */
async function site() {
  const store = temporaryStore();
  let nowMs = 1_700_000_000_000;
  const now = () => nowMs;
  const seats = createSeats(store.read, now);
  const signIn = createSignIn({ store, now }, seats);
  await signIn.begin('office', { name: '佐藤', pin: '482915', locale: 'ja' });
  const pinHash = await signIn.hash('7391');
  const kato = people.addPerson(store.write, { name: '加藤', role: 'operator', pinHash, atMs: 1 });
  return { store, seats, signIn, kato, now, pass: (ms: number) => void (nowMs += ms) };
}

describe('a seat', () => {
  it('is locked after the minutes of the administrator without a touch, and a touch begins them anew', async () => {
    const { store, seats, pass } = await site();
    people.setLockAfterMinutes(store.write, 5);
    const changes: unknown[] = [];
    seats.onChange(() => changes.push(seats.personAt('office')?.name ?? null));
    pass(4 * MINUTE);
    seats.seen('office');
    pass(5 * MINUTE - 1);
    expect([seats.look(), seats.personAt('office')?.name]).toEqual([[], '佐藤']);
    pass(1);
    expect(seats.personAt('office')).toBeNull();
    seats.seen('office');
    expect(seats.look()).toMatchObject([{ name: '佐藤' }]);
    expect(changes).toEqual([null]);
    expect(seats.look()).toEqual([]);
  });

  it('is locked when the clock goes back, since nobody knows how long ago the last touch was', async () => {
    const { seats, pass } = await site();
    pass(-1);
    expect(seats.personAt('office')).toBeNull();
  });

  it('is of one browser: who is in at one is not in at another', async () => {
    const { seats, signIn, kato } = await site();
    expect(seats.personAt('line')).toBeNull();
    await signIn.enter('line', kato, '7391');
    expect([seats.personAt('line'), seats.personAt('office')]).toMatchObject([{ name: '加藤' }, { name: '佐藤' }]);
    seats.leave('line');
    expect([seats.personAt('line'), seats.personAt('office')]).toMatchObject([null, { name: '佐藤' }]);
  });

  it('is left by somebody who may no longer sign in, and has the role of now', async () => {
    const { store, seats, signIn, kato } = await site();
    await signIn.enter('line', kato, '7391');
    people.setRole(store.write, kato, 'supervisor');
    expect(seats.personAt('line')?.role).toBe('supervisor');
    people.setActive(store.write, kato, false);
    expect(seats.personAt('line')).toBeNull();
    await expect(signIn.enter('line', kato, '7391')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('ends what follows it as soon as another sits there', async () => {
    const { seats, signIn, kato } = await site();
    const watched = seats.whileSeated({ seat: 'office' }, undefined);
    await signIn.enter('line', kato, '7391');
    expect(watched.aborted).toBe(false);
    await signIn.enter('office', kato, '7391');
    expect(watched.aborted).toBe(true);
    expect(seats.whileSeated({ seat: 'nobody' }, undefined).aborted).toBe(true);
    expect(seats.whileSeated('program', undefined).aborted).toBe(false);
  });
});

describe('wrong PINs', () => {
  it('make the person wait, longer each time, also after a restart; the right one is forgiven', async () => {
    const folder = temporaryFolder();
    let nowMs = 5_000_000;
    let store = openStore(folder);
    const open = () =>
      createSignIn(
        { store, now: () => nowMs },
        createSeats(store.read, () => nowMs),
      );
    let signIn = open();
    const id = people.addPerson(store.write, {
      ...{ name: '加藤', role: 'operator', pinHash: await signIn.hash('7391'), atMs: 1 },
    });
    const wrong = async (pin = '0001') =>
      signIn.check(id, pin).then(
        () => 'in',
        (thrown: Error) => thrown.message,
      );
    expect([await wrong(), await wrong(), await wrong()]).toEqual([
      ...['pin_wrong {}', 'pin_wrong {}', 'pin_wait {"seconds":15}'],
    ]);
    // Neither the right one nor a new start helps before its time.
    expect(await wrong('7391')).toBe('pin_wait {"seconds":15}');
    store.close();
    store = openStore(folder);
    signIn = open();
    nowMs += 14_000;
    expect(await wrong('7391')).toBe('pin_wait {"seconds":1}');
    nowMs += 1000;
    expect(await wrong()).toBe('pin_wait {"seconds":30}');
    nowMs += 30_000;
    expect(await wrong('7391')).toBe('in');
    expect(people.getPerson(store.read, id)).toMatchObject({ failures: 0 });
    expect(readTrail(store.read, 'people.wrongPin')).toEqual(
      [1, 2, 3, 4].map((failures) => ({ person: '加藤', failures })),
    );
    store.close();
  });

  it('are as many when they come at once', async () => {
    const { signIn, kato } = await site();
    const tries = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => signIn.check(kato, String(1000 + n))));
    const looked = tries.filter(({ status, ...rest }) => status === 'rejected' && JSON.stringify(rest).includes('15'));
    expect(tries.every(({ status }) => status === 'rejected')).toBe(true);
    expect(looked.length).toBeGreaterThanOrEqual(17);
  });

  it('of one person keep nobody else out', async () => {
    const { signIn, seats, kato } = await site();
    for (let n = 0; n < 3; n++) await signIn.check(kato, '0001').catch(() => undefined);
    await signIn.enter('line', 1, '482915');
    expect(seats.personAt('line')?.name).toBe('佐藤');
  });
});

describe('people', () => {
  it('are made once, never deleted, and never called like another', async () => {
    const { store, signIn, kato } = await site();
    await expect(signIn.begin('x', { name: '田中', pin: '4829', locale: 'ja' })).rejects.toMatchObject({
      code: 'people_begun',
    });
    for (const name of ['佐藤', ' 佐　藤', '加藤'])
      expect(() => people.addPerson(store.write, { name, role: 'operator', pinHash: 'x', atMs: 1 })).toThrow(
        /person_name_taken/,
      );
    expect(() => store.write.run('DELETE FROM person')).toThrow(/not deleted/);
    expect(() => store.write.run("UPDATE person SET name = 'x'")).toThrow(/a name stays/);
    expect(() => people.setRole(store.write, 1, 'supervisor')).toThrow(/last_administrator/);
    expect(() => people.setActive(store.write, 1, false)).toThrow(/last_administrator/);
    people.setRole(store.write, kato, 'administrator');
    people.setActive(store.write, 1, false);
    expect(people.listPeople(store.read).map(({ role, active }) => [role, active])).toEqual([
      ['administrator', false],
      ['administrator', true],
    ]);
  });
});
