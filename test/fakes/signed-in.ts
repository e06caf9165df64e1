import { createRouterClient, type RouterClient } from '@orpc/server';
import type { App } from '#core/app-types.ts';
import type { Role } from '#core/contract/people.ts';

/** A PIN that the app takes. */
export const PIN = '482915';

/** The calls of a real app as the program itself makes them: every right, and nobody's name. */
export const programCalls = (app: App): RouterClient<App['router']> =>
  createRouterClient(app.router, { context: { caller: 'program' } });

/** The calls of a real app from a seat, where nobody sits yet. */
export const callsAt = (app: App, seat: string): RouterClient<App['router']> =>
  createRouterClient(app.router, { context: { caller: { seat } } });

/** A real app whose pictures are for whoever asks: for tests of what lies around them. */
export const unlocked = (app: App): App => ({ ...app, picture: (path) => app.picture(path, 'program') });

/** Signs a person in for real, whom the first administrator has added where there was none of the name. */
export async function signedIn(
  app: App,
  { name = '佐藤', role = 'administrator', seat = name }: { name?: string; role?: Role; seat?: string } = {},
): Promise<RouterClient<App['router']>> {
  const calls = callsAt(app, seat);
  const door = async () => {
    for await (const one of await calls.people.door()) return one;
    throw new Error('no door');
  };
  if ((await door()).first) {
    const first = role === 'administrator' ? name : '管理者';
    await calls.people.begin({ name: first, pin: PIN, locale: 'ja' });
    if (first === name) return calls;
    await calls.people.lock();
  }
  const known = (await door()).people.find((one) => one.name === name);
  const personId = known?.id ?? (await programCalls(app).people.add({ name, role, pin: PIN })).personId;
  await calls.people.signIn({ personId, pin: PIN });
  return calls;
}
