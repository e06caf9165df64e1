import { expect, it } from 'vitest';
import { containerSteps, newestCheckpoint, tfConfigOf } from '#host/container-steps.ts';

const pod = { JOB_COMPLETION_INDEX: '2', MINARAI_WORKERS: '3', MINARAI_JOB: 'train', MINARAI_SERVICE: 'ring' };
const none = (): boolean => false;

it('a pod of an Indexed Job knows the others by their names, and itself by its number', () => {
  expect(JSON.parse(tfConfigOf(pod) ?? '')).toEqual({
    cluster: { worker: ['train-0.ring:2222', 'train-1.ring:2222', 'train-2.ring:2222'] },
    task: { type: 'worker', index: 2 },
  });
  expect(tfConfigOf({ ...pod, TF_CONFIG: '{"of": "Kubeflow"}' })).toBe('{"of": "Kubeflow"}');
  for (const lacking of ['JOB_COMPLETION_INDEX', 'MINARAI_WORKERS', 'MINARAI_JOB', 'MINARAI_SERVICE'])
    expect(tfConfigOf({ ...pod, [lacking]: undefined })).toBeUndefined();
});

it('a training begins with the backup where there is no database, and goes on without it', () => {
  const env = { ...pod, MINARAI_BACKUP: '/share/backup.db', MINARAI_DATA: '/data' };
  const args = ['pretrain', '--minutes', '60'];
  const first = containerSteps(args, env, none);
  expect(first.steps).toEqual([['restore', '--file', '/share/backup.db', '--data', '/data'], args]);
  expect(first.env).toEqual({ TF_CONFIG: tfConfigOf(pod) });
  expect(containerSteps(args, env, (file) => file === '/data/minarai.db').steps).toEqual([args]);
});

it('a worker of an archive is told its number; everything else stays as it is', () => {
  const args = ['archive-embed', '--out', '/results'];
  expect(containerSteps(args, pod, none)).toEqual({ steps: [[...args, '--worker', '3/3']], env: {} });
  expect(containerSteps(args, {}, none)).toEqual({ steps: [args], env: {} });
  expect(containerSteps(['doctor'], pod, none)).toEqual({ steps: [['doctor']], env: {} });
});

it('hands out the last checkpoint of the newest run', () => {
  const files = [
    'jobs/9/step-000900.minarai',
    'jobs/10/step-000020.minarai',
    'jobs/10/step-000100.minarai',
    'minarai.db',
  ];
  expect(newestCheckpoint(files)).toBe('jobs/10/step-000100.minarai');
  expect(newestCheckpoint(['models/1.minarai'])).toBeUndefined();
});
