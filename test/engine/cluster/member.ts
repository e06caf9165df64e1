import { agree } from '#engine/cluster/agree.ts';
import { joinCluster } from '#engine/cluster/group.ts';
import { clusterFrom } from '#core/contract/tf-config.ts';
import { curveTogether, gradientTogether, type Asked } from './gradient.ts';

/*
 * One worker of cluster.test.ts, in a process of its own as workers are: it joins by TF_CONFIG, then does what its parent says and
 * answers with what came of it.
 */

export type Order =
  | { readonly do: 'mean'; readonly buckets: readonly (readonly number[])[] }
  | { readonly do: 'gather'; readonly values: readonly number[] }
  | { readonly do: 'agree'; readonly facts: Readonly<Record<string, string>> }
  | { readonly do: 'gradient' | 'curve'; readonly asked: Asked }
  | { readonly do: 'leave' };
export type Answer =
  | { readonly is: 'joined' | 'done' }
  | { readonly is: 'numbers'; readonly numbers: readonly (readonly number[])[] }
  | { readonly is: 'failed'; readonly code: string; readonly params: Readonly<Record<string, unknown>> };

const say = (answer: Answer): void => void process.send?.(answer);
const told = async (work: () => Promise<Answer>): Promise<void> =>
  work().then(say, (thrown: { code?: string; params?: Record<string, unknown> }) =>
    say({ is: 'failed', code: thrown.code ?? 'unnamed', params: thrown.params ?? {} }),
  );

await told(async () => {
  const place = clusterFrom(process.env);
  if (place === null) throw new Error('TF_CONFIG is missing');
  const group = await joinCluster(place, new AbortController().signal, Number(process.env['WAIT_MS'] ?? 20_000));
  process.on(
    'message',
    (order: Order) =>
      void told(async () => {
        switch (order.do) {
          case 'mean': {
            const buckets = order.buckets.map((values) => Float32Array.from(values));
            await group.mean(buckets);
            return { is: 'numbers', numbers: buckets.map((values) => [...values]) };
          }
          case 'gather':
            return { is: 'numbers', numbers: [[...(await group.gather(Float32Array.from(order.values)))]] };
          case 'agree':
            await agree(group, order.facts);
            return { is: 'done' };
          case 'gradient':
            return { is: 'numbers', numbers: await gradientTogether(group, order.asked) };
          case 'curve':
            return { is: 'numbers', numbers: [await curveTogether(group, order.asked)] };
          case 'leave':
            await group.leave();
            // Nothing keeps the process alive after its answer.
            process.removeAllListeners('message');
            return { is: 'done' };
        }
      }),
  );
  return { is: 'joined' };
});
