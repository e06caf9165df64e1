import { archiveEmbed } from '#core/archive-work.ts';
import { forkEngine } from '#core/engine-fork.ts';

/** One worker of an archive as a process, so that it can be killed: pictures, results, checkpoint, shards, number, of how many, lease. */
const [pictures = '', out = '', file = '', shards = '', index = '', count = '', leaseMs = ''] = process.argv.slice(2);
const share = await archiveEmbed({
  pictures,
  out,
  network: { kind: 'checkpoint', file },
  shards: Number(shards),
  place: { index: Number(index), count: Number(count) },
  leaseMs: Number(leaseMs),
  launchEngine: () => forkEngine(() => undefined),
  signal: new AbortController().signal,
  onProgress: () => undefined,
});
process.stdout.write(`${JSON.stringify(share)}\n`);
