import { setTimeout as tick } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { accessOf } from '#core/contract/permissions.ts';
import { roles } from '#core/contract/people.ts';
import { uiContract } from '#core/contract/ui.ts';
import { resetPin } from '#core/reset-pin.ts';
import { openStore } from '#core/store/open.ts';
import { callsAt, PIN, programCalls, signedIn } from '#test/fakes/signed-in.ts';
import { realApp, takeIn } from '#test/faults/real-app.ts';
import { put, temporaryFolder } from '#test/ingest/fixture.ts';

type Anything = Record<string, Record<string, (input?: unknown) => Promise<unknown>>>;

/** What becomes of a call without any input, by its code. */
async function outcome(calls: unknown, group: string, call: string): Promise<string> {
  try {
    const answer = await (calls as Anything)[group]?.[call]?.({});
    // A stream is asked for its first state.
    if (typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer)
      for await (const _ of answer as AsyncIterable<unknown>) break;
    return 'answered';
  } catch (thrown) {
    const { code, data } = thrown as { code?: string; data?: { code?: string } };
    return data?.code ?? code ?? String(thrown);
  }
}

const all = Object.entries(uiContract).flatMap(([group, of]) => Object.keys(of).map((call) => [group, call] as const));
/** They take what is passed as it is, and would end what is looked at here. */
const ofTheDoor = (group: string): boolean => group === 'people';

describe('the gate of a real core', () => {
  it('answers a seat where nobody sits, and a caller of no seat, nothing but the door', async () => {
    const { app } = await realApp();
    await signedIn(app, { seat: 'somebody else' });
    const beyond: string[] = [];
    for (const calls of [callsAt(app, 'nobody'), callsAt(app, '')])
      for (const [group, call] of all) {
        if (accessOf([group, call]) === 'door') continue;
        const came = await outcome(calls, group, call);
        // Input is looked at before: what is wrong in it tells nothing.
        if (came !== 'not_signed_in' && came !== 'BAD_REQUEST') beyond.push(`${group}.${call}: ${came}`);
      }
    expect(beyond).toEqual([]);
    await expect(app.picture('/thumb/1', { seat: 'nobody' })).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(await app.picture('/thumb/1', { seat: 'somebody else' })).toBeNull();
  });

  it.each(roles)('refuses what a role may not do, and says who may: %s', async (role) => {
    const { app } = await realApp();
    const calls = await signedIn(app, { name: '田中', role });
    const refused: string[] = [];
    const expected: string[] = [];
    for (const [group, call] of all) {
      if (ofTheDoor(group) || (role === 'administrator' && accessOf([group, call]) === 'admin')) continue;
      const access = accessOf([group, call]);
      const may = {
        all: roles,
        line: ['operator', 'supervisor', 'administrator'],
        lead: ['supervisor', 'administrator'],
      };
      const who =
        access === 'report'
          ? ['supervisor', 'manager', 'administrator']
          : access === 'admin'
            ? ['administrator']
            : may[access as 'all'];
      // With an input that is wrong it is no secret who may: only calls that take nothing are told apart.
      if (await takesNothing(group, call)) {
        if (!who.some((one) => one === role)) expected.push(`${group}.${call}`);
        else if (['learn.start', 'teach.start', 'sample.start'].includes(`${group}.${call}`)) continue;
        if (!who.some((one) => one === role) && (await outcome(calls, group, call)) === 'not_allowed')
          refused.push(`${group}.${call}`);
      }
    }
    expect(refused).toEqual(expected);
    if (role !== 'administrator') expect(refused).toContain('backups.keep');
  });

  async function takesNothing(group: string, call: string): Promise<boolean> {
    const of = (uiContract as unknown as Record<string, Record<string, { '~orpc': { inputSchema?: unknown } }>>)[group];
    return of?.[call]?.['~orpc'].inputSchema === undefined;
  }

  it('records in the name of who is signed in, and nothing in anybody else’s', async () => {
    const { app, dataDir } = await realApp();
    const folder = temporaryFolder();
    await put(folder, '1.png', 1);
    const program = programCalls(app);
    await takeIn(program, folder, 1);
    const tanaka = await signedIn(app, { name: '田中', role: 'operator' });
    const { rows } = await tanaka.images.list({});
    const imageId = rows[0]?.id ?? 0;
    for await (const { classes } of await tanaka.app.watch()) {
      const classId = classes[0]?.id ?? 0;
      await tanaka.teach.label({ imageId, classId, who: '田中' });
      await expect(tanaka.teach.label({ imageId, classId, who: '佐藤' })).rejects.toMatchObject({
        data: { code: 'other_person', params: { name: '佐藤' } },
      });
      await expect(tanaka.threshold.apply({ review: 0.2, reject: 0.4, reason: '' })).rejects.toMatchObject({
        data: { code: 'not_allowed', params: { access: 'lead' } },
      });
      break;
    }
    const db = new Database(join(dataDir, 'minarai.db'), { readonly: true });
    expect(db.prepare('SELECT who FROM label').pluck().all()).toEqual(['田中']);
    db.close();
  });

  it('ends the states of a window that is locked, and goes on with what runs', async () => {
    const { app } = await realApp();
    const calls = await signedIn(app);
    const states = await calls.app.watch();
    expect((await states.next()).done).toBe(false);
    const next = states.next();
    await calls.people.lock();
    // At most what was on its way already.
    const last = await next;
    expect(last.done === true || (await states.next()).done === true).toBe(true);
    await expect(calls.images.list({})).rejects.toMatchObject({ data: { code: 'not_signed_in' } });
    await tick(0);
  });

  it('lets in with a new PIN whoever forgot it, by a command on the machine itself, which the trail tells', async () => {
    const { app, dataDir } = await realApp();
    await signedIn(app, { name: '佐藤' });
    await expect(resetPin(dataDir)).rejects.toMatchObject({ code: 'second_instance' });
    await app.close();
    await expect(resetPin(dataDir, '田中')).rejects.toMatchObject({ code: 'not_found', params: { names: '佐藤' } });
    const made = await resetPin(dataDir);
    expect(made).toMatchObject({ name: '佐藤', pin: expect.stringMatching(/^\d{6}$/) });
    const again = await realApp({ dataDir });
    const calls = callsAt(again.app, 'x');
    await expect(calls.people.signIn({ personId: 1, pin: made.pin === PIN ? '0' : PIN })).rejects.toMatchObject({
      data: { code: 'pin_wrong' },
    });
    await calls.people.signIn({ personId: 1, pin: made.pin });
    const { rows } = await calls.history.list({});
    expect(rows.map(({ what }) => what)).toContain('people.recover');
    await again.app.close();
    openStore(dataDir).close();
  });
});
