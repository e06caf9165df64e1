import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

export interface ContainerSteps {
  /** Command lines, one after the other. */
  readonly steps: readonly (readonly string[])[];
  /** What they are told beside. */
  readonly env: Env;
}

const PORT = '2222';

/** Number and count of an Indexed Job's pod; null where this is none. */
function indexOf(env: Env): { index: number; count: number } | null {
  const [index, count] = [Number(env['JOB_COMPLETION_INDEX'] ?? Number.NaN), Number(env['MINARAI_WORKERS'])];
  return Number.isInteger(index) && count > index ? { index, count } : null;
}

/**
 * TF_CONFIG of a pod of an Indexed Job, whose pods are found as `<job>-<index>.<service>`. One that is there already (Kubeflow, compose)
 * stays.
 *
 * @returns undefined where there is no cluster
 */
export function tfConfigOf(env: Env): string | undefined {
  if (env['TF_CONFIG']) return env['TF_CONFIG'];
  const place = indexOf(env);
  const { MINARAI_JOB: job, MINARAI_SERVICE: service, MINARAI_CLUSTER_PORT: port = PORT } = env;
  if (place === null || !job || !service) return undefined;
  const worker = Array.from({ length: place.count }, (_, index) => `${job}-${index}.${service}:${port}`);
  return JSON.stringify({ cluster: { worker }, task: { type: 'worker', index: place.index } });
}

/** The newest checkpoint of a data folder by its steps; undefined where it has none. @param files below the folder, with "/" */
export function newestCheckpoint(files: readonly string[]): string | undefined {
  const found = files.flatMap((file) => {
    const [, job, step] = /^jobs\/(\d+)\/step-(\d+)\.minarai$/.exec(file) ?? [];
    return job === undefined ? [] : [{ file, job: Number(job), step: Number(step) }];
  });
  return found.sort((a, b) => b.job - a.job || b.step - a.step)[0]?.file;
}

/**
 * What a container does. `pretrain`: the data folder is made of the backup `MINARAI_BACKUP` where it has no database yet, then it
 * learns with the others. `archive-embed`: as the worker of its number. Anything else: as it stands.
 *
 * @param exists whether a file is there
 */
export function containerSteps(args: readonly string[], env: Env, exists: (file: string) => boolean): ContainerSteps {
  const [command] = args;
  const place = indexOf(env);
  if (command === 'archive-embed' && place !== null)
    return { steps: [[...args, '--worker', `${place.index + 1}/${place.count}`]], env: {} };
  if (command !== 'pretrain') return { steps: [args], env: {} };
  const { MINARAI_BACKUP: backup, MINARAI_DATA: data } = env;
  const restore =
    backup && data && !exists(join(data, 'minarai.db')) ? [['restore', '--file', backup, '--data', data]] : [];
  return { steps: [...restore, args], env: { TF_CONFIG: tfConfigOf(env) } };
}
