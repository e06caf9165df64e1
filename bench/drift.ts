import { basename } from 'node:path';
import { driftMeasures, type DriftMeasure, inputMeasures } from '#core/domain/drift/measures.ts';
import { Random } from '#core/domain/random.ts';
import type { Bench, BenchContext } from './bench.ts';
import { type Line, lineOf, STEPS, strengthText } from './drift-lines.ts';
import { type Mix, mixes } from './drift-mixes.ts';
import { type StreamPicture, type Told, watch } from './drift-runs.ts';
import { pictureSet, realSet } from './pictures.ts';
import { type Row, rowOf } from './row.ts';

/*
 * Planted drift on real pictures: after how many pictures the app's tests tell of it, and how often they tell of some where nothing was
 * planted. Labels stand for a model's verdicts and kinds, so those rows say what the tests add to a model that errs in nothing.
 */

const SETS = ['magnetic_tile', 'ball_screw', 'steel_xsdd'];
/** Pictures of the reference and some more before the change, drawn; and after it, more where whole pictures are counted. */
const BEFORE = { least: 300, most: 500 };
const AFTER = { faults: 400, mixes: 1500 };
/** A gradual change takes a step each so many pictures. */
const STEP_PICTURES = 50;
/** One false alarm in 10,000 pictures. */
const TARGET = 0.1;

/** Rows of a pool in drawn order, and again in another once all were there. */
function deck(rows: readonly number[], random: Random): () => number {
  let left: number[] = [];
  return () => {
    if (left.length === 0) left = random.shuffle([...rows]);
    return left.pop() ?? 0;
  };
}

function pictureOf(line: Line, row: number, fault: Line['faults'][number], step: number): StreamPicture {
  const about = line.rows[row];
  const isDefect = about?.is_defect === '1';
  return {
    part: about?.group ?? null,
    vector: step === 0 ? line.vectors[row] : undefined,
    numbers: async () => ({
      ...(await line.numbersOf(row, fault, step)),
      flags: [isDefect ? 1 : 0],
      ...(isDefect && { kinds: [line.kinds.indexOf(about.class)] }),
    }),
  };
}

/** How many steps of a change are there `after` so many pictures of it. */
type Course = (after: number) => number;
const suddenly =
  (steps: number): Course =>
  () =>
    steps;
const gradually: Course = (after) => Math.min(STEPS, 1 + Math.floor(after / STEP_PICTURES));

interface Planted {
  readonly what: string;
  readonly measures: readonly DriftMeasure[];
  /** Pictures after the change that it is waited for. */
  readonly within: number;
  /** A stream whose change begins with picture `changeAt`. */
  readonly stream: (random: Random, changeAt: number) => StreamPicture[];
}

function plantedFaults(line: Line): Planted[] {
  const all = line.rows.map((_, row) => row);
  return line.faults.flatMap((fault) => {
    const planted = (what: string, course: Course): Planted => ({
      ...{ what, measures: inputMeasures, within: AFTER.faults },
      stream: (random, changeAt) => {
        const next = deck(all, random);
        return Array.from({ length: changeAt + AFTER.faults }, (_, at) =>
          pictureOf(line, next(), fault, at < changeAt ? 0 : course(at - changeAt)),
        );
      },
    });
    return [
      planted(`${strengthText(fault, STEPS)}, sudden`, suddenly(STEPS)),
      planted(`${strengthText(fault, STEPS / 2)}, sudden`, suddenly(STEPS / 2)),
      planted(`${strengthText(fault, STEPS)}, gradual`, gradually),
    ];
  });
}

function plantedMixes(line: Line): Planted[] {
  return mixes(line).flatMap(({ what, measure, usual, others, share, before }: Mix) => {
    const planted = (how: string, course: Course): Planted => ({
      ...{ what: `${what}, ${how}`, measures: [measure], within: AFTER.mixes },
      stream: (random, changeAt) => {
        const [of, ofOthers] = [deck(usual, random), deck(others, random)];
        return Array.from({ length: changeAt + AFTER.mixes }, (_, at) => {
          const steps = at < changeAt ? 0 : course(at - changeAt);
          const other = random.uniform() < before + (share - before) * (steps / STEPS);
          return pictureOf(line, other ? ofOthers() : of(), 'darker', 0);
        });
      },
    });
    return [planted('sudden', suddenly(STEPS)), planted('gradual', gradually)];
  });
}

