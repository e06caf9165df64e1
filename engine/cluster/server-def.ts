import type { ServerPlace } from '#core/contract/tf-config.ts';

/*
 * tensorflow.ServerDef as its wire bytes (tensorflow/core/protobuf/tensorflow_server.proto, cluster.proto, config.proto of 2.21): the
 * few fields that a worker of collective operations needs, which is what tf.distribute.MultiWorkerMirroredStrategy sets.
 */

type Field = readonly [number: number, value: number | string | Uint8Array];

function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return [...bytes, left];
}

/** Fields of one message; a number is a varint, text and bytes carry their length (protobuf encoding, wire types 0 and 2). */
function message(fields: readonly Field[]): Uint8Array {
  const bytes = fields.flatMap(([number, value]) => {
    if (typeof value === 'number') return [...varint(number * 8), ...varint(value)];
    const content = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    return [...varint(number * 8 + 2), ...varint(content.length), ...content];
  });
  return Uint8Array.from(bytes);
}

/** The first worker leads: it hands out what all must agree on. */
export function serverDef({ workers, job, index }: ServerPlace): Uint8Array {
  // map<int32, string> tasks: an entry for each, key 0 written as any other.
  const tasks = workers.map((address, at): Field => [
    2,
    message([
      [1, at],
      [2, address],
    ]),
  ]);
  const cluster = message([[1, message([[1, job], ...tasks])]]);
  const experimental = message([[1, `/job:${job}/replica:0/task:0`]]);
  const config = message([[16, experimental]]);
  return message([
    [1, cluster],
    [2, job],
    [3, index],
    [4, config],
    [5, 'grpc'],
  ]);
}
