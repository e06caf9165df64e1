import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import type { PretrainEvent } from '#core/contract/engine.ts';
import { readCheckpoint } from '#engine/checkpoint.ts';
import { pretrain } from '#engine/pretrain.ts';
import type { Measured } from '../side.ts';
import { isCompared } from './compared.ts';
import type { Ready } from './side.ts';

const Params = v.object({ imagesFile: v.string(), workDir: v.string(), config: PretrainConfig });

const WARM_UP_STEPS = 2;

/** The engine's pretraining as it is, from pictures on disk to its last checkpoint; one turn is one whole call. */
export async function prepareSimclr(input: unknown): Promise<Ready> {
  const { imagesFile, workDir, config } = v.parse(Params, input);

  const once = async (steps: number): Promise<Measured & { parameters: number }> => {
    const runDir = await mkdtemp(join(workDir, 'run-'));
    try {
      const startMs = performance.now();
      const done = await lastOf(
        pretrain({ imagesFile, runDir, resume: false, config: { ...config, steps } }, new AbortController().signal, {
          pauseAsked: false,
        }),
      );
      if (done.kind !== 'done') throw new Error(`pretraining ended with ${done.kind}`);
      const seconds = (performance.now() - startMs) / 1000;
      const extra = { viewsPerSecondOfSteps: done.viewsPerSecond };
      return { seconds, items: done.views, extra, parameters: await comparedParameters(done.file) };
    } finally {
      await rm(runDir, { recursive: true, force: true });
    }
  };
  const { parameters } = await once(WARM_UP_STEPS);
  return {
    facts: { detail: `engine/pretrain.ts, ${config.precision}`, parameters },
    async run() {
      const { seconds, items, extra } = await once(config.steps ?? 1);
      return { seconds, items, ...(extra && { extra }) };
    },
  };
}

async function lastOf(events: AsyncIterable<PretrainEvent>): Promise<PretrainEvent> {
  let last: PretrainEvent | undefined;
  for await (const event of events) last = event;
  if (!last) throw new Error('pretraining said nothing');
  return last;
}

async function comparedParameters(file: string): Promise<number> {
  const { arrays } = await readCheckpoint(file);
  let count = 0;
  for (const [name, { data }] of arrays) if (isCompared(name)) count += data.length;
  return count;
}
