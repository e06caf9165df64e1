import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageRow } from '#core/contract/engine.ts';
import { alternate } from './alternate.ts';
import type { Outcome } from './alternate.ts';
import { roundsOf } from './bench.ts';
import type { Bench, BenchContext } from './bench.ts';
import { rowBeside } from './beside.ts';
import { pretraining, withEngine } from './engine-process.ts';
import { nodePeers, nodeSide } from './node-peers.ts';
import { ourSide } from './ours.ts';
import { ofOneSize, pictureSet, writeImagesFile } from './pictures.ts';
import type { PictureSet } from './pictures.ts';
import { pythonSide } from './python-peers.ts';

/** Largest difference of outputs, relative to their size (at least 1), at which two sides count as the same network. */
const TOLERANCE = 1e-3;

/** Scoring: pictures from disk → features and scores, against ONNX Runtime with the very same network. */
export const score: Bench = async (context) => {
  const { quick, say, workDir } = context;
  const set = await pictureSet('steel_xsdd', workDir, quick);
  const paths = await ofOneSize(set.lines.map(({ path }) => join(set.folder, path)));
  const name = `${paths.length} pictures (${set.name}) from disk`;
  say(name);
  const imagesFile = await writeImagesFile(join(workDir, 'all.ndjson'), paths);
  const exportDir = join(workDir, 'network');
  await mkdir(exportDir);
  const { checkpoint, model } = await learn(context, set);

  const sides = [
    // First: its preparation writes the network that the peers read.
    ourSide('Minarai, network only', 'look', { checkpoint, imagesFile, exportDir }),
    ourSide('Minarai, whole scoring', 'score', { model, imagesFile }),
    ...(quick
      ? []
      : [
          pythonSide(await context.peers(), 'ONNX Runtime, PIL', 'score_onnx', { paths, exportDir }),
          // After it: its preparation writes the graph.
          nodeSide(await nodePeers(say), 'ONNX Runtime, sharp', 'score.mjs', { paths, exportDir }),
        ]),
  ];
  const [look, whole, python, node] = await alternate(sides, roundsOf(context), say);
  const peers = [python, node].filter((peer) => peer !== undefined);
  const row = (our: Outcome | undefined, what: string, peer: Outcome | undefined) =>
    rowBeside({
      what: `${name} → ${what}`,
      unit: 'pictures/s',
      our,
      peer,
      incomparable: differenceOf(look, peer),
      target: 1,
      note: 'both sides read the same files, run the same network and pool the same features; whole scoring is the engine process behind its contract, whose answers the peer does not compute',
    });
  if (quick) return [row(look, 'features', undefined), row(whole, 'scores', undefined)];
  return peers.flatMap((peer) => [row(look, 'features', peer), row(whole, 'scores', peer)]);
};

/** Why two sides are not the same network; undefined where they are, or one of them said nothing. */
export function differenceOf(ours: Outcome | undefined, peer: Outcome | undefined): string | undefined {
  const [a, b] = [ours?.facts?.outputs, peer?.facts?.outputs];
  if (!a || !b) return undefined;
  if (a.length !== b.length) return `outputs differ: ${a.length} numbers against ${b.length}`;
  const worst = Math.max(...a.map((x, at) => Math.abs(x - (b[at] ?? Number.NaN)) / Math.max(1, Math.abs(x))));
  return worst <= TOLERANCE ? undefined : `outputs differ by ${worst.toPrecision(3)}`;
}

/** A short pretraining and a teaching by the real engine: a network and a model as a pilot has them. */
async function learn({ workDir, quick, say }: BenchContext, set: PictureSet) {
  const train = set.lines.filter(({ split }) => split === 'train');
  const classes = [...new Set(train.map((line) => line.class))].sort();
  const good = train.find(({ is_defect }) => is_defect === '0')?.class;
  const rows = train.map((line, id): ImageRow => ({
    id,
    path: join(set.folder, line.path),
    page: 0,
    group: line.group,
    classIndex: classes.indexOf(line.class),
    isDefect: line.is_defect === '1',
    split: 'train',
  }));
  const imagesFile = join(workDir, 'train.ndjson');
  await writeFile(imagesFile, rows.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return withEngine(async (engine) => {
    const runDir = join(workDir, 'run');
    const config = quick ? { steps: 2, batch: 8, damagedBatch: 4, width: 4 } : { steps: 60 };
    let checkpoint = '';
    for await (const event of pretraining(engine, { imagesFile, runDir, config }))
      if (event.kind === 'done') checkpoint = event.file;
    const outDir = join(workDir, 'model');
    await mkdir(outDir);
    let model = '';
    const goodClass = good === undefined ? null : classes.indexOf(good);
    const asked = { checkpoint, imagesFile, classes, goodClass, outDir, mode: 'frozen' as const };
    for await (const event of await engine.calls.teach(asked)) if (event.kind === 'done') model = event.model.file;
    say(`  a network of ${rows.length} pictures and its model are ready`);
    return { checkpoint, model };
  });
}
