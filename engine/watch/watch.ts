import type { ImageRow, Watched } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import type { CutConfig, CutTiles } from '../cut-tiles.ts';
import type { Encoder } from '../encoder.ts';
import { readImagesFile } from '../images-file.ts';
import { pick } from '../learn/matrix.ts';
import { pooledRows } from '../learn/pooled-rows.ts';
import { groupOf } from '../learn/reference.ts';
import { representationOf } from '../learn/representation.ts';
import { openLooking } from '../network/looking.ts';
import type { TrainingSite } from '../training-site.ts';
import type { InputOf } from '../work.ts';
import { drawTwoViews, seeTwoViews } from './two-views.ts';

/*
 * What a pretraining has learnt so far, at each checkpoint: by two views of unlabelled pictures, and, where some pictures are
 * labelled, by what their features tell. Nothing is learnt from those labels but a probe that is thrown away.
 */

/** Labelled pictures of a look: it takes about a second then, and a wish to pause may wait for it. */
const MOST_LABELLED = 200;
const FEWEST_LABELLED = 10;
const SEED = 17;

type WatchInput = NonNullable<InputOf<'pretrain'>['watch']>;

/** Looks at the same pictures again and again. */
export class Watch {
  readonly #tiles: CutTiles;
  readonly #config: CutConfig;
  readonly #labelled: readonly ImageRow[];
  readonly #input: WatchInput | undefined;

  private constructor(
    tiles: CutTiles,
    config: CutConfig,
    labelled: readonly ImageRow[],
    input: WatchInput | undefined,
  ) {
    this.#tiles = tiles;
    this.#config = config;
    this.#labelled = labelled;
    this.#input = input;
  }

  /** @throws AppError `pixels_lost` */
  static async open(site: TrainingSite, config: CutConfig, input: WatchInput | undefined): Promise<Watch> {
    const rows = input ? (await readImagesFile(input.imagesFile)).filter(isLabelledForTraining) : [];
    const chosen = new Random(SEED).shuffle(rows).slice(0, MOST_LABELLED);
    const classes = new Set(chosen.map(({ classIndex }) => classIndex)).size;
    const enough = chosen.length >= FEWEST_LABELLED && classes > 1;
    return new Watch(drawTwoViews(site, config, new Random(SEED)), config, enough ? chosen : [], input);
  }

  /** @throws AppError `pixels_lost`; the signal's reason */
  async look(encoder: Encoder, signal: AbortSignal): Promise<Watched> {
    const looking = openLooking(encoder);
    try {
      const views = await seeTwoViews(looking, this.#tiles, this.#config, new Random(SEED));
      const { pooled, seen } = await pooledRows(looking, encoder.config.width, this.#labelled, signal);
      return { ...views, labelled: this.#tell(seen, pick(pooled, seen)) };
    } finally {
      looking.dispose();
    }
  }

  /** Probe, neighbours and clusters on the labelled pictures, by folds over their groups. */
  #tell(seen: readonly number[], pooled: ReturnType<typeof pick>): Watched['labelled'] {
    const input = this.#input;
    if (!input || seen.length === 0) return null;
    const labelled = seen.map((row, index) => {
      const picture = this.#labelled[row] as ImageRow;
      return { index, label: picture.classIndex ?? 0, group: groupOf(picture), split: 'train' as const };
    });
    const { goodClass, classes } = input;
    return representationOf(pooled, labelled, classes.length, goodClass, new Random(SEED));
  }
}

function isLabelledForTraining({ classIndex, split }: ImageRow): boolean {
  return classIndex !== undefined && split !== 'test';
}
