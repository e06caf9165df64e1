import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encoderWidth } from '#core/domain/encoder-width.ts';
import { drawLabels } from '#core/domain/group-split.ts';
import { Random } from '#core/domain/random.ts';
import { root } from '#native/setup/files.mjs';
import type { Bench, BenchContext } from './bench.ts';
import { encoderSpec } from './network-spec.ts';
import { dataDir, pictureSet, realSet } from './pictures.ts';
import type { PictureSet } from './pictures.ts';
import { measuredPilot } from './pilot-stages.ts';
import type { Figure, Metrics } from './pilot-stages.ts';
import { pythonSide } from './python-peers.ts';
import { qualityPlot } from './quality-plot.ts';
import type { Panel } from './quality-plot.ts';
import { rowOf } from './row.ts';
import type { Row } from './row.ts';
import type { Measured } from './side.ts';

/*
 * What pretraining brings with few labels: the pilot's own stages by the command line, against a random start of the same network
 * that learns the same labels by the same head, and against lightly's SimCLR with a network of the same size on the same
 * processor: for the same minutes, and with a fifth of them for ours. Splits are the manifests', by group; test rows only measure.
 */

const SETS = ['magnetic_tile', 'ball_screw', 'steel_xsdd'];
const KS = [5, 10, 20];
const DRAWS = 5;
const GOOD_FACTOR = 3;
/** Of the minutes that lightly gets. */
const SHORT = 1 / 5;
const QUICK_MINUTES = 0.05;

/** One number a seed; null where a side did not finish. */
interface Results {
  readonly set: PictureSet;
  readonly seeds: readonly number[];
  readonly ours: readonly Metrics[];
  readonly short: readonly Metrics[];
  readonly theirs: readonly (Measured | null)[];
  readonly peerName: string;
  readonly reason: string | undefined;
}

export const quality: Bench = async (context) => {
  const { quick, say, workDir } = context;
  const names = context.only === undefined ? SETS : [context.only];
  const found = quick ? [await pictureSet('', workDir, true)] : await Promise.all(names.map((name) => realSet(name)));
  const sets = found.filter((set) => set !== undefined);
  if (sets.length === 0) {
    say(`No picture sets in ${dataDir()} (MINARAI_DATA_DIR): nothing to measure.`);
    return [];
  }
  const results: Results[] = [];
  for (const set of sets) results.push(await measureSet(context, set));
  const folder = join(root, 'bench', 'results');
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'quality.svg');
  await writeFile(file, qualityPlot(results.map(panelOf)));
  say(`Plot: ${file}`);
  return results.flatMap(rowsOf);
};

async function measureSet(context: BenchContext, set: PictureSet): Promise<Results> {
  const { quick, say, workDir, seed } = context;
  const minutes = quick ? QUICK_MINUTES : context.minutes;
  const seeds = Array.from({ length: context.runs ?? 1 }, (_, run) => seed + run);
  const beside = quick ? 0 : Math.min(seeds.length, context.peerRuns ?? seeds.length);
  say(`${set.name}: ${minutes} min of pretraining, ${seeds.length} seeds, ${beside} of them beside lightly`);
  const asked = peerQuestion(set, seeds, minutes);
  const peer = beside > 0 ? pythonSide(await context.peers(), 'lightly', 'quality', asked) : undefined;
  const ours: Metrics[] = [];
  const short: Metrics[] = [];
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
    for (const [at, one] of seeds.entries()) {
      ours.push(await measuredPilot(workDir, set, minutes, one));
      say(`  seed ${one}: ours done`);
      if (!peer || at >= beside) continue;
      theirs.push(await trying(() => peer.run()));
      say(`  seed ${one}: ${reason ?? 'lightly done'}`);
      short.push(await measuredPilot(workDir, set, SHORT * minutes, one));
      say(`  seed ${one}: ours in ${SHORT * minutes} min done`);
    }
  } finally {
    await peer?.end();
  }
  return { set, seeds, ours, short, theirs, peerName, reason };
}

