import { implement, ORPCError } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { engineContract } from '#core/contract/engine.ts';
import { AppError, toErrorData } from '#core/contract/errors.ts';
import { asControl, asMessagePort } from '#core/contract/transport.ts';
import type { Channel } from '#core/contract/transport.ts';
import type { EngineWork } from './work.ts';

/*
 * Puts the engine's work behind the contract: inputs are parsed, one heavy call runs at a time (and beside it any that score), errors cross as data, and an
 * aborted call or the end of the core ends the generator that serves it.
 */

/** A failure as the contract's typed error `APP`; oRPC's own (bad input) pass as they are. */
function asTyped(thrown: unknown): ORPCError<string, unknown> {
  if (thrown instanceof ORPCError) return thrown as ORPCError<string, unknown>;
  return new ORPCError('APP', { status: 422, data: toErrorData(thrown) });
}

/** Builds the router over `work`; `stopping` aborts every call. */
export function createEngineRouter(work: EngineWork, stopping: AbortSignal) {
  const engine = implement(engineContract);
  let running:
    { readonly job: string; readonly signal: AbortSignal | undefined; readonly over: Promise<void> } | undefined;

  /** Streams `start`'s events while holding the one place for heavy work, once a cancelled one has left it; @throws `job_running` when it is taken. */
  async function* alone<Event>(
    job: string,
    signal: AbortSignal | undefined,
    start: (signal: AbortSignal) => AsyncGenerator<Event>,
  ): AsyncGenerator<Event> {
    // One that was cancelled still has its last step to do.
    while (running?.signal?.aborted) await running.over;
    if (running !== undefined) throw asTyped(new AppError('job_running', { job: running.job }));
    const { promise: over, resolve } = Promise.withResolvers<void>();
    running = { job, signal, over };
    try {
      yield* beside(signal, start);
    } finally {
      running = undefined;
      resolve();
    }
  }

  /** As {@link alone}, beside whatever runs: a part that was just pictured does not wait for a backlog or a training. */
  async function* beside<Event>(
    signal: AbortSignal | undefined,
    start: (signal: AbortSignal) => AsyncGenerator<Event>,
  ): AsyncGenerator<Event> {
    try {
      yield* start(signal ? AbortSignal.any([signal, stopping]) : stopping);
    } catch (thrown) {
      throw asTyped(thrown);
    }
  }

  async function once<Answer>(act: () => Promise<Answer>): Promise<Answer> {
    try {
      return await act();
    } catch (thrown) {
      throw asTyped(thrown);
    }
  }

  return engine.router({
    probe: engine.probe.handler(() => once(() => work.probe())),
    join: engine.join.handler(({ input, signal }) =>
      once(() => work.join(input, signal ? AbortSignal.any([signal, stopping]) : stopping)),
    ),
    pretrain: engine.pretrain.handler(({ input, signal }) => alone('pretrain', signal, (s) => work.pretrain(input, s))),
    pause: engine.pause.handler(() => ({ pausing: running?.job === 'pretrain' && work.pause() })),
    embed: engine.embed.handler(({ input, signal }) => alone('embed', signal, (s) => work.embed(input, s))),
    evaluate: engine.evaluate.handler(({ input, signal }) => alone('evaluate', signal, (s) => work.evaluate(input, s))),
    teach: engine.teach.handler(({ input, signal }) => alone('teach', signal, (s) => work.teach(input, s))),
    score: engine.score.handler(({ input, signal }) => beside(signal, (s) => work.score(input, s))),
    exportModel: engine.exportModel.handler(({ input, signal }) => beside(signal, (s) => work.exportModel(input, s))),
    importModel: engine.importModel.handler(({ input }) => once(() => work.importModel(input))),
    disturbed: engine.disturbed.handler(({ input, signal }) =>
      alone('disturbed', signal, (s) => work.disturbed(input, s)),
    ),
    measureArm: engine.measureArm.handler(({ input, signal }) =>
      alone('measureArm', signal, (s) => work.measureArm(input, s)),
    ),
    networkFacts: engine.networkFacts.handler(({ input }) => once(() => work.networkFacts(input))),
    lookAtArchive: engine.lookAtArchive.handler(({ input, signal }) =>
      once(() => work.lookAtArchive(input, signal ? AbortSignal.any([signal, stopping]) : stopping)),
    ),
    explain: engine.explain.handler(({ input }) => once(() => work.explain(input))),
    alike: engine.alike.handler(({ input }) => once(() => work.alike(input))),
    neighbours: engine.neighbours.handler(({ input }) => once(() => work.neighbours(input))),
    preview: engine.preview.handler(({ input }) => once(() => work.preview(input))),
  });
}

/** Serves `work` on `channel` until the core says stop; resolves then, with every call aborted. */
export function serveEngine(work: EngineWork, channel: Channel): Promise<void> {
  const stopping = new AbortController();
  const handler = new RPCHandler(createEngineRouter(work, stopping.signal));
  handler.upgrade(asMessagePort(channel));
  return new Promise((resolve) => {
    channel.onMessage((message) => {
      if (asControl(message)?.control !== 'stop') return;
      stopping.abort(new AppError('engine_crashed', { reason: 'stopped' }));
      resolve();
    });
    channel.send({ control: 'ready' });
  });
}
