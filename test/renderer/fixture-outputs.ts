import type { implement } from '@orpc/server';
import type { OutputPlan, OutputState, OutputView } from '#core/contract/output-calls.ts';
import type { OutputTarget } from '#core/contract/output-kinds.ts';
import type { uiContract } from '#core/contract/ui.ts';
import { exampleMessages } from '#core/outputs/examples.ts';
import { previewOf } from '#core/outputs/kinds.ts';

type Os = ReturnType<ReturnType<typeof implement<typeof uiContract>>['use']>;

/** Outputs in memory: one that delivers and one whose receiver is away. */
export class FixtureOutputs {
  readonly #change: (states: OutputState[]) => void;
  readonly #startMs: number;
  #views: OutputView[];
  states: OutputState[];
  /** What the next test message meets. */
  testFails = false;

  constructor(change: (states: OutputState[]) => void, startMs: number) {
    this.#change = change;
    this.#startMs = startMs;
    const plan = { about: ['verdict' as const, 'alarm' as const], rate: 20, keepDays: 14 };
    const url = 'https://mes.plant.example/hook';
    const webhook = { url, plain: false, batch: false, timeLimitSeconds: 10, caFile: '' };
    this.#views = [
      {
        ...{ id: 1, name: 'ライン2の共有フォルダ', ...plan, secrets: [] },
        target: { kind: 'folder', settings: { folder: '/mnt/line2/verdicts', as: 'lines', originals: false } },
      },
      { ...{ id: 2, name: 'MES', ...plan, secrets: ['key'] }, target: { kind: 'webhook', settings: webhook } },
    ];
    const rest = { paused: false, missed: 0, deliveredAtMs: startMs - 4000 };
    this.states = [
      {
        id: 1,
        name: 'ライン2の共有フォルダ',
        kind: 'folder',
        ...rest,
        waiting: 0,
        waitingSinceMs: null,
        trouble: null,
      },
      {
        ...{ id: 2, name: 'MES', kind: 'webhook', ...rest, waiting: 132, waitingSinceMs: startMs - 3_600_000 },
        trouble: {
          ...{ sinceMs: startMs - 3_600_000, reason: 'unreachable', detail: 'ECONNREFUSED' },
          ...{ tries: 14, nextTryAtMs: startMs + 120_000 },
        },
      },
    ];
  }

  #set(states: OutputState[]): void {
    this.states = states;
    this.#change(states);
  }

  #patch(id: number, patch: Partial<OutputState>): Record<string, never> {
    this.#set(this.states.map((one) => (one.id === id ? { ...one, ...patch } : one)));
    return {};
  }

  #add(plan: OutputPlan, target: OutputTarget): number {
    const id = Math.max(0, ...this.#views.map((one) => one.id)) + 1;
    this.#views = [...this.#views, { id, ...plan, target, secrets: [] }];
    const none = { paused: false, missed: 0, deliveredAtMs: null, waiting: 0, waitingSinceMs: null, trouble: null };
    this.#set([...this.states, { id, name: plan.name, kind: target.kind, ...none }]);
    return id;
  }

  router(os: Os) {
    return {
      list: os.outputs.list.handler(() => ({ outputs: this.#views })),
      add: os.outputs.add.handler(({ input }) => ({ outputId: this.#add(input.plan, input.target) })),
      set: os.outputs.set.handler(({ input: { outputId, plan, target } }) => {
        this.#views = this.#views.map((one) => (one.id === outputId ? { ...one, ...plan, target } : one));
        return this.#patch(outputId, { name: plan.name });
      }),
      pause: os.outputs.pause.handler(({ input }) => this.#patch(input.outputId, { paused: input.paused })),
      remove: os.outputs.remove.handler(({ input }) => {
        this.#set(this.states.filter(({ id }) => id !== input.outputId));
        return {};
      }),
      tryNow: os.outputs.tryNow.handler(({ input }) =>
        this.#patch(input.outputId, { trouble: null, waiting: 0, waitingSinceMs: null, deliveredAtMs: this.#startMs }),
      ),
      discard: os.outputs.discard.handler(({ input: { outputId, which } }) => {
        const waiting = this.states.find(({ id }) => id === outputId)?.waiting ?? 0;
        const discarded = which === 'all' ? waiting : Math.min(1, waiting);
        this.#patch(outputId, { waiting: waiting - discarded });
        return { discarded };
      }),
      test: os.outputs.test.handler(() => ({
        milliseconds: 12,
        failed: this.testFails ? { reason: 'certificate' as const, detail: 'CERT_HAS_EXPIRED' } : null,
      })),
      preview: os.outputs.preview.handler(({ input }) => ({
        text: previewOf(input.target, exampleMessages(this.#startMs)),
      })),
      log: os.outputs.log.handler(() => {
        const rows = exampleMessages(this.#startMs).map((message, at) => ({
          ...{ id: message.sequence, message, putAtMs: this.#startMs, endedAtMs: at === 0 ? this.#startMs + 50 : null },
          state: at === 0 ? ('delivered' as const) : ('waiting' as const),
        }));
        return { rows: rows.reverse(), total: 2, outages: [] };
      }),
    };
  }
}
