import { parentPort, workerData } from 'node:worker_threads';
import { toErrorData } from '#core/contract/errors.ts';
import { Random } from '#core/domain/random.ts';
import { cutLengths, cutTiles } from './cut-tiles.ts';
import { RowReader } from './read-rows.ts';
import type { TileReply, TileRequest, TileWorkerData } from './tile-protocol.ts';

/*
 * A thread that cuts tiles while the training's own thread is inside TensorFlow. Needs no package, so that the packed app can
 * start it from one file.
 */

if (!parentPort) throw new Error('tile-worker.ts is started by tile-workers.ts');
const port = parentPort;
const { config } = workerData as TileWorkerData;
const reader = new RowReader();

function answer({ id, sources, random, into }: TileRequest): TileReply {
  try {
    const lengths = cutLengths(sources.length, config);
    const tiles = into ?? { pixels: new Float32Array(lengths.pixels), mask: new Float32Array(lengths.mask) };
    cutTiles(sources, config, Random.restore(random), reader, tiles);
    return { id, ok: true, tiles };
  } catch (thrown) {
    return { id, ok: false, error: toErrorData(thrown) };
  }
}

port.on('message', (request: TileRequest) => {
  const reply = answer(request);
  port.postMessage(reply, reply.ok ? [reply.tiles.pixels.buffer, reply.tiles.mask.buffer] : []);
});
