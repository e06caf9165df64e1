import * as v from 'valibot';
import { startEngine } from '#core/engine-client.ts';
import { forkEngine } from '#core/engine-fork.ts';
import type { Measured } from '../side.ts';
import type { Ready } from './side.ts';

const Params = v.object({ model: v.string(), imagesFile: v.string() });

/** The whole of scoring: one call to a real engine process through its contract, from the list of pictures to their scores. */
export async function prepareScore(input: unknown): Promise<Ready> {
  const asked = v.parse(Params, input);
  const engine = startEngine(() => forkEngine(() => undefined));
  const once = async (): Promise<Measured> => {
    const startMs = performance.now();
    let items = 0;
    for await (const event of await engine.calls.score(asked)) {
      if (event.kind !== 'scored') continue;
      if (event.failed.length > 0) throw new Error(`${event.failed.length} pictures could not be read`);
      items += event.rows.length;
    }
    return { seconds: (performance.now() - startMs) / 1000, items };
  };
  await once();
  return { facts: { detail: 'engine process, whole scoring' }, run: once };
}
