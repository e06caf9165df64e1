import type { ContractRouterClient } from '@orpc/contract';
import type { uiContract } from '#core/contract/ui.ts';
import { PIN } from '#test/fakes/signed-in.ts';
import type { Answer } from './serve.ts';

/** The cookies that an answer sets, as the next request sends them. */
export const cookiesOf = ({ headers }: Pick<Answer, 'headers'>): string =>
  (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';', 1)[0]).join('; ');

/** Signs in at a real host as its first person does at the first start, or as somebody who is known already. */
export async function signInAt(calls: ContractRouterClient<typeof uiContract>, name = 'Sato'): Promise<void> {
  for await (const { first, people, signedIn } of await calls.people.door()) {
    if (signedIn !== null) return;
    const known = people.find((person) => person.name === name);
    if (first) await calls.people.begin({ name, pin: PIN, locale: 'en' });
    else if (known) await calls.people.signIn({ personId: known.id, pin: PIN });
    else throw new Error(`nobody is called ${name}`);
  }
}
