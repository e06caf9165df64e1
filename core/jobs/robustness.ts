import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { DisturbedRow } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { conditionName, conditions, type Disturbance } from '#core/domain/disturbance.ts';
import type { ImageId, ModelId } from '#core/domain/ids.ts';
import { likeliestKind } from '#core/domain/marks-for.ts';
import { getCheckpoint, type CheckpointRow } from '#core/store/checkpoints.ts';
import { listClasses, retiredClasses } from '#core/store/classes.ts';
import { pictureRows } from '#core/store/images.ts';
import { addMeasuredPart, measuredParts } from '#core/store/measured-parts.ts';
import { getModel, type ModelRow } from '#core/store/models.ts';
import {
  conditionPart,
  kindPart,
  PLAN_PART,
  type FixedPlan,
  type LeftOutPart,
  type RobustnessPart,
} from '#core/store/robustness.ts';
import { readyRows, unlabelled, writeImagesFile } from './images-file.ts';
import { jobDir, quarantineFailed, recordedFile, type JobRun, type JobTools, type JobWork } from './job.ts';
import { channelsOf, withPictures } from './ready.ts';
import { removeGivenUp } from './robustness-given-up.ts';
import { gateOf } from './robustness-gate.ts';
import { expectedPace, planFor, Progress } from './robustness-plan.ts';
import { teachWithout, type TaughtWithout } from './teach-without.ts';

/** `modelId`: whose robustness is measured. */
export const RobustnessParams = v.object({ modelId: v.number(), seed: v.optional(v.number(), 1) });

/** A pause was asked for: what is done is kept, the rest waits. */
class Paused extends Error {}

/** One run of a measurement: what it works with, and what former runs have found. */
class Measurement {
  readonly #tools: JobTools;
  readonly #run: JobRun;
  readonly #model: ModelRow;
  readonly #checkpoint: CheckpointRow;
  readonly #seed: number;
  readonly #known: Map<string, unknown>;
  readonly #plan: FixedPlan;
  readonly #defects: ReadonlySet<number>;
  readonly #progress: Progress;

