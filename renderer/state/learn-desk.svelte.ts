import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import type { AppState, DefectMark, JobView, ProgressPoint } from '#core/contract/views.ts';
import type { Session } from './session.svelte.ts';

export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

/** What the encoder told apart at each checkpoint. */
export interface RunProgress {
  readonly points: readonly ProgressPoint[];
  readonly stoppedByItself: boolean;
}

const ASK_PROGRESS_MS = 20_000;
const noProgress: RunProgress = { points: [], stoppedByItself: false };

const open: readonly JobView['state'][] = ['queued', 'running', 'paused'];
const viewsOfPair = [0, 1] as const;

/** What the next pretraining would be, how both views of a picture would look, and the curve of the one that runs. */
export class LearnDesk {
  readonly #session: Session;
  /** Checkpoint whose encoder the next pretraining starts from; null: random weights. */
  startFrom = $state<number | null>(null);
  #config = $state.raw<PretrainConfig>(v.parse(PretrainConfig, {}));
  #pairs = $state.raw<readonly (readonly [string, string])[]>([]);
  #previewOf = $state<number | null>(null);
  #defect = $state.raw<DefectMark | null>(null);
  #history = $state.raw<readonly LossPoint[]>([]);
  #historyOf: number | null = null;
  #progress = $state.raw<RunProgress>(noProgress);
  #progressOf = '';

  constructor(session: Session) {
    this.#session = session;
  }

  get config(): PretrainConfig {
    return this.#config;
  }

  /** Addresses of both views, pair by pair. */
  get pairs() {
    return this.#pairs;
  }

  /** How large the stated smallest defect is in the picture and in each of its views; null where none was stated. */
  get defect(): DefectMark | null {
    return this.#defect;
  }

  get previewOf(): number | null {
    return this.#previewOf;
  }

  get history(): readonly LossPoint[] {
    return this.#history;
  }

  get progress(): RunProgress {
    return this.#progress;
  }

  /** The pretraining that runs, waits or is paused; else the newest that ended. */
  jobOf(app: AppState): JobView | null {
    const all = app.jobs.filter((job) => job.kind === 'pretrain');
    return all.find((job) => open.includes(job.state)) ?? all[0] ?? null;
  }

  isOpen(job: JobView | null): boolean {
    return job !== null && open.includes(job.state);
  }

  change(patch: Partial<PretrainConfig>): void {
    this.#config = { ...this.#config, ...patch };
  }

  augment(patch: Partial<PretrainConfig['augment']>): void {
    this.change({ augment: { ...this.#config.augment, ...patch } });
  }

  async preview(imageId: number): Promise<void> {
    this.#previewOf = imageId;
    const config = this.#config;
    const made = await this.#session.ask((client) => client.learn.preview({ imageId, config }));
    if (this.#previewOf !== imageId || this.#config !== config) return;
    // Of a size that was refused no square must be left standing.
    this.#defect = made?.defect ?? null;
    if (!made) return;
    const address = (pair: number, view: 0 | 1) => `/preview/${made.token}/${2 * pair + view}`;
    this.#pairs = Array.from({ length: made.pairs }, (_, pair) => [
      address(pair, viewsOfPair[0]),
      address(pair, viewsOfPair[1]),
    ]);
  }

  async start(): Promise<void> {
    const startFrom = this.startFrom;
    await this.#session.ask((client) =>
      client.learn.start({ config: this.#config, ...(startFrom !== null && { startFrom }) }),
    );
  }

  /** The curve so far, once for each job; then each newest step as it arrives. */
  follow(job: JobView | null): void {
    if (!job) return;
    if (this.#historyOf !== job.id) {
      this.#historyOf = job.id;
      this.#history = [];
      void this.#session
        .ask((client) => client.learn.history({ jobId: job.id }))
        .then((answer) => {
          if (!answer || this.#historyOf !== job.id) return;
          const last = answer.points.at(-1)?.step ?? 0;
          this.#history = [...answer.points, ...this.#history.filter((point) => point.step > last)];
        });
    }
    this.#followProgress(job);
    const step = job.step;
    if (step && step.step > (this.#history.at(-1)?.step ?? 0))
      this.#history = [...this.#history, { step: step.step, loss: step.loss }];
  }

  /** Asked for again every so often while it trains, and at its end: a checkpoint is a minute apart. */
  #followProgress(job: JobView): void {
    const elapsedMs = Date.now() - (job.startedAtMs ?? 0);
    const version = `${job.id} ${job.state} ${job.state === 'running' ? Math.floor(elapsedMs / ASK_PROGRESS_MS) : ''}`;
    if (this.#progressOf === version) return;
    if (this.#progressOf.split(' ')[0] !== String(job.id)) this.#progress = noProgress;
    this.#progressOf = version;
    void this.#session
      .ask((client) => client.learn.progress({ jobId: job.id }))
      .then((answer) => {
        if (answer && this.#progressOf === version) this.#progress = answer;
      });
  }
}
