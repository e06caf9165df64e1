import { constants, setPriority } from 'node:os';
import { toErrorData } from '#core/contract/errors.ts';
import { parentChannel } from '#core/contract/parent-channel.ts';
import { backgroundFlag } from '#core/contract/process-flags.mjs';
import { attempt } from './backends/attempt.ts';
import { trialFile } from './backends/chosen.ts';
import { tryHere } from './backends/try-here.ts';
import type { WorkerGroup } from './cluster/group.ts';
import { probe } from './probe.ts';
import { serveEngine } from './serve.ts';
import { closeTensorFlow, openForLearning, openTensorFlow } from './tf.ts';
import type { EngineWork } from './work.ts';

/*
 * The engine process: loads TensorFlow, tells the core that it is ready, serves the engine's contract, and ends when the core
 * says so or is gone. It holds no database and keeps nothing between calls but caches.
 */

// Before TensorFlow makes its threads, which take over what the first one has: beside a training a picture is judged in time.
if (process.argv.includes(backgroundFlag)) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const pretraining: { pauseAsked: boolean; group?: WorkerGroup } = { pauseAsked: false };

// Each job's code is loaded by its first call, so that the process is ready as soon as TensorFlow is.
const work: EngineWork = {
  probe,
  async join(input, signal) {
    await openForLearning();
    const { join } = await import('./cluster/join.ts');
    pretraining.group = await join(input, signal);
    const { index, size } = pretraining.group;
    return { index, size };
  },
  async *pretrain(input, signal) {
    await openForLearning();
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
    await openForLearning();
    const { evaluate } = await import('./learn/evaluate.ts');
    yield* evaluate(input, signal);
  },
  async *teach(input, signal) {
    await openForLearning();
    const { teach } = await import('./learn/teach.ts');
    yield* teach(input, signal);
  },
  async *score(input, signal) {
    const { score } = await import('./learn/score.ts');
    yield* score(input, signal);
  },
  async *exportModel(input, signal) {
    const { exportModel } = await import('./onnx/export-model.ts');
    yield* exportModel(input, signal);
  },
  async importModel(input) {
    const { importModel } = await import('./import-model.ts');
    return importModel(input);
  },
  async *disturbed(input, signal) {
    const { disturbed } = await import('./learn/disturbed.ts');
    yield* disturbed(input, signal);
  },
  async *measureArm(input, signal) {
    const { measureArm } = await import('./learn/measure-arm.ts');
    yield* measureArm(input, signal);
  },
  async networkFacts(input) {
    const { networkFacts } = await import('./learn/look-at-archive.ts');
    return networkFacts(input);
  },
  async lookAtArchive(input, signal) {
    const { lookAtArchive } = await import('./learn/look-at-archive.ts');
    return lookAtArchive(input, signal);
  },
  async explain(input) {
    const { explain } = await import('./learn/explain.ts');
    return explain(input);
  },
  async alike(input) {
    const { alike } = await import('./learn/alike.ts');
    return alike(input);
  },
  async neighbours(input) {
    const { labelNeighbours } = await import('./learn/label-neighbours.ts');
    return labelNeighbours(input);
  },
  async preview(input) {
    const { preview } = await import('./preview.ts');
    return preview(input);
  },
};

// Ctrl-C reaches every process of a terminal at once: when to end, and to save before, is the core's to say.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);

/** Electron's own executable is no Node, and started again it would be a second app. */
function canFork(): boolean {
  return process.versions.electron === undefined;
}

const channel = parentChannel();
try {
  await openTensorFlow(canFork() ? undefined : tryHere(attempt, trialFile('backend-trial')));
} catch (thrown) {
  channel.send({ control: 'failed', error: toErrorData(thrown) });
  throw thrown;
}
await serveEngine(work, channel);
closeTensorFlow();
process.exit(0);
