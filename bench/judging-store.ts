import { createHash } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import type { ImageId } from '#core/domain/ids.ts';
import { Random } from '#core/domain/random.ts';
import { addCamera, ensureLine } from '#core/store/cameras.ts';
import { activateCheckpoint, addCheckpoint } from '#core/store/checkpoints.ts';
import { addClass } from '#core/store/classes.ts';
import { addEmbeddings } from '#core/store/embeddings.ts';
import type { Writer } from '#core/store/handle.ts';
import { admitPicture } from '#core/store/images.ts';
import { addJob, setJobState } from '#core/store/jobs.ts';
import { addLabel, newestLabelId } from '#core/store/labels.ts';
import { activateModel, addModel } from '#core/store/models.ts';
import { openStore } from '#core/store/open.ts';
import { addScores } from '#core/store/scores.ts';
import { applyThreshold } from '#core/store/thresholds.ts';

/** A small grey surface. */
const SIZE = { width: 320, height: 240 };
const VECTOR = 256;
const CLUSTERS = 24;
/** Most labels that the model was taught with. */
const LABELLED = 200;

interface File {
  readonly path: string;
  readonly sha256: string;
}

/** Writes so many pictures, all different. */
export async function drawPictures(folder: string, count: number): Promise<File[]> {
  await mkdir(folder, { recursive: true });
  const random = new Random(5);
  const grain = Uint8Array.from({ length: SIZE.width * SIZE.height }, () => 110 + 60 * random.uniform());
  const files: File[] = [];
  for (let n = 0; n < count; n++) {
    grain[n % grain.length] = n % 256;
    grain[(n * 7919) % grain.length] = (n >> 8) % 256;
    const bytes = await sharp(grain, { raw: { ...SIZE, channels: 1 } })
      .jpeg({ quality: 90 })
      .toBuffer();
    const path = join(folder, `part-${String(n).padStart(6, '0')}.jpg`);
    await writeFile(path, bytes);
    files.push({ path, sha256: createHash('sha256').update(bytes).digest('hex') });
  }
  return files;
}

async function admit(db: Writer, folder: string, files: readonly File[]): Promise<ImageId[]> {
  const cameraId = addCamera(db, { lineId: ensureLine(db, 'line'), name: 'camera', folder, atMs: 1 });
  const facts = await Promise.all(files.map(({ path }) => stat(path)));
  return db.transaction(() =>
    files.map(({ path, sha256 }, n) => {
      const { size, mtimeMs, ino } = facts[n] ?? { size: 0, mtimeMs: 0, ino: 0 };
      const admitted = admitPicture(db, {
        ...{ cameraId, path, sha256, page: 0, ...SIZE, channels: 1, bytes: size, mtimeMs, inode: ino },
        ...{ fileName: path.slice(folder.length + 1), phash: n.toString(16).padStart(16, '0') },
        ...{ takenAtMs: 1000 + n, seenAtMs: 2000 + n },
        quality: {
          ...{ sharpness: 1, sharpnessMiddle: 1, mean: 0.5, clippedLow: 0, clippedHigh: 0, contrast: 0.1 },
          ...{ shift: null, verdict: 'ok', reasons: [] },
        },
      });
      return admitted.imageId;
    }),
  );
}

/** What learning and teaching leave behind: vectors, a model, its scores and marks. */
function teach(db: Writer, ids: readonly ImageId[], good: number, bad: number): void {
  const random = new Random(6);
  const jobId = addJob(db, 'pretrain', {}, 1);
  setJobState(db, jobId, 'running', 1);
  const written = { file: 'checkpoint.bin', sha256: 'cd', bytes: 1, step: 1, steps: 1, seconds: 1, watched: null };
  const config = v.parse(PretrainConfig, {});
  const checkpointId = addCheckpoint(db, { jobId, ...written, config, images: ids.length, atMs: 1 });
  setJobState(db, jobId, 'done', 2);
  activateCheckpoint(db, checkpointId);
  addEmbeddings(
    db,
    checkpointId,
    ids.map((imageId, n) => ({
      ...{ imageId, cluster: n % CLUSTERS, unusual: random.uniform() },
      map: [random.uniform(), random.uniform()] as const,
      vector: Float32Array.from({ length: VECTOR }, () => random.normal()),
    })),
  );
  ids
    .slice(0, Math.min(LABELLED, ids.length / 3))
    .forEach((imageId, n) =>
      addLabel(db, { imageId, classId: (n % 4 ? good : bad) as never, source: 'csv', who: 'bench', atMs: 1 }),
    );
  const card = { file: 'model.bin', sha256: 'ab', bytes: 1, mode: 'frozen' as const, classes: ['OK', 'NG'] };
  const modelId = addModel(db, {
    ...{
      checkpointId,
      classIds: [good, bad],
      labels: LABELLED,
      labelsThrough: newestLabelId(db) as never,
      who: 'bench',
      atMs: 1,
    },
    card: { ...card, candidates: [], anomalyWeights: {} },
  });
  activateModel(db, modelId);
  const scores = ids.map((id) => ({
    ...{ id, score: random.uniform(), defectProbability: null, anomaly: null, classProbabilities: [] },
  }));
  addScores(db, modelId, scores, 'scored', 1);
  applyThreshold(db, { modelId, review: 0.9, reject: 0.97, reason: '', who: 'bench', atMs: 1 });
}

/** A data folder with these pictures, never learnt from or taught. */
export async function fillStore(
  dataDir: string,
  folder: string,
  files: readonly File[],
  taught: boolean,
): Promise<void> {
  const store = openStore(dataDir);
  try {
    const db = store.write;
    const good = addClass(db, { name: 'OK', isGood: true, atMs: 1 });
    const bad = addClass(db, { name: 'NG', isGood: false, atMs: 1 });
    const ids = await admit(db, folder, files);
    if (taught) teach(db, ids, good, bad);
  } finally {
    store.close();
  }
}