async function delays(
  { what, measures, within, stream }: Planted,
  line: Line,
  runs: number,
  seed: number,
): Promise<Row> {
  const found: (number | null)[] = [];
  let early = 0;
  for (let run = 0; run < runs; run++) {
    const random = new Random(seed + run);
    const changeAt = BEFORE.least + random.below(BEFORE.most - BEFORE.least);
    const told = await watch(stream(random, changeAt), measures, changeAt);
    early += told.filter(({ at }) => at < changeAt).length;
    const first = told.find(({ at }) => at >= changeAt);
    found.push(first === undefined ? null : first.at - changeAt + 1);
  }
  const missed = found.filter((delay) => delay === null).length;
  return rowOf({
    what: `${line.name}: ${what}`,
    ...{ unit: 'pictures', better: 'less' },
    // What was not noticed counts as late as it was waited for.
    ours: found.map((delay) => delay ?? within),
    detail: { not_noticed: `${missed} of ${runs}`, within, alarms_before: early },
  });
}

function alarmsRow(what: string, told: readonly Told[], pictures: number, runs: number): Row {
  const by = driftMeasures.flatMap((measure) => {
    const n = told.filter((alarm) => alarm.measure === measure).length;
    return n === 0 ? [] : [`${measure} ${n}`];
  });
  const [first] = told;
  return {
    ...rowOf({ what, unit: 'per 1,000 pictures', better: 'less', ours: [(1000 * told.length) / pictures] }),
    runs,
    detail: { alarms: told.length, pictures, by: by.join(', '), first: first ? `${first.measure} at ${first.at}` : '' },
  };
}

async function shuffles(line: Line, runs: number, seed: number): Promise<Row> {
  const told: Told[] = [];
  let pictures = 0;
  for (let run = 0; run < runs; run++) {
    const order = new Random(seed + 1000 + run).shuffle(line.rows.map((_, row) => row));
    const stream = order.map((row) => pictureOf(line, row, 'darker', 0));
    pictures += stream.length;
    told.push(...(await watch(stream, driftMeasures)));
  }
  return { ...alarmsRow(`${line.name}: false alarms, shuffled`, told, pictures, runs), target: TARGET };
}

/** As they were taken: by the number of the frame or the date, which the file's name begins with. */
async function natural(line: Line): Promise<Row> {
  const numberOf = (path: string) => /num_(\d+)/.exec(path)?.[1] ?? basename(path);
  const order = line.rows
    .map(({ path }, row) => ({ row, key: numberOf(path) }))
    .toSorted((a, b) => a.key.localeCompare(b.key, 'en', { numeric: true }));
  const stream = order.map(({ row }) => pictureOf(line, row, 'darker', 0));
  const told = await watch(stream, driftMeasures);
  return alarmsRow(`${line.name}: alarms in the order they were taken`, told, stream.length, 1);
}

async function rowsOf(line: Line, { quick, runs, seed, say }: BenchContext): Promise<Row[]> {
  const planted = [...plantedFaults(line), ...plantedMixes(line)];
  const rows: Row[] = [];
  for (const one of quick ? planted.slice(0, 1) : planted) {
    const row = await delays(one, line, runs ?? (quick ? 2 : 40), seed);
    say(`${row.what}: ${row.ours} pictures, ${row.spread?.join(' to ')}, not noticed ${row.detail?.['not_noticed']}`);
    rows.push(row);
  }
  rows.push(await shuffles(line, runs ?? (quick ? 2 : 50), seed), await natural(line));
  return rows;
}

export const drift: Bench = async (context) => {
  const { quick, only, workDir, say } = context;
  const names = only === undefined ? SETS : [only];
  const sets = quick ? [await pictureSet('', workDir, true)] : await Promise.all(names.map((name) => realSet(name)));
  const rows: Row[] = [];
  for (const set of sets.filter((one) => one !== undefined)) {
    const line = await lineOf(set, !quick);
    say(`${line.name}: ${line.rows.length} pictures`);
    rows.push(...(await rowsOf(line, context)));
  }
  return rows;
};
