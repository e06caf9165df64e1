import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nativeDir } from '#native/load-tensorflow.ts';
import { alternate } from './alternate.ts';
import type { Outcome } from './alternate.ts';
import { roundsOf, sameParameters, wanted } from './bench.ts';
import type { Bench, BenchContext } from './bench.ts';
import { rowBeside } from './beside.ts';
import { encoderSpec, resNet18 } from './network-spec.ts';
import type { StepParams } from './network-spec.ts';
import { ourSide } from './ours.ts';
import type { Row } from './row.ts';
import { simclrRows } from './simclr.ts';
import { memoryRows, startRows } from './start-and-memory.ts';
import { pythonSide } from './python-peers.ts';

/** Pretraining's speed: the bare step, the whole way from pictures on disk, the start and the memory. */
export const train: Bench = async (context) =>
  wanted(context, {
    small: () =>
      stepRows(context, { work: 'encoder-step', targets: { f32: 2.2, bf16: 1.1 }, step: smallStep(context) }),
    resnet18: () =>
      stepRows(context, { work: 'resnet-step', targets: { f32: 1.4, bf16: 1 }, step: resNetStep(context) }),
    simclr: () => simclrRows(context),
    start: () => startRows(context),
    memory: () => memoryRows(context),
  });

/** A turn on a GPU does this many times the steps, or it would be over before it can be timed. */
const ON_GPU = existsSync(join(nativeDir(), 'nvidia')) ? 30 : 1;

type Step = Omit<StepParams, 'precision'>;

const smallStep = ({ quick }: BenchContext): Step => ({
  spec: encoderSpec(32),
  imagePx: quick ? 32 : 64,
  views: quick ? 32 : 512,
  steps: quick ? 1 : 6 * ON_GPU,
  temperature: 0.2,
});

const resNetStep = ({ quick }: BenchContext): Step => ({
  spec: resNet18,
  imagePx: quick ? 32 : 96,
  views: quick ? 4 : 64,
  steps: quick ? 1 : 8 * ON_GPU,
  temperature: 0.2,
});

interface StepBench {
  /** Of bench/ours. */
  readonly work: string;
  readonly targets: Readonly<Record<'f32' | 'bf16', number>>;
  readonly step: Step;
}

const torchWays = [
  { precision: 'f32', compiled: false },
  { precision: 'bf16', compiled: false },
  { precision: 'bf16', compiled: true },
] as const;

/** Our step in the precision that the engine would choose, and in f32, against PyTorch in both. */
async function stepRows(context: BenchContext, { work, targets, step }: StepBench): Promise<Row[]> {
  const { spec, imagePx, views } = step;
  const name = `training step, ${spec.name}, ${imagePx} px ${spec.channels === 1 ? 'grey' : 'RGB'}, ${views} views`;
  context.say(name);
  const ours = (['bf16', 'f32'] as const).map((precision) =>
    ourSide(`Minarai ${precision}`, work, { ...step, precision }),
  );
  const peers = context.quick
    ? []
    : await Promise.all(
        torchWays.map(async ({ precision, compiled }) => {
          const label = `PyTorch ${precision}${compiled ? ' compiled' : ''}`;
          return pythonSide(await context.peers(), label, 'train_step', { ...step, precision, compiled });
        }),
      );
  const [bf16, f32, torchF32, torchBf16, compiled] = await alternate(
    [...ours, ...peers],
    roundsOf(context),
    context.say,
  );
  const row = (precision: string, our: Outcome | undefined, peer: Outcome | undefined): Row => {
    sameParameters(our, peer);
    const target = peer && (peer === torchF32 ? targets.f32 : peer === torchBf16 ? targets.bf16 : undefined);
    const what = `${name}: ours ${precision}`;
    return rowBeside({ what, unit: 'views/s', our, peer, ...(precision === 'bf16' && target && { target }) });
  };
  return [
    row('bf16', bf16, torchF32),
    ...(torchBf16 ? [row('bf16', bf16, torchBf16)] : []),
    ...(compiled ? [row('bf16', bf16, compiled)] : []),
    row('f32', f32, torchF32),
  ];
}
