import { parentPort } from 'node:worker_threads';

/** A tile worker whose thread dies of its first batch, as one does that runs out of memory. */
parentPort?.on('message', () => {
  throw new Error('out of memory');
});
