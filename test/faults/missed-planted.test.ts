import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckpointId, ClassId, ImageId } from '#core/domain/ids.ts';
import type { Box } from '#core/domain/inspection-area.ts';
import type { NotedPlaces } from '#core/domain/noted-places.ts';
import { Random } from '#core/domain/random.ts';
import { FindSearch, type SearchAnswer } from '#core/review/find-search.ts';
import { activeCheckpoint } from '#core/store/checkpoints.ts';
import { addClass } from '#core/store/classes.ts';
import { addEmbeddings, addNotedPlaces } from '#core/store/embeddings.ts';
import { admitPicture } from '#core/store/images.ts';
import { addLabel } from '#core/store/labels.ts';
import type { Store } from '#core/store/open.ts';
import { addScores } from '#core/store/scores.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import { loadEncoder } from '#engine/checkpoint.ts';
import { createEncoder } from '#engine/encoder.ts';
import { headFeatures, headStandard } from '#engine/learn/head.ts';
import { lookAt } from '#engine/learn/look.ts';
import { matrix, rowOf, unitRows } from '#engine/learn/matrix.ts';
import { notedPlaces } from '#engine/learn/noted-places.ts';
import { pooledColumns, pooledOf } from '#engine/learn/pooled.ts';
import { valuesOf } from '#engine/learn/values-of.ts';
import { openLooking } from '#engine/network/looking.ts';
import { openTensorFlow } from '#engine/tf.ts';
import { camera, model, scoreRow, temporaryStore } from '#test/store/fixture.ts';
import { picture } from '#test/store/picture.ts';
import { type ManifestLine, realSet } from '../../bench/pictures.ts';
import { drawnBoxes } from './drawn-boxes.ts';
import { record } from './record.ts';
import { isFull, sized } from './size.ts';

/*
 * Planted misses on real pictures: a kind of defect is withheld, all its pictures pass, and one of them is found further down. How many of
 * the others does a person meet who judges the list from its top? Pictures of the examples' parts are left out. The encoder never saw a label;
 * MINARAI_CHECKPOINTS
 * names a folder of `<set>.ckpt`; without one the network is untrained.
 *
 * One example, 700 steps of pretraining without any anomaly, share of the planted met within 1 / 2 / 3 times as many looks as there are:
 * ball_screw pitting 0.86 / 0.98 / 0.98 (150 planted); magnetic_tile blowholes 0.80 / 0.86 / 0.90 (109), uneven 0.59 / 0.86 / 0.88 (97), breaks
 * 0.37 / 0.62 / 0.84 (79), frays 0.52 / 0.69 / 0.69 (29), cracks 0.47 / 0.47 / 0.47 (51): thin cracks and frays hardly show in whole pictures.
 *
 * One example whose place is known (drawn-boxes.ts), unmarked → marked, within 2 / 3 times as many looks, encoder 32 wide: cracks 0.59 / 0.59 →
 * 0.74 / 0.89, breaks 0.61 / 0.81 → 0.71 / 0.85, frays 0 / 0 → 0.32 / 0.73, uneven 0.81 / 0.89 → 0.85 / 0.94, blowholes 0.88 / 0.92 → 0.84 / 0.87;
 * all 0.69 / 0.77 → 0.76 / 0.88.
 */

const trained = process.env['MINARAI_CHECKPOINTS'] !== undefined;
const SHOTS = sized(1, 3);
const DRAWS = sized(1, 2);
const GOOD_LABELS = 60;
const KIND_LABELS = 10;
const signal = new AbortController().signal;

interface Shown {
  readonly line: ManifestLine;
  readonly vector: Float32Array;
  readonly places: NotedPlaces | undefined;
}