const fewLabels = ({ label_efficiency }: Metrics, k: number) => label_efficiency.find((row) => row.k === k);

/** Whether a set is about good or bad, or about kinds of defects. */
function metricsOf({ ours }: Results): readonly Figure[] {
  const known = ours[0] && fewLabels(ours[0], KS[0] ?? 5)?.pretrained.auroc;
  return typeof known === 'number' ? ['auroc', 'average_precision'] : ['balanced_accuracy'];
}

const words: Record<Figure, string> = {
  auroc: 'AUROC',
  average_precision: 'average precision',
  balanced_accuracy: 'balanced accuracy',
};

const NOTE = 'quality: runs are seeds; each figure of few labels is the mean over label draws, on test rows only';

function rowsOf(results: Results): Row[] {
  const { set, ours, short, theirs, peerName, reason } = results;
  const random = 'random start, same features and head';
  const goodOnly = (['auroc', 'average_precision'] as const).flatMap((metric) =>
    ours.some(({ anomaly }) => anomaly[metric] !== null)
      ? rowOf({
          what: `${set.name}, good pictures only`,
          unit: words[metric],
          better: 'more',
          ours: ours.map(({ anomaly }) => anomaly[metric]),
          peer: ours.map(({ anomaly }) => anomaly.random_init[metric]),
          peerName: random,
          note: NOTE,
        })
      : [],
  );
  const few = KS.flatMap((k) =>
    metricsOf(results).flatMap((metric) => {
      const of = (all: readonly Metrics[], arm: 'pretrained' | 'random_init') =>
        all.map((metrics) => fewLabels(metrics, k)?.[arm][metric] ?? null);
      const labels = ours[0] && fewLabels(ours[0], k)?.labels;
      const base = { unit: words[metric], better: 'more', note: NOTE } as const;
      const what = `${set.name}, k = ${k} (${labels} labels)`;
      const rows = [
        rowOf({ ...base, what, ours: of(ours, 'pretrained'), peer: of(ours, 'random_init'), peerName: random }),
      ];
      if (theirs.length === 0 && reason === undefined) return rows;
      const peer = {
        ...base,
        peer: theirs.map((measured) => measured?.extra?.[`${k}:${metric}`] ?? null),
        peerName,
        ...(reason !== undefined && { reason }),
      };
      const beside = ours.slice(0, Math.max(1, theirs.length));
      const views = { our_views: ours[0]?.pretrain.views ?? 0 };
      rows.push(rowOf({ ...peer, what, ours: of(beside, 'pretrained'), detail: views }));
      if (short.length > 0)
        rows.push(
          rowOf({ ...peer, what: `${what}, ours in a fifth of the time`, ours: of(short, 'pretrained'), target: 1 }),
        );
      return rows;
    }),
  );
  return [...goodOnly, ...few];
}

function panelOf(results: Results): Panel {
  const { set, ours, theirs } = results;
  const metric = metricsOf(results)[0] ?? 'auroc';
  const points = (valuesOf: (k: number) => readonly (number | null | undefined)[]) =>
    KS.flatMap((k) => {
      const values = valuesOf(k).filter((value) => typeof value === 'number');
      const labels = ours[0] && fewLabels(ours[0], k)?.labels;
      return values.length > 0 && labels ? [{ labels, values }] : [];
    });
  const arm = (name: 'pretrained' | 'random_init') =>
    points((k) => ours.map((metrics) => fewLabels(metrics, k)?.[name][metric]));
  return {
    title: set.name,
    unit: words[metric],
    curves: [
      { name: 'pretrained', colour: '#0a6', points: arm('pretrained') },
      { name: 'lightly', colour: '#06c', points: points((k) => theirs.map((one) => one?.extra?.[`${k}:${metric}`])) },
      { name: 'random start', colour: '#888', points: arm('random_init') },
    ],
  };
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
    spec: { ...encoderSpec(encoderWidth(minutes)), channels: 3 },
  };
}
