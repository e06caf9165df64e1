import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { listAudit, verifyAudit } from '#core/store/audit.ts';
import { openStore } from '#core/store/open.ts';
import { callsAt, PIN, signedIn } from '#test/fakes/signed-in.ts';
import { realApp } from '#test/faults/real-app.ts';
import { temporaryFolder } from '#test/ingest/fixture.ts';
import { launch } from './launch.ts';

/* The real command line over a real data folder, as somebody runs it who can no longer sign in. */

let dir: string;
beforeEach(() => {
  dir = temporaryFolder();
});

async function resetPin(args: string[]) {
  const command = launch('host/cli.ts', ['reset-pin', '--data', join(dir, 'data'), ...args]);
  const { code } = await command.exit;
  return { code, out: command.out().trim(), err: command.err().trim() };
}

/** A data folder where these people can sign in; the app is closed. */
async function made(...names: string[]): Promise<void> {
  const { app } = await realApp({ dataDir: join(dir, 'data') });
  for (const name of names) await signedIn(app, { name });
  await app.close();
}

/** Of the trail, what was recorded of new PINs made so. */
function recorded() {
  const store = openStore(join(dir, 'data'));
  try {
    expect(verifyAudit(store.read)).toBeNull();
    return listAudit(store.read, 50)
      .filter(({ what }) => what === 'people.recover')
      .map(({ who, params }) => ({ who, params }));
  } finally {
    store.close();
  }
}

describe('pilot reset-pin', () => {
  it('lets the only administrator in again, by a new PIN that is printed once; the trail tells it', async () => {
    await made('佐藤');
    const { code, out, err } = await resetPin(['--json']);
    expect([code, err]).toEqual([0, '']);
    const { name, pin } = JSON.parse(out) as { name: string; pin: string };
    expect(name).toBe('佐藤');
    expect(pin).toMatch(/^\d{6}$/);
    expect(recorded()).toEqual([{ who: '', params: { person: '佐藤' } }]);
    const { app } = await realApp({ dataDir: join(dir, 'data') });
    const calls = callsAt(app, 'window');
    await expect(calls.people.signIn({ personId: 1, pin: PIN })).rejects.toMatchObject({ data: { code: 'pin_wrong' } });
    await calls.people.signIn({ personId: 1, pin });
    const { rows } = await calls.history.list({});
    // Nobody may read the PIN out of what is on record.
    expect(JSON.stringify(rows)).not.toContain(pin);
    await app.close();
  });

  it('asks whom it is for where there are two, and then takes the name; in the reader’s language', async () => {
    await made('佐藤', '田中');
    const which = await resetPin(['--lang', 'ja']);
    expect(which.code).toBe(2);
    expect(which.out).toBe('');
    expect(which.err).toContain('佐藤, 田中');
    expect(which.err).toMatch(/[ぁ-ん]/);
    expect(recorded()).toEqual([]);
    const { code, out } = await resetPin(['--name', '田中', '--lang', 'ja']);
    expect(code).toBe(0);
    expect(out).toContain('田中');
    expect(out).toMatch(/\d{6}/);
    expect(recorded()).toEqual([{ who: '', params: { person: '田中' } }]);
  });

  it('changes nothing while the app runs', async () => {
    const { app } = await realApp({ dataDir: join(dir, 'data') });
    await signedIn(app, { name: '佐藤' });
    const { code, out, err } = await resetPin(['--lang', 'en']);
    expect([code, out]).toEqual([1, '']);
    expect(err.split('\n')).toHaveLength(1);
    await app.close();
    expect(recorded()).toEqual([]);
  });
});
