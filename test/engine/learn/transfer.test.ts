import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as v from 'valibot';
import type { ArmEvent } from '#core/contract/engine-arm.ts';
import { PretrainConfig, type ImageRow } from '#core/contract/engine.ts';
import {
  compareArms,
  TRANSFER_DRAWS,
  TRANSFER_SPLITS,
  triedLabels,
  type ArmDraws,
  type TransferArm,
} from '#core/domain/transfer.ts';
import { measureArm } from '#engine/learn/measure-arm.ts';
import { pretrain } from '#engine/pretrain.ts';
import { isFull, sized } from '#test/faults/size.ts';
import { publicRows, type PublicSet } from '../onnx/public-rows.ts';
import { writeRows } from './site.ts';

/*
 * An encoder that learnt from one real set is tried on another, and on the other half of its own: what `npm test` shows is that every
 * encoder meets the same pictures; the figures (MINARAI_FAULTS=full) are in ARCHITECTURE.md.
 */

const folder = mkdtempSync(join(tmpdir(), 'minarai-transfer-'));
afterAll(() => rmSync(folder, { recursive: true }));
const never = new AbortController().signal;
const WANTED = sized(32, 120);

type Rows = readonly ImageRow[];
interface Set {
  readonly rows: Rows;
  readonly classes: readonly string[];
}

async function pretrained(name: string, rows: Rows): Promise<string> {
  const imagesFile = writeRows(join(folder, `${name}.ndjson`), rows);
  const short = { steps: 8, batch: 16, damagedBatch: 16, width: 8, seed: 2, precision: 'f32' };
  const config = v.parse(PretrainConfig, isFull ? { minutes: 0.4, seed: 2 } : short);
  const input = { imagesFile, runDir: join(folder, `${name}-run`), config, resume: false };
  for await (const event of pretrain(input, never, { pauseAsked: false })) if (event.kind === 'done') return event.file;
  throw new Error('no checkpoint');
}

type Done = Extract<ArmEvent, { kind: 'done' }>;

async function measured(checkpoint: string, { rows, classes }: Set, arm: TransferArm, seed: number): Promise<Done> {
  const goodClass = classes.includes('good') ? classes.indexOf('good') : null;
  const counts = [
    ...Map.groupBy(rows, ({ classIndex }) => (goodClass === null ? classIndex : classIndex === goodClass)).values(),
  ];
  const ks = triedLabels(Math.min(...counts.map(({ length }) => length)), false);
  const imagesFile = writeRows(
    join(folder, `arm-${seed}.ndjson`),
    rows.map(({ split: _, ...row }) => row),
  );
  const start: 'random' | 'pretrained' = arm === 'random' ? 'random' : 'pretrained';
  const input = {
    checkpoint,
    start,
    imagesFile,
    classes: [...classes],
    goodClass,
    ks,
    draws: TRANSFER_DRAWS,
    seed,
  };
  for await (const event of measureArm(input, never)) if (event.kind === 'done') return event;
  throw new Error('nothing was measured');
}

const halves = ({ rows, classes }: Set): [Set, Set] => {
  const half = (rest: number): Set => ({ rows: rows.filter((_, at) => at % 2 === rest), classes });
  return [half(0), half(1)];
};

async function compared(name: string, set: Set, copied: string) {
  const own = isFull ? await pretrained(name, set.rows) : copied;
  const arms = [
    ['copied', copied],
    ['own', own],
    ['random', copied],
  ] as const;
  const found: { arm: TransferArm; done: Done }[] = [];
  for (let split = 0; split < sized(1, TRANSFER_SPLITS); split++)
    for (const [arm, checkpoint] of arms) found.push({ arm, done: await measured(checkpoint, set, arm, 1 + split) });
  const isTyped = !set.classes.includes('good');
  const ks = found[0]?.done.rows.map(({ k }) => k) ?? [];
  const draws = arms.flatMap(([arm]) =>
    ks.map((k): ArmDraws => {
      const rows = found.flatMap(({ arm: of, done }) => (of === arm ? done.rows.filter((row) => row.k === k) : []));
      const figures = rows.flatMap((row) => row.figures.map((one) => (isTyped ? one.balancedAccuracy : one.auroc)));
      return { arm, k, labels: rows[0]?.labels ?? 0, draws: figures };
    }),
  );
  return { found, rows: compareArms(draws) };
}

const there = (set: PublicSet) => publicRows(set, WANTED).rows.length > 0;

test.skipIf(!there('magnetic_tile') || !there('ball_screw') || !there('steel_xsdd'))(
  'an encoder of magnetic_tile is measured on other real sets and on the other half of its own',
  async () => {
    const [half, other] = halves(publicRows('magnetic_tile', 2 * WANTED));
    const encoder = await pretrained('half', half.rows);
    const targets: [string, Set][] = [
      ['ball_screw', publicRows('ball_screw', WANTED)],
      ...(isFull
        ? ([
            ['steel_xsdd', publicRows('steel_xsdd', WANTED)],
            ['other half', other],
          ] satisfies [string, Set][])
        : []),
    ];
    for (const [name, set] of targets) {
      const { found, rows } = await compared(name, set, encoder);
      expect(new Set(found.slice(0, 3).map(({ done }) => `${done.tested} ${done.defects}`)).size).toBe(1);
      const figures = found.flatMap(({ done }) =>
        done.rows.flatMap((row) => row.figures.map((one) => one.balancedAccuracy)),
      );
      expect(figures.length).toBeGreaterThan(0);
      for (const figure of figures) expect(figure === null || (figure >= 0 && figure <= 1)).toBe(true);
      for (const row of rows) {
        const said = row.arms.map(
          ({ arm, figure: { mean, low, high } }) => `${arm} ${mean.toFixed(3)} (${low.toFixed(3)}-${high.toFixed(3)})`,
        );
        if (isFull)
          console.log(
            name,
            `k=${row.k} labels=${row.labels} draws=${row.draws}`,
            ...said,
            row.says.map(({ than, says }) => `${than}:${says}`).join(' '),
          );
      }
      if (isFull) continue;
      // The same once more, and the same encoder under two names, come to the same figures.
      const again = await measured(encoder, set, 'copied', 1);
      expect(again.rows).toEqual(found[0]?.done.rows);
      expect(found[1]?.done.rows).toEqual(found[0]?.done.rows);
      expect(found[2]?.done.rows).not.toEqual(found[0]?.done.rows);
    }
  },
  sized(60_000, 3_000_000),
);
