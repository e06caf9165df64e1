import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AppError } from '#core/contract/errors.ts';
import { clusterFrom } from '#core/contract/tf-config.ts';

const from = (config: unknown) => clusterFrom({ TF_CONFIG: JSON.stringify(config) });
const workers = ['a:2222', '10.0.0.2:2222', '[fd00::3]:2222'];

it('reads a worker’s place, also where a chief stands before the workers and the index is text', () => {
  expect(clusterFrom({})).toBeNull();
  expect(clusterFrom({ TF_CONFIG: ' ' })).toBeNull();
  expect(from({ cluster: { worker: workers }, task: { type: 'worker', index: 1 } })).toEqual({
    workers,
    job: 'worker',
    index: 1,
  });
  const withChief = { chief: ['c:1'], worker: workers };
  expect(from({ cluster: withChief, task: { type: 'worker', index: '1' } })).toMatchObject({
    workers: ['c:1', ...workers],
    index: 2,
  });
  expect(from({ cluster: withChief, task: { type: 'chief', index: 0 } })).toMatchObject({ index: 0 });
});

it.each([
  [{ cluster: { worker: ['a'] }, task: { type: 'worker', index: 0 } }, 'cluster.worker.0'],
  [{ cluster: { worker: ['a:70000'] }, task: { type: 'worker', index: 0 } }, 'cluster.worker.0'],
  [{ cluster: { worker: ['a:1', 'a:1'] }, task: { type: 'worker', index: 0 } }, 'cluster.worker'],
  [{ cluster: { worker: ['a:1'] }, task: { type: 'worker', index: 1 } }, 'task.index'],
  [{ cluster: { worker: ['a:1'] }, task: { type: 'chief', index: 0 } }, 'task.index'],
  [{ cluster: { worker: ['a:1'] }, task: { type: 'evaluator', index: 0 } }, 'task.type'],
  [{ cluster: { worker: ['a:1'], ps: ['b:1'] }, task: { type: 'worker', index: 0 } }, 'cluster.ps'],
  [{ cluster: { worker: ['a:1'] } }, 'task'],
])('names what is wrong in %j', (config, field) => {
  expect(() => from(config)).toThrow(
    expect.objectContaining({ code: 'cluster_config', params: expect.objectContaining({ field }) }),
  );
});

it('answers any text with a place or with what is wrong', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      try {
        const place = clusterFrom({ TF_CONFIG: text });
        if (place !== null) expect(place.index).toBeLessThan(place.workers.length);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(AppError);
      }
    }),
  );
});
