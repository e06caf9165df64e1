import type { DriftAlarm, DriftAnswer, DriftMeasureView, DriftView } from '#core/contract/drift.ts';
import { type DriftMeasure, driftMeasures } from '#core/domain/drift/measures.ts';
import { Random } from '#core/domain/random.ts';

/** Where nine in ten pictures of a measure lie, and their middle. */
const normals: Readonly<Record<Exclude<DriftMeasure, 'kinds'>, readonly [low: number, middle: number, high: number]>> =
  {
    brightness: [0.48, 0.5, 0.52],
    sharpness: [0.88, 0.94, 1],
    colour: [0.331, 0.335, 0.34],
    framing: [0.002, 0.006, 0.012],
    look: [-0.66, -0.58, -0.46],
    scores: [0.04, 0.14, 0.52],
    flags: [0.02, 0.04, 0.08],
  };

const POINTS = 48;

/** Drift of cameras: camera 1 has learnt what is normal, any other has only begun. */
export class FixtureDrift {
  readonly #startMs: number;
  readonly #change: (alarms: DriftAlarm[]) => void;
  #alarms: DriftAlarm[] = [];
  #answers: DriftView['answers'] = [];
  retrain: NonNullable<DriftView['advice']>['retrain'] = 'camera_first';

  constructor(startMs: number, change: (alarms: DriftAlarm[]) => void) {
    this.#startMs = startMs;
    this.#change = change;
  }

  get alarms(): DriftAlarm[] {
    return this.#alarms;
  }

  /** Camera 1 is 18 % darker since an hour, and more is stopped. */
  darken(camera: string): void {
    const about = { cameraId: 1, camera, kind: null, atMs: this.#startMs - 40 * 60_000 };
    const pictures = { beforeImageId: 320, afterImageId: 398 };
    const sinceMs = this.#startMs - 62 * 60_000;
    this.#alarms = [
      { id: 1, measure: 'brightness', direction: 'darker', before: 0.5, after: 0.41, sinceMs, ...about, ...pictures },
      { id: 2, measure: 'flags', direction: 'flags_up', before: 0.04, after: 0.11, sinceMs, ...about, ...pictures },
    ];
    this.#change(this.#alarms);
  }

  get(cameraId: number): DriftView {
    const alarms = this.#alarms.filter((alarm) => alarm.cameraId === cameraId);
    const measures = driftMeasures.map((measure) => this.#measure(measure, cameraId, alarms));
    if (alarms.length === 0) return { measures, alarms, advice: null, answers: this.#answers };
    return {
      ...{ measures, alarms, answers: this.#answers },
      advice: {
        actions: ['lamp', 'lens', 'judge_flagged', 'audit_more', 'learn_normal'],
        retrain: this.retrain,
        for: ['flags_up', 'teaching_helps'],
        against: ['input_changed'],
      },
    };
  }

  clear({ through, how, reason }: { through: number; how: DriftAnswer; reason: string }): void {
    this.#alarms = this.#alarms.filter(({ id }) => id > through);
    const id = this.#answers.length + 1;
    this.#answers = [{ id, how, reason, who: '佐藤', atMs: this.#startMs }, ...this.#answers];
    this.#change(this.#alarms);
  }

  #measure(measure: DriftMeasure, cameraId: number, alarms: readonly DriftAlarm[]): DriftMeasureView {
    const of = measure === 'kinds' ? 60 : 200;
    if (cameraId !== 1) return { measure, state: 'not_judged', why: 'learning', pictures: 8, of, chart: null };
    if (measure === 'framing')
      return { measure, state: 'not_judged', why: 'no_frame', pictures: 0, of: 0, chart: null };
    const alarm = alarms.find((one) => one.measure === measure);
    const state = alarm === undefined ? 'steady' : 'drifted';
    if (measure === 'kinds') return { measure, state, why: null, pictures: of, of, chart: null };
    const [low, middle, high] = normals[measure];
    const random = new Random(driftMeasures.indexOf(measure));
    const points = Array.from({ length: POINTS }, (_, at) => {
      const atMs = this.#startMs - (POINTS - 1 - at) * 5 * 60_000;
      const changed = alarm !== undefined && atMs >= alarm.sinceMs;
      const centre = changed ? (alarm.after ?? middle) : middle;
      return { atMs, value: centre + 0.3 * (high - low) * (random.uniform() - 0.5) };
    });
    return { measure, state, why: null, pictures: of, of, chart: { points, low, middle, high } };
  }
}
