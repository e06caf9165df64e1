import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { ArmEvent } from '#core/contract/engine-arm.ts';
import { AppError } from '#core/contract/errors.ts';
import type { CheckpointId } from '#core/domain/ids.ts';
import { Random } from '#core/domain/random.ts';
import { TRANSFER_DRAWS, TRANSFER_SPLITS, triedLabels, type TransferArm } from '#core/domain/transfer.ts';
import { getCheckpoint, newestOwnCheckpoint, type CheckpointRow } from '#core/store/checkpoints.ts';
import { listClasses } from '#core/store/classes.ts';
import { checkRights, notApart } from '#core/store/data-rights.ts';
import { pictureRows, type PictureRow } from '#core/store/images.ts';
import { newestLabelId } from '#core/store/labels.ts';
import { addArmPart, armPartName, armParts, type ArmPart } from '#core/store/measured-arms.ts';
import { classList, labelled, readyRows, withoutRetired, writeImagesFile, type ClassList } from './images-file.ts';
import { jobDir, quarantineFailed, recordedFile, type JobRun, type JobWork } from './job.ts';
import { channelsOf, isLabelled, withPictures } from './ready.ts';

/** `transferOf`: the encoder of another line that is measured. */
export const TransferParams = v.object({ transferOf: v.number(), seed: v.optional(v.number(), 1) });

/** Phases of one part, each of which counts up from nothing: the parts, not these, make the progress. */
const PHASES = 4;
/** Unlabelled pictures beside the labelled ones: enough to know what is usual, and few enough for minutes. */
const MOST_UNLABELLED = 600;

function labelsOfRarest(rows: readonly PictureRow[], { positions, goodClass }: ClassList): number {
  const places = rows.flatMap(({ classId }) => (classId === null ? [] : (positions.get(classId) ?? [])));
  const counts = new Map<number, number>();
  for (const place of places) {
    const kind = goodClass === null || place === goodClass ? place : -1;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts.size < 2 ? 0 : Math.min(...counts.values());
}

/** Labelled pictures and some of the others, the same at each start. */
function chosenRows(rows: readonly PictureRow[], seed: number): PictureRow[] {
  const others = new Random(seed).shuffle(rows.filter((row) => !isLabelled(row))).slice(0, MOST_UNLABELLED);
  return [...rows.filter(isLabelled), ...others].sort((a, b) => a.id - b.id);
}

/** Tells how far it is, and between how many seconds more it takes, from the parts that were measured in this run. */
function meter(run: JobRun, total: number, doneBefore: number) {
  const seconds: number[] = [];
  let [done, startedAt] = [doneBefore, performance.now()];
  return {
    part(): void {
      seconds.push((performance.now() - startedAt) / 1000);
      startedAt = performance.now();
      done += 1;
    },
    within(phase: string, share: number): void {
      const left = total - done - share;
      const known = seconds.length > 0;
      run.progress({
        ...{ phase, progress: Math.min(1, (done + share) / total) },
        leftLowSeconds: known ? Math.min(...seconds) * left : null,
        leftHighSeconds: known ? Math.max(...seconds) * left * 1.2 : null,
      });
    },
  };
}

const figureOf = (
  draw: { readonly auroc: number | null; readonly balancedAccuracy: number | null } | undefined,
  goodClass: number | null,
): number | null => (goodClass === null ? draw?.balancedAccuracy : draw?.auroc) ?? null;

/**
 * Teaches few of this line's labels on the encoder of another line, on this line's own where it has one, and on an untrained one, each on
 * the same held-out parts. What each came to is kept at once, so that a pause or a restart goes on behind it.
 */
export const transfer: JobWork = async (tools, run) => {
  const { store, engine, now } = tools;
  const { transferOf, seed } = v.parse(TransferParams, run.job.params);
  const checkpointId = transferOf as CheckpointId;
  const copied = getCheckpoint(store.read, checkpointId);
  if (copied === null) throw new AppError('needs_checkpoint');
  const classes = classList(listClasses(store.read));
  const { names, goodClass } = classes;
  const rows = notApart(store.read, withoutRetired(pictureRows(store.read, { use: 'all' }), classes), now());
  checkRights(
    store.read,
    rows.map(({ id }) => id),
    now(),
  );
  const heldOut = rows.some(({ split, classId }) => split === 'test' && classId !== null);
  const rarest = labelsOfRarest(heldOut ? rows.filter(({ split }) => split !== 'test') : rows, classes);
  const ks = triedLabels(rarest, heldOut);
  if (ks.length === 0) throw new AppError('needs_labels', { have: rarest, need: 3 });
  const channels = await channelsOf(tools, copied, run.signal);
  const own = newestOwnCheckpoint(store.read);
  const arms: readonly (readonly [TransferArm, CheckpointRow])[] = [
    ['copied', copied],
    ...(own !== null && (own.config.channels ?? channels) === channels ? ([['own', own]] as const) : []),
    ['random', copied],
  ];
  const labelsThrough = newestLabelId(store.read);
  const parts = Array.from({ length: TRANSFER_SPLITS }, (_, split) =>
    arms.map(([arm, checkpoint]) => ({ arm, checkpoint, split, labelsThrough })),
  ).flat();
  const known = new Set(armParts(store.read, run.job.id).map(armPartName));
  const open = parts.filter((part) => !known.has(armPartName(part)));
  const dir = jobDir(tools, run);
  const imagesFile = join(dir, 'images.ndjson');
  const meters = meter(run, parts.length, parts.length - open.length);
  const which = { channels, pick: 'sample', must: isLabelled, seed } as const;
  const ended = await withPictures(tools, run, chosenRows(rows, seed), which, async (ready) => {
    await writeImagesFile(
      imagesFile,
      readyRows(ready, (row, inspected) => labelled(row, classes, inspected)),
    );
    for (const { arm, checkpoint, split } of open) {
      if (run.pausing.aborted) return 'paused' as const;
      const input = {
        ...({
          checkpoint: recordedFile(tools, checkpoint),
          start: arm === 'random' ? 'random' : 'pretrained',
        } as const),
        ...{ imagesFile, classes: names, goodClass, ks, draws: TRANSFER_DRAWS, seed: seed + split },
      };
      let found: Extract<ArmEvent, { kind: 'done' }> | null = null;
      for await (const event of await engine.measureArm(input, { signal: run.signal })) {
        if (event.kind === 'done') found = event;
        else meters.within(event.phase, event.total === 0 ? 0 : event.done / event.total / PHASES);
      }
      if (found === null) throw new AppError('engine_crashed', { reason: 'ended', detail: '' });
      quarantineFailed(tools, found.failed);
      const { tested, defects } = found;
      const part: ArmPart = {
        ...{ arm, split, labelsThrough, tested, defects, measure: goodClass === null ? 'balanced' : 'auroc' },
        rows: found.rows.map(({ k, labels, figures }) => ({
          ...{ k, labels },
          draws: Array.from({ length: TRANSFER_DRAWS }, (_, at) => figureOf(figures[at], goodClass)),
        })),
      };
      addArmPart(store.write, { jobId: run.job.id, checkpointId, part, atMs: now() });
      meters.part();
    }
    return 'done' as const;
  });
  if (ended === 'done') await rm(dir, { recursive: true, force: true });
  return ended;
};
