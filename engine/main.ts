import { toErrorData } from '#core/contract/errors.ts';
import { parentChannel } from '#core/contract/parent-channel.ts';
import { probe } from './probe.ts';
import { serveEngine } from './serve.ts';
import { openTensorFlow } from './tf.ts';
import type { EngineWork } from './work.ts';

/*
 * The engine process: loads TensorFlow, tells the core that it is ready, serves the engine's contract, and ends when the core
 * says so or is gone. It holds no database and keeps nothing between calls but caches.
 */

const pretraining = { pauseAsked: false };

// Each job's code is loaded by its first call, so that the process is ready as soon as TensorFlow is.
const work: EngineWork = {
  probe,
  async *pretrain(input, signal) {
    const { pretrain } = await import('./pretrain.ts');
    pretraining.pauseAsked = false;
    yield* pretrain(input, signal, pretraining);
  },
  pause() {
    pretraining.pauseAsked = true;
    return true;
  },
  async *embed(input, signal) {
    const { embed } = await import('./learn/embed.ts');
    yield* embed(input, signal);
  },
  async *evaluate(input, signal) {
    const { evaluate } = await import('./learn/evaluate.ts');
    yield* evaluate(input, signal);
  },
  async *teach(input, signal) {
    const { teach } = await import('./learn/teach.ts');
    yield* teach(input, signal);
  },
  async *score(input, signal) {
    const { score } = await import('./learn/score.ts');
    yield* score(input, signal);
  },
  async explain(input) {
    const { explain } = await import('./learn/explain.ts');
    return explain(input);
  },
  async preview(input) {
    const { preview } = await import('./preview.ts');
    return preview(input);
  },
};

// Ctrl-C reaches every process of a terminal at once: when to end, and to save before, is the core's to say.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);

const channel = parentChannel();
try {
  await openTensorFlow();
} catch (thrown) {
  channel.send({ control: 'failed', error: toErrorData(thrown) });
  throw thrown;
}
await serveEngine(work, channel);
process.exit(0);
