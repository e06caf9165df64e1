import { createInterface } from 'node:readline';
import * as v from 'valibot';
import type { Measured, SideFacts } from '../side.ts';

/*
 * Our side of every benchmark: `side.ts NAME` speaks the protocol of ../side.ts on stdin and stdout. The work is the engine's
 * own code, in this process.
 */

/** A side that is ready. */
export interface Ready {
  readonly facts: Omit<SideFacts, 'ready'>;
  run(): Promise<Measured>;
}

const works: Readonly<Record<string, () => Promise<(params: unknown) => Promise<Ready>>>> = {
  augment: async () => (await import('./augment.ts')).prepareAugment,
  'tensorflow-augment': async () => (await import('./tensorflow-augment.ts')).prepareTensorFlowAugment,
  look: async () => (await import('./look.ts')).prepareLook,
  score: async () => (await import('./score.ts')).prepareScore,
  threshold: async () => (await import('./threshold.ts')).prepareThreshold,
  simclr: async () => (await import('./simclr.ts')).prepareSimclr,
  'encoder-step': async () => (await import('./encoder-step.ts')).prepareEncoderStep,
  'resnet-step': async () => (await import('./resnet18.ts')).prepareResNetStep,
};

const Command = v.variant('command', [
  v.object({ command: v.literal('prepare'), params: v.unknown() }),
  v.object({ command: v.literal('run') }),
]);

function tell(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

let ready: Ready | undefined;

async function answer(line: string): Promise<object> {
  const asked = v.parse(Command, JSON.parse(line));
  if (asked.command === 'prepare') {
    const name = process.argv[2] ?? '';
    const load = works[name];
    if (!load) throw new Error(`no benchmark side ${name}`);
    ready = await (await load())(asked.params);
    return { ready: true, ...ready.facts };
  }
  if (!ready) throw new Error('run before prepare');
  return ready.run();
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    tell(await answer(line));
  } catch (thrown) {
    process.stderr.write(`${String(thrown instanceof Error ? thrown.stack : thrown)}\n`);
    tell({ error: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}
process.exit(0);