  constructor(tools: JobTools, run: JobRun, model: ModelRow, checkpoint: CheckpointRow, seed: number) {
    [this.#tools, this.#run, this.#model, this.#checkpoint, this.#seed] = [tools, run, model, checkpoint, seed];
    const { store, now } = tools;
    this.#known = measuredParts(store.read, run.job.id);
    const plan = (this.#known.get(PLAN_PART) as FixedPlan | undefined) ?? planFor(store.read, model.id, seed);
    if (plan === null) throw new AppError('robustness_too_few');
    this.#plan = plan;
    if (!this.#known.has(PLAN_PART)) this.#keep(PLAN_PART, plan);
    this.#defects = new Set(plan.defects);
    this.#progress = new Progress(plan, expectedPace(store.read, model.id), now);
  }

  #keep(part: string, result: unknown): void {
    const { store, now } = this.#tools;
    addMeasuredPart(store.write, { jobId: this.#run.job.id, modelId: this.#model.id, part, result }, now());
  }

  #tell(phase: string, share = 0): void {
    this.#run.progress({ phase, ...this.#progress.at(share) });
  }

  #dir(name: string): string {
    return join(jobDir(this.#tools, this.#run), name.replace(':', '-'));
  }

  /** Scores pictures by a model file as they are or disturbed. */
  async #score(
    model: string,
    imagesFile: string,
    disturbance: Disturbance | null,
    name: string,
  ): Promise<DisturbedRow[]> {
    if (this.#run.pausing.aborted) throw new Paused();
    const found: DisturbedRow[] = [];
    this.#progress.begin(name);
    this.#tell('disturb');
    const input = { model, imagesFile, disturbance, seed: this.#seed };
    for await (const event of await this.#tools.engine.disturbed(input, { signal: this.#run.signal })) {
      if (event.kind === 'progress') this.#tell(event.phase, event.total === 0 ? 0 : event.done / event.total);
      else {
        quarantineFailed(this.#tools, event.failed);
        found.push(...event.rows);
      }
    }
    this.#progress.end();
    return found;
  }

  /** A model that is taught without some pictures; a pause ends the teaching, which is then begun again. */
  async #teach(name: string, out: readonly number[], kind: number | null = null): Promise<TaughtWithout> {
    const { signal, pausing } = this.#run;
    if (pausing.aborted) throw new Paused();
    this.#progress.begin(`teach:${name}`);
    this.#tell('reteach');
    const either = { signal: AbortSignal.any([signal, pausing]), progress: () => this.#tell('reading') };
    const left = { out, kind, dir: this.#dir(name), seed: this.#seed };
    const of = { model: this.#model, checkpoint: this.#checkpoint };
    try {
      const taught = await teachWithout(this.#tools, either, of, left, (share) => this.#tell('reteach', share));
      this.#progress.end();
      return taught;
    } catch (thrown) {
      if (pausing.aborted && !signal.aborted) throw new Paused();
      throw thrown;
    }
  }

  /** Has pictures decoded for as long as `work` looks at them. */
  async #withSet(name: string, ids: readonly number[], work: (imagesFile: string) => Promise<void>): Promise<void> {
    const { store } = this.#tools;
    const channels = await channelsOf(this.#tools, this.#checkpoint, this.#run.signal);
    const imagesFile = join(this.#dir(name), 'looked-at.ndjson');
    const rows = pictureRows(store.read, { use: 'all', ids: ids as ImageId[] });
    const run = { ...this.#run, progress: () => this.#tell('reading') };
    await withPictures(this.#tools, run, rows, { channels, pick: 'sample', seed: this.#seed }, async (ready) => {
      await writeImagesFile(imagesFile, readyRows(ready, unlabelled));
      await work(imagesFile);
    });
  }

  async #measureSet(at: number): Promise<void> {
    const { store } = this.#tools;
    const ids = this.#plan.sets[at] ?? [];
    const names = conditions.map((one) => conditionPart(at, conditionName(one)));
    names.forEach((name, of) => {
      if (this.#known.has(name)) this.#progress.skip(`${at}:${of}`);
    });
    if (names.every((name) => this.#known.has(name))) return this.#progress.skip(`teach:${at}`);
    const taught = this.#plan.basis === 'folds' ? await this.#teach(String(at), ids) : null;
    const model = taught?.file ?? recordedFile(this.#tools, this.#model);
    const classes = [...listClasses(store.read), ...retiredClasses(store.read)];
    const defectKinds = new Set<number>(classes.flatMap(({ id, isGood }) => (isGood ? [] : [id])));
    const classIds = taught?.classIds ?? this.#model.classIds;
    const gate = gateOf(store, ids);
    await this.#withSet(String(at), ids, async (imagesFile) => {
      for (const [index, disturbance] of conditions.entries()) {
        const part = names[index] ?? '';
        if (this.#known.has(part)) continue;
        const found = await this.#score(model, imagesFile, disturbance, `${at}:${index}`);
        const rows: RobustnessPart['rows'] = found.map((row) => {
          const kind = likeliestKind(row.classProbabilities, classIds, (id) => defectKinds.has(id));
          return [row.id, row.score, kind, this.#defects.has(row.id), gate(row)];
        });
        this.#keep(part, { disturbance, rows } satisfies RobustnessPart);
      }
    });
  }

  async #measureWithout(kind: FixedPlan['kinds'][number]): Promise<void> {
    const { classId, ids } = kind;
    const part = kindPart(classId);
    if (this.#known.has(part)) {
      this.#progress.skip(part);
      return this.#progress.skip(`teach:${part}`);
    }
    const { control } = this.#plan;
    const all = pictureRows(this.#tools.store.read, { use: 'learn', classId }).map(({ id }) => id);
    const taught = await this.#teach(part, [...all, ...ids, ...control], classId);
    await this.#withSet(part, [...ids, ...control], async (imagesFile) => {
      const found = await this.#score(taught.file, imagesFile, null, part);
      const own = new Set(ids);
      const rows: LeftOutPart['rows'] = found.map(({ id, score, anomaly }) => [id, score, anomaly, own.has(id)]);
      this.#keep(part, { classId, rows } satisfies LeftOutPart);
    });
  }

  async measure(): Promise<'done' | 'paused'> {
    try {
      for (const at of this.#plan.sets.keys()) await this.#measureSet(at);
      for (const kind of this.#plan.kinds) await this.#measureWithout(kind);
    } catch (thrown) {
      if (thrown instanceof Paused) return 'paused';
      throw thrown;
    }
    await rm(jobDir(this.#tools, this.#run), { recursive: true, force: true });
    return 'done';
  }
}

/**
 * Scores labelled pictures that a model was not taught with, as they are and disturbed in each way and grade, and asks of each kind with
 * enough pictures whether it would be found had nobody taught it. What is measured is fixed before the first look and each part is kept at
 * once, so that a pause or a restart goes on behind it; the same seed gives the same figures.
 */
export const robustness: JobWork = async (tools, run) => {
  const { store } = tools;
  const { modelId, seed } = v.parse(RobustnessParams, run.job.params);
  const model = getModel(store.read, modelId as ModelId);
  const checkpoint = model && getCheckpoint(store.read, model.checkpointId);
  if (model === null || checkpoint === null) throw new AppError('needs_model');
  await removeGivenUp(tools, run);
  return new Measurement(tools, run, model, checkpoint, seed).measure();
};
