import type { implement } from '@orpc/server';
import { lineSections, type LineSection } from '#core/contract/line-file.ts';
import type { PlanItem, RolloutContents, RolloutPreview, TransferView } from '#core/contract/rollout.ts';
import type { uiContract } from '#core/contract/ui.ts';
import type { ErrorView } from '#core/contract/views.ts';

type Os = ReturnType<ReturnType<typeof implement<typeof uiContract>>['use']>;

interface Surroundings {
  readonly startMs: number;
  /** Begins a measurement; the job's id. */
  readonly measure: () => number;
}

const item = (section: LineSection, over: Partial<PlanItem> & Pick<PlanItem, 'kind' | 'said'>): PlanItem => ({
  ...{ section, name: '', now: null, change: 'new', why: null, ...over },
});

const hole = { good: 'no', key: '4', description: '表面の穴。直径 0.5 mm から NG。' };
const allItems: readonly PlanItem[] = [
  item('classes', {
    kind: 'class',
    name: 'ブローホール',
    now: { ...hole, description: '' },
    said: hole,
    change: 'differs',
  }),
  item('classes', { kind: 'class', name: '打痕', said: { good: 'no', key: '', description: '' } }),
  item('samples', { kind: 'sample', name: 'ブローホール', said: { role: 'limit_ng', note: 'φ 0.5' } }),
  item('cameras', { kind: 'camera', name: 'カメラ5 裏面', said: {}, change: 'blocked', why: 'no_camera' }),
  item('aims', {
    kind: 'aims',
    now: { escape: 0.05, overkill: 0.01 },
    said: { escape: 0.02, overkill: 0.01 },
    change: 'differs',
  }),
  item('costs', {
    ...{ kind: 'cost', name: 'wageYenPerHour', now: { value: 2500, low: 2500, high: 2500 } },
    ...{ said: { value: 2800, low: 2600, high: 3000 }, change: 'differs' },
  }),
  item('work', { kind: 'autoScore', now: { on: 'yes' }, said: { on: 'yes' }, change: 'same' }),
];

const spread = (mean: number) => ({ mean, low: mean - 0.03, high: mean + 0.02 });

/** A line that can be copied, the file of another one, and an encoder that was measured. */
export class FixtureRollout {
  readonly #around: Surroundings;
  contents: RolloutContents;
  transfers: TransferView[];
  /** What a file by this path is refused with. */
  readonly refused: ReadonlyMap<string, ErrorView>;

  constructor(around: Surroundings) {
    this.#around = around;
    const atMs = around.startMs - 3_600_000;
    this.contents = {
      line: '第2ライン',
      sections: lineSections.map((section) => ({ section, n: section === 'classes' ? 3 : null, error: null })),
      ...{ customers: ['東海モーター'], samplesKept: 2 },
      taken: [{ line: '第5ライン', name: 'line5.minarai-line', sections: ['classes'], changed: 3, who: '佐藤', atMs }],
    };
    const arm = (name: 'copied' | 'own' | 'random', mean: number) => ({ arm: name, figure: spread(mean) });
    this.transfers = [
      {
        ...{ checkpointId: 9, from: '第5ライン', jobId: null },
        result: {
          ...{ atMs, measure: 'auroc', tested: 48, defects: 7 },
          rows: [
            {
              ...{ k: 5, labels: 20, draws: 6, arms: [arm('copied', 0.91), arm('own', 0.93), arm('random', 0.84)] },
              says: [
                { than: 'own', says: 'unclear', difference: { mean: -0.02, low: -0.05, high: 0.01 } },
                { than: 'random', says: 'better', difference: { mean: 0.07, low: 0.04, high: 0.09 } },
              ],
            },
          ],
        },
      },
    ];
    const path = '/mnt/usb/half.minarai-line';
    this.refused = new Map([[path, { code: 'line_file_broken', params: { path, reason: 'format' } }]]);
  }

  /** Nothing came from another line yet. */
  clear(): void {
    this.contents = { ...this.contents, customers: [], samplesKept: 0, taken: [] };
    this.transfers = [];
  }

  preview(cameras: readonly { readonly name: string; readonly cameraId: number | null }[] | undefined): RolloutPreview {
    const cameraId = cameras?.[0]?.cameraId ?? null;
    const whole = { region: 'no', shapes: 2, follows: 'no' };
    const area = item('cameras', { kind: 'area', name: 'カメラ5 裏面', said: whole });
    return {
      ...{ line: '第5ライン', createdAtMs: this.#around.startMs - 86_400_000, sha256: 'f'.repeat(64) },
      sections: ['classes', 'samples', 'cameras', 'aims', 'costs', 'work'],
      cameras: [{ name: 'カメラ5 裏面', cameraId }],
      items: allItems.map((one) => (one.kind === 'camera' && cameraId !== null ? area : one)),
    };
  }

  router(os: Os) {
    return {
      contents: os.rollout.contents.handler(() => this.contents),
      write: os.rollout.write.handler(({ input, errors }) => {
        const customers = this.contents.customers.join(', ');
        if (customers !== '' && !input.agreed)
          throw errors.APP({ data: { code: 'export_customer', params: { customers } } });
        return { file: 'line-20261123-104207.minarai-line' };
      }),
      preview: os.rollout.preview.handler(({ input, errors }) => {
        const data = this.refused.get(input.path);
        if (data) throw errors.APP({ data });
        return this.preview(input.cameras);
      }),
      take: os.rollout.take.handler(({ input: { sections } }) => {
        const atMs = this.#around.startMs;
        const taken = { line: '第5ライン', name: 'line5.minarai-line', sections, changed: 4, who: '佐藤', atMs };
        this.contents = { ...this.contents, taken: [taken, ...this.contents.taken] };
        return { changed: 4, jobId: null, keys: null };
      }),
      transfers: os.rollout.transfers.handler(() => ({ transfers: this.transfers })),
      measure: os.rollout.measure.handler(({ input: { checkpointId } }) => {
        const jobId = this.#around.measure();
        this.transfers = this.transfers.map((one) => (one.checkpointId === checkpointId ? { ...one, jobId } : one));
        return { jobId };
      }),
      removeSample: os.rollout.removeSample.handler(() => ({})),
    };
  }
}