/** Pictures of a set with their embeddings, as the app makes them. */
async function seen(name: string, most: number): Promise<Shown[]> {
  const set = await realSet(name);
  if (set === undefined) return [];
  const byClass = Map.groupBy(set.lines, (line) => line.class);
  const isDrawn = ({ path }: ManifestLine): number => Number(path in drawnBoxes);
  const lines = [...byClass.values()].flatMap((own) =>
    own.toSorted((a, b) => isDrawn(b) - isDrawn(a)).slice(0, Math.ceil((most * own.length) / set.lines.length)),
  );
  await openTensorFlow();
  const file = join(process.env['MINARAI_CHECKPOINTS'] ?? '', `${name}.ckpt`);
  const encoder =
    process.env['MINARAI_CHECKPOINTS'] !== undefined && existsSync(file)
      ? await loadEncoder(file)
      : createEncoder({ channels: 1, width: 16, seed: 1 });
  const looking = openLooking(encoder);
  try {
    const rows = lines.map(({ path }, id) => ({ id, path: join(set.folder, path), page: 0, group: '' }));
    const pooled = matrix(rows.length, pooledColumns(encoder.config));
    const noted = new Map<number, NotedPlaces>();
    for await (const look of lookAt(looking, rows, [], signal)) {
      const values = await valuesOf(pooledOf(look.features));
      const places = await notedPlaces(look);
      look.indices.forEach((row, at) => {
        pooled.data.set(values.subarray(at * pooled.columns, (at + 1) * pooled.columns), row * pooled.columns);
        const own = places[at];
        if (own) noted.set(row, own);
      });
    }
    const unit = unitRows(headFeatures(pooled, headStandard(pooled, null)));
    return lines.map((line, at) => ({ line, vector: rowOf(unit, at).slice(), places: noted.get(at) }));
  } finally {
    looking.dispose();
    encoder.dispose();
  }
}

/** Where the defect is, as a person drew it; empty where nobody did. */
const marksOn = (one: Shown | undefined): readonly Box[] => drawnBoxes[one?.line.path ?? ''] ?? [];

/** A store in which a kind's pictures and the unlabelled others passed, and nobody ever named the kind. */
function plant(shown: readonly Shown[], kind: string, good: string | null, random: Random) {
  const store: Store = temporaryStore();
  const cameraId = camera(store.write);
  const classes = new Map<string, ClassId>();
  for (const name of new Set(shown.map(({ line }) => line.class)))
    classes.set(name, addClass(store.write, { name, isGood: name === good, atMs: 1 }));
  const modelId = model(store.write);
  const ids = store.write.transaction(() =>
    shown.map((_, at) => admitPicture(store.write, picture(cameraId, at + 1)).imageId),
  );
  const checkpointId = activeCheckpoint(store.read)?.id as CheckpointId;
  const flat = { map: [0, 0] as const, cluster: 0, unusual: 0 };
  addEmbeddings(
    store.write,
    checkpointId,
    ids.map((imageId, at) => ({ imageId, vector: shown[at]?.vector ?? new Float32Array(), ...flat })),
  );
  addNotedPlaces(
    store.write,
    checkpointId,
    ids.flatMap((imageId, at) => {
      const places = shown[at]?.places;
      return places ? [{ imageId, places }] : [];
    }),
  );
  const scores = ids.map((id) => scoreRow(id, 0));
  addScores(store.write, modelId, scores, 'scored', 1);
  applyThreshold(store.write, { modelId, review: 0.5, reject: 0.5, reason: '', who: '', atMs: 1 });
  const byClass = Map.groupBy([...shown.keys()], (at) => shown[at]?.line.class ?? '');
  const label = (at: number): void =>
    void addLabel(store.write, {
      imageId: ids[at] as ImageId,
      classId: classes.get(shown[at]?.line.class ?? '') as ClassId,
      ...{ source: 'teach', who: '', atMs: 1 },
    });
  store.write.transaction(() => {
    for (const [name, own] of byClass) {
      if (name === kind) continue;
      const order = random.shuffle([...own]);
      // Where there are good pictures, other kinds are flagged and judged; where all are defects, most were never judged.
      const labelled = name === good ? GOOD_LABELS : good === null ? KIND_LABELS : own.length;
      order.slice(0, labelled).forEach(label);
    }
  });
  return {
    store,
    ids,
    checkpointId,
    classId: classes.get(kind) as ClassId,
    // Whoever draws a mark draws it on the example: those of which the place is known come first.
    own: random
      .shuffle([...(byClass.get(kind) ?? [])])
      .toSorted((a, b) => Number(marksOn(shown[b]).length > 0) - Number(marksOn(shown[a]).length > 0)),
  };
}

