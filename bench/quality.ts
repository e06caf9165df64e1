import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { drawLabels } from '#core/domain/group-split.ts';
import { Random } from '#core/domain/random.ts';
import { root } from '#native/setup/files.mjs';
import { capture } from '#native/setup/processes.mjs';
import type { Bench, BenchContext } from './bench.ts';
import { encoderSpec } from './network-spec.ts';
import { dataDir, pictureSet, realSet } from './pictures.ts';
import type { PictureSet } from './pictures.ts';
import { rowOf } from './row.ts';
import type { Row } from './row.ts';
import type { Measured } from './side.ts';
import { pythonSide } from './python-peers.ts';

/*
 * What pretraining brings with few labels: a whole pilot by our command line, against lightly's SimCLR for the same minutes on
 * the same processor with a network of the same size, and against a random start. Splits are the manifests', by group; test rows
 * only measure.
 */

const SETS = ['magnetic_tile', 'ball_screw', 'steel_xsdd'];
const KS = [5, 10, 20];
const DRAWS = 5;
const GOOD_FACTOR = 3;
const OUR_DEFAULT_WIDTH = 16;

const Figures = v.object({
  auroc: v.nullable(v.number()),
  average_precision: v.nullable(v.number()),
  balanced_accuracy: v.nullable(v.number()),
});
const Metrics = v.object({
  pretrain: v.object({ views: v.number(), seconds: v.number() }),
  label_efficiency: v.array(
    v.object({ k: v.number(), labels: v.number(), draws: v.number(), pretrained: Figures, random_init: Figures }),
  ),
});
type Metrics = v.InferOutput<typeof Metrics>;

export const quality: Bench = async (context) => {
  const { quick, say, workDir, runs } = context;
  const names = context.only === undefined ? SETS : [context.only];
  const found = quick ? [await pictureSet('', workDir, true)] : await Promise.all(names.map((name) => realSet(name)));
  const sets = found.filter((set) => set !== undefined);
  if (sets.length === 0) say(`No picture sets in ${dataDir()} (MINARAI_DATA_DIR): nothing to measure.`);
  const rows: Row[] = [];
  for (const set of sets) rows.push(...(await measureSet(context, set, runs ?? 1)));
  return rows;
};

async function measureSet(context: BenchContext, set: PictureSet, runs: number): Promise<Row[]> {
  const { quick, say, minutes } = context;
  const seeds = Array.from({ length: runs }, (_, run) => 1 + run);
  say(`${set.name}: ${minutes} min of pretraining on each side, ${runs} seeds`);
  const asked = peerQuestion(set, seeds, minutes);
  const peer = quick ? undefined : pythonSide(await context.peers(), 'lightly', 'quality', asked);
  const ours: Metrics[] = [];
  const theirs: (Measured | null)[] = [];
  let reason: string | undefined;
  let peerName = 'lightly';
  const trying = async <T>(act: () => Promise<T>): Promise<T | null> => {
    if (reason !== undefined) return null;
    try {
      return await act();
    } catch (thrown) {
      reason = thrown instanceof Error ? thrown.message : String(thrown);
      return null;
    }
  };
  if (peer) peerName = (await trying(() => peer.prepare()))?.detail ?? peerName;
  try {
    for (const seed of seeds) {
      ours.push(await runPilot(context, set, seed));
      say(`  seed ${seed}: ours done`);
      if (!peer) continue;
      theirs.push(await trying(() => peer.run()));
      say(`  seed ${seed}: ${reason ?? 'lightly done'}`);
    }
  } finally {
    await peer?.end();
  }
  const metric = asked.goodClass === null ? 'balanced_accuracy' : 'auroc';
  return KS.flatMap((k) => rowsOf({ set, k, metric, ours, theirs: peer && theirs, peerName, reason }));
}

interface Compared {
  readonly set: PictureSet;
  readonly k: number;
  readonly metric: 'auroc' | 'balanced_accuracy';
  readonly ours: readonly Metrics[];
  readonly theirs: readonly (Measured | null)[] | undefined;
  readonly peerName: string;
  readonly reason: string | undefined;
}

