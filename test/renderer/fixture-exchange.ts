import type { implement } from '@orpc/server';
import type { ExchangeView, ExportCard } from '#core/contract/exchange.ts';
import type { uiContract } from '#core/contract/ui.ts';
import type { ErrorView, JobView } from '#core/contract/views.ts';

type Os = ReturnType<ReturnType<typeof implement<typeof uiContract>>['use']>;
type Kind = 'export_model' | 'import_model';

interface Surroundings {
  readonly jobs: () => readonly JobView[];
  readonly change: (jobs: JobView[]) => void;
  readonly startMs: number;
}

const exampleCard = (startMs: number, who: string, name: string): ExportCard => ({
  ...{ format: 'minarai-model', version: 1, app: '0.1.0', createdAtMs: startMs - 7_200_000, who },
  model: {
    ...{ id: 1, mode: 'frozen', classes: ['良品', 'ブローホール', '割れ'], labels: 160 },
    ...{ channels: 1, width: 64, opset: 17 },
  },
  files: { 'model.onnx': 'a'.repeat(64), 'model.minarai': 'b'.repeat(64) },
  input: {
    longestSidePx: 1024,
    normalisation: { gainToMean: null, mean: 0.44, deviation: 0.19 },
    cameras: [{ name, region: null }],
  },
  marks: [{ camera: null, kind: null, review: 0.4, reject: 0.68 }],
  metrics: {
    source: 'held_out',
    missed: { value: 0.05, lower95: 0.01, upper95: 0.14, numerator: 2, denominator: 40 },
    stopped: { value: 0.025, lower95: 0.007, upper95: 0.07, numerator: 3, denominator: 120 },
    auroc: null,
  },
  neverSeen: ['ひび'],
  data: [
    {
      ...{ name, pictures: 1312, state: 'cleared', owner: '製造部', purpose: '外観検査' },
      ...{ customer: '東海モーター', keepUntil: '2028-03-31' },
    },
  ],
  parity: { pictures: 200, tolerance: 0.0001, score: 0.000004, probability: 0.000003, heat: 0.00001, flips: 0 },
  pretraining: { config: {}, images: 1312, seconds: 1900 },
});

/** One model that left, one that came, and a customer who is asked first. */
export class FixtureExchange {
  readonly #around: Surroundings;
  view: ExchangeView;
  /** What the next import by this path is refused with. */
  refused: ReadonlyMap<string, ErrorView>;

  constructor(around: Surroundings) {
    this.#around = around;
    const atMs = around.startMs - 3_600_000;
    const out = { id: 1, modelId: 1, file: 'model-1-3.minarai-model', bytes: 5_400_000, who: '佐藤', atMs };
    const origin = { checkpointId: 9, name: 'line5-model-4.minarai-model', who: '佐藤', atMs, inUse: false };
    const card = (who: string, name: string) => exampleCard(around.startMs, who, name);
    this.view = {
      exports: [{ ...out, card: card('佐藤', 'カメラ1 上面') }],
      origins: [{ ...origin, card: card('第5ライン 山本', 'カメラ5 裏面') }],
      customers: ['東海モーター'],
    };
    const path = '/mnt/usb/half.minarai-model';
    this.refused = new Map([[path, { code: 'model_file_broken', params: { path, reason: 'zip' } }]]);
  }

  /** Nothing has left or come yet, and nobody is to be asked. */
  clear(): void {
    this.view = { exports: [], origins: [], customers: [] };
  }

  /** As far as a job of this kind has come. */
  come(kind: Kind, progress: number, phase: string): void {
    this.#patch(kind, { progress, phase });
  }

  finish(kind: Kind): void {
    const [last] = this.view.exports;
    if (kind === 'export_model' && last) {
      const next = { ...last, id: last.id + 1, file: 'model-1-4.minarai-model', atMs: this.#around.startMs };
      this.view = { ...this.view, exports: [next, ...this.view.exports] };
    }
    this.#patch(kind, { state: 'done', progress: 1 });
  }

  fail(kind: Kind, error: ErrorView): void {
    this.#patch(kind, { state: 'failed', error });
  }

  start(kind: Kind): { jobId: number } {
    const jobs = this.#around.jobs();
    const jobId = Math.max(0, ...jobs.map(({ id }) => id)) + 1;
    this.#around.change([
      {
        ...{ id: jobId, kind, state: 'running', progress: 0, phase: null, error: null, smallestDefectPx: null },
        ...{ leftLowSeconds: null, leftHighSeconds: null, step: null },
        ...{ startedAtMs: this.#around.startMs, finishedAtMs: null },
      },
      ...jobs,
    ]);
    return { jobId };
  }

  #patch(kind: Kind, patch: Partial<JobView>): void {
    const jobs = this.#around.jobs();
    const id = jobs.find((job) => job.kind === kind)?.id;
    this.#around.change(jobs.map((job) => (job.id === id ? { ...job, ...patch } : job)));
  }

  router(os: Os) {
    return {
      list: os.exchange.list.handler(() => this.view),
      export: os.exchange.export.handler(({ input, errors }) => {
        const customers = this.view.customers.join(', ');
        if (customers !== '' && !input.agreed)
          throw errors.APP({ data: { code: 'export_customer', params: { customers } } });
        return this.start('export_model');
      }),
      import: os.exchange.import.handler(({ input, errors }) => {
        const data = this.refused.get(input.path);
        if (data) throw errors.APP({ data });
        return this.start('import_model');
      }),
      use: os.exchange.use.handler(({ input }) => {
        const origins = this.view.origins.map((one) => ({ ...one, inUse: one.checkpointId === input.checkpointId }));
        this.view = { ...this.view, origins };
        return {};
      }),
    };
  }
}