/** Share of planted pictures found after judging `n × planted` pictures of the list, for each n. */
async function judge(
  shown: readonly Shown[],
  kind: string,
  good: string | null,
  { shots, seed, marked }: { readonly shots: number; readonly seed: number; readonly marked: boolean },
) {
  const { store, ids, checkpointId, classId, own } = plant(shown, kind, good, new Random(seed));
  const groups = new Set<string>();
  const examples = own.filter((at) => {
    const group = shown[at]?.line.group ?? '';
    return groups.size < shots && !groups.has(group) && groups.add(group).size > 0;
  });
  const planted = new Set(own.filter((at) => !groups.has(shown[at]?.line.group ?? '')).map((at) => ids[at] as ImageId));
  const exampleIds = examples.map((at) => ids[at] as ImageId);
  const parts = own.filter((at) => groups.has(shown[at]?.line.group ?? '')).map((at) => ids[at] as ImageId);
  // Further pictures of the examples' parts are no proof of anything: they are answered beforehand and counted nowhere.
  const answers: SearchAnswer[] = parts
    .filter((id) => !exampleIds.includes(id))
    .map((imageId) => ({ imageId, says: 'hold' as const }));
  const marks = new Map(
    examples.flatMap((at) => {
      const boxes = marked ? marksOn(shown[at]) : [];
      return boxes.length === 0 ? [] : [[ids[at] as ImageId, boxes] as const];
    }),
  );
  const sought = { exampleIds, marks, classId, answers: [...answers], filter: {} };
  const search = await FindSearch.over(store.read, checkpointId, sought, signal, () => undefined);
  let [judged, found] = [0, 0];
  const shares = new Map<number, number>();
  const steps = [1, 1.5, 2, 3];
  for (const step of steps) {
    for (; judged < step * planted.size && search.ranked.length > 0; judged++) {
      const imageId = search.ranked[0]?.id as ImageId;
      const is = planted.has(imageId);
      found += Number(is);
      answers.push({ imageId, says: is ? 'is' : 'is_not' });
      search.learn(answers, imageId);
    }
    shares.set(step, found / planted.size);
  }
  return { planted: planted.size, of: search.of, shares, byPlace: search.byPlace };
}

const sets = [
  { name: 'ball_screw', good: 'good', kinds: ['pitting'], drawn: true, most: sized(120, 10_000) },
  {
    name: 'magnetic_tile',
    good: 'good',
    kinds: ['blowhole', 'break', 'crack', 'fray', 'uneven'],
    drawn: true,
    most: sized(0, 10_000),
  },
  { name: 'steel_xsdd', good: null, kinds: null, drawn: false, most: sized(0, 10_000) },
].filter(({ most }) => most > 0);

describe('a withheld kind of defect on real pictures', () => {
  for (const { name, good, kinds, drawn, most } of sets)
    it(
      `is found among what passed: ${name}`,
      async () => {
        const shown = await seen(name, most);
        if (shown.length === 0) return;
        const asked = kinds ?? [...new Set(shown.map(({ line }) => line.class))].sort();
        const all = new Map<string, { found: number; later: number; planted: number }>();
        for (const kind of asked)
          for (let shots = 1; shots <= SHOTS; shots += 2)
            for (const marked of drawn ? [true, false] : [false]) {
              const rows: Awaited<ReturnType<typeof judge>>[] = [];
              for (let draw = 0; draw < DRAWS; draw++)
                rows.push(await judge(shown, kind, good, { shots, seed: 100 * shots + draw, marked }));
              // What an untrained network finds odd need not lie in the mark.
              if (!marked || trained) expect(rows.some(({ byPlace }) => byPlace)).toBe(marked);
              const mean = (step: number) =>
                rows.reduce((sum, { shares }) => sum + (shares.get(step) ?? 0), 0) / rows.length;
              const figures = Object.fromEntries([1, 1.5, 2, 3].map((step) => [`share_at_${step}`, mean(step)]));
              const planted = Math.round(rows.reduce((sum, row) => sum + row.planted, 0) / rows.length);
              const way = `${shots} found${marked ? ', marked' : ''}`;
              const fault = `missed ${name} ${kind}, ${way}`;
              record({ fault, inputs: planted, survived: Math.round(mean(2) * planted), lost: 0, figures });
              const sum = all.get(way) ?? { found: 0, later: 0, planted: 0 };
              all.set(way, {
                found: sum.found + mean(2) * planted,
                later: sum.later + mean(3) * planted,
                planted: sum.planted + planted,
              });
              if (isFull) console.info(fault, planted, 'of', rows[0]?.of, figures);
            }
        for (const [way, { found, later, planted }] of all) {
          if (isFull) console.info(name, way, 'all kinds', found / planted, later / planted);
          if (name !== 'magnetic_tile') expect(found / planted, `${name}, ${way}`).toBeGreaterThanOrEqual(0.8);
          // Small defects take a third as many looks more, a mark, and an encoder that has learnt.
          else if (way.endsWith('marked')) {
            if (trained) expect(later / planted, `${name}, ${way}`).toBeGreaterThanOrEqual(0.8);
            expect(found).toBeGreaterThan(all.get(way.replace(', marked', ''))?.found ?? 0);
          }
        }
      },
      isFull ? 1_800_000 : 120_000,
    );
});
