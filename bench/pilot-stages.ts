import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { root } from '#native/setup/files.mjs';
import { capture } from '#native/setup/processes.mjs';
import type { PictureSet } from './pictures.ts';

const maybe = v.nullable(v.number());
const Detection = v.object({ auroc: maybe, average_precision: maybe });
const Figures = v.object({ ...Detection.entries, balanced_accuracy: maybe });
export type Figure = keyof v.InferOutput<typeof Figures>;

/** What the benchmark reads of metrics.json. */
const Metrics = v.object({
  pretrain: v.object({ views: v.number(), seconds: v.number() }),
  anomaly: v.object({ ...Detection.entries, random_init: Detection }),
  label_efficiency: v.array(
    v.object({ k: v.number(), labels: v.number(), draws: v.number(), pretrained: Figures, random_init: Figures }),
  ),
});
export type Metrics = v.InferOutput<typeof Metrics>;

/** A stage takes no longer than this beyond its budget. */
const LIMIT_MINUTES = 60;

/**
 * The stages of a pilot that its quality is read from, by the command line: ingest, pretrain, evaluate, report. Nothing is taught:
 * the pilot's own model is learnt from all labels and has no peer.
 *
 * @param workDir where the pilot lives meanwhile
 * @throws Error with the last words of the stage that failed
 */
export async function measuredPilot(workDir: string, set: PictureSet, minutes: number, seed: number): Promise<Metrics> {
  const dir = join(workDir, `pilot-${set.name.replaceAll(' ', '-')}-${seed}-${minutes}`);
  const [data, out] = [join(dir, 'data'), join(dir, 'out')];
  await mkdir(data, { recursive: true });
  const stages = [
    ['ingest', '--images', set.folder, '--labels', join(set.folder, 'manifest.csv'), '--data', data],
    ['pretrain', '--data', data, '--minutes', String(minutes), '--seed', String(seed)],
    ['evaluate', '--data', data, '--seed', String(seed)],
    ['report', '--data', data, '--out', out],
  ];
  try {
    for (const args of stages) {
      const ended = await capture(process.execPath, [join(root, 'host', 'cli.ts'), ...args], {
        env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
        timeoutMs: (minutes + LIMIT_MINUTES) * 60_000,
      });
      if (ended.code !== 0)
        throw new Error(`pilot ${args[0]} failed: ${ended.stderr.trim().split('\n').slice(-3).join(' ')}`);
    }
    return v.parse(Metrics, JSON.parse(await readFile(join(out, 'metrics.json'), 'utf8')));
  } finally {
    if (existsSync(dir)) await rm(dir, { recursive: true });
  }
}