/** One row against lightly, one against a random start that learns the same labels by the same head. */
function rowsOf({ set, k, metric, ours, theirs, peerName, reason }: Compared): Row[] {
  const found = ours.map(({ label_efficiency }) => label_efficiency.find((row) => row.k === k));
  const labels = found[0]?.labels ?? 0;
  if (labels === 0) return [];
  const unit = metric === 'auroc' ? 'AUROC' : 'balanced accuracy';
  const ourFigures = found.map((row) => row?.pretrained[metric] ?? null);
  const row = (peer: readonly (number | null)[] | undefined, name: string, detail?: Row['detail']): Row =>
    rowOf({
      what: `${set.name}, k = ${k} (${labels} labels)`,
      unit,
      better: 'more',
      ours: ourFigures,
      ...(peer && { peer, peerName: name }),
      ...(detail && { detail }),
      ...(name === peerName && reason !== undefined && { reason }),
      note: 'quality: runs are seeds; each figure is the mean over label draws, on test rows only',
    });
  const views = ours[0]?.pretrain.views ?? 0;
  const random = row(
    found.map((entry) => entry?.random_init[metric] ?? null),
    'random start, same features and head',
  );
  const lightly = theirs?.map((measured) => measured?.extra?.[`${k}:${metric}`] ?? null);
  return [...(lightly ? [row(lightly, peerName, { our_views: views })] : []), random];
}

/** A whole pilot by the command line. */
async function runPilot({ workDir, minutes, quick }: BenchContext, set: PictureSet, seed: number): Promise<Metrics> {
  const out = join(workDir, `pilot-${set.name.replaceAll(' ', '-')}-${seed}`);
  await mkdir(out, { recursive: true });
  const args = ['run', '--images', set.folder, '--labels', join(set.folder, 'manifest.csv'), '--out', out];
  const budget = quick ? 0.05 : minutes;
  const ended = await capture(
    process.execPath,
    [join(root, 'host', 'cli.ts'), ...args, '--minutes', String(budget), '--seed', String(seed), '--json'],
    { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' }, timeoutMs: (budget + 60) * 60_000 },
  );
  if (existsSync(out)) await rm(out, { recursive: true });
  const last = ended.stdout.trim().split('\n').at(-1) ?? '';
  if (ended.code !== 0) throw new Error(`the pilot failed: ${ended.stderr.trim().split('\n').slice(-3).join(' ')}`);
  return v.parse(Metrics, JSON.parse(last));
}

/** What the peer is told: pictures, labels, which may be learned from, and the few labels of each draw. */
function peerQuestion(set: PictureSet, seeds: readonly number[], minutes: number) {
  const { lines, folder } = set;
  const classes = [...new Set(lines.map((line) => line.class))].sort();
  const good = lines.find(({ is_defect }) => is_defect === '0')?.class;
  const positions = (split: string) => lines.flatMap((line, at) => (line.split === split ? [at] : []));
  const train = positions('train');
  const items = train.flatMap((at) => {
    const line = lines[at];
    return line ? [{ group: line.group, label: line.class, isDefect: line.is_defect === '1' }] : [];
  });
  const draws = KS.map((k) => ({
    k,
    chosen: Array.from({ length: DRAWS }, (_, draw) =>
      drawLabels(items, k, GOOD_FACTOR, new Random(1_000_003 + k * 1009 + draw)).flatMap((at) => train[at] ?? []),
    ),
  }));
  return {
    paths: lines.map(({ path }) => join(folder, path)),
    labels: lines.map((line) => classes.indexOf(line.class)),
    goodClass: good === undefined ? null : classes.indexOf(good),
    train,
    test: positions('test'),
    draws,
    minutes,
    seeds,
    spec: { ...encoderSpec(OUR_DEFAULT_WIDTH), channels: 3 },
  };
}
