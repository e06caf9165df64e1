import * as v from 'valibot';
import { AppError } from './errors.ts';

/*
 * TF_CONFIG, as every tool that starts TensorFlow on a cluster sets it: {"cluster": {"worker": ["host:port", …]}, "task": {"type":
 * "worker", "index": 0}}. Kubeflow's TFJob calls the first worker "chief": it stands first.
 */

/** A worker's place in its cluster. */
export const ServerPlace = v.object({
  /** `host:port` of each worker, in the order of their indices; the first one leads. */
  workers: v.array(v.string()),
  job: v.string(),
  index: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
export type ServerPlace = v.InferOutput<typeof ServerPlace>;

const port = (text: string): number => Number(text.slice(text.lastIndexOf(':') + 1));
const Address = v.pipe(
  v.string(),
  v.maxLength(300),
  v.regex(/^[\w.[\]:-]+:\d{1,5}$/),
  v.check((text) => port(text) > 0 && port(text) < 65_536),
);
const TfConfig = v.object({
  cluster: v.object({
    chief: v.optional(v.pipe(v.array(Address), v.maxLength(1)), []),
    worker: v.optional(v.pipe(v.array(Address), v.maxLength(1024)), []),
    ps: v.optional(v.never()),
  }),
  task: v.object({
    type: v.picklist(['chief', 'worker']),
    // A string where it was put together from environment variables.
    index: v.pipe(
      v.union([v.number(), v.pipe(v.string(), v.digits())]),
      v.transform(Number),
      v.integer(),
      v.minValue(0),
    ),
  }),
});

/** Where each part of a wrong TF_CONFIG is wrong: the first path, as `task.index`. */
const pathOf = (issues: readonly v.BaseIssue<unknown>[]): string =>
  issues[0]?.path?.map(({ key }) => String(key)).join('.') ?? '';

/**
 * The cluster that an environment describes and this process's place in it; null where it describes none.
 *
 * @throws AppError `cluster_config` with `field` (a path into TF_CONFIG, empty where it is no JSON) and `value`
 */
export function clusterFrom(environment: Readonly<Record<string, string | undefined>>): ServerPlace | null {
  const text = environment['TF_CONFIG'];
  if (text === undefined || text.trim() === '') return null;
  const wrong = (field: string, value: unknown): AppError =>
    new AppError('cluster_config', { field, value: JSON.stringify(value ?? null).slice(0, 200) });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw wrong('', text);
  }
  const parsed = v.safeParse(TfConfig, json);
  if (!parsed.success) throw wrong(pathOf(parsed.issues), parsed.issues[0].input);
  const { cluster, task } = parsed.output;
  const workers = [...cluster.chief, ...cluster.worker];
  const twice = workers.find((address, at) => workers.indexOf(address) !== at);
  if (twice !== undefined) throw wrong('cluster.worker', twice);
  const own = task.type === 'chief' ? cluster.chief : cluster.worker;
  if (task.index >= own.length) throw wrong('task.index', task.index);
  // One job: to the collectives a chief is the worker that comes first.
  return { workers, job: 'worker', index: task.type === 'chief' ? 0 : cluster.chief.length + task.index };
}
