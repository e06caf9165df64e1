import { eventIterator, oc } from '@orpc/contract';
import * as v from 'valibot';
import { disturbanceKinds } from '#core/domain/disturbance.ts';
import { LookAnswer, LookInput, NetworkFacts, NetworkFile } from './engine-archive.ts';
import { ErrorView } from './error-view.ts';
import { ArmEvent, ArmInput } from './engine-arm.ts';
import { ServerPlace } from './tf-config.ts';
import { ExportModelEvent, ExportModelInput, ImportedEncoder, ImportModelInput } from './engine-export.ts';

/*
 * What crosses between the app core and the engine process. The engine gets file paths and numbers and returns numbers
 * and files that it wrote itself; pixels and database rows never cross. Bulk numbers go through files.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const positive = v.pipe(v.number(), v.gtValue(0));
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const seed = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff));
/** A number that may not exist: no good pictures among the test rows, one class only, … */
const maybe = v.nullable(v.number());

/** Part of a picture, as shares of its width and height; (0, 0) is its upper left corner. */
export const Region = v.pipe(
  v.object({ x: share, y: share, width: v.pipe(share, v.gtValue(0)), height: v.pipe(share, v.gtValue(0)) }),
  // A rounding error of a box that reaches to the edge is no reason to refuse it.
  v.check(({ x, y, width, height }) => x + width <= 1 + 1e-9 && y + height <= 1 + 1e-9, 'outside the picture'),
);
export type Region = v.InferOutput<typeof Region>;
/** A place of a stroke, as shares of the picture's width and height; a hand may run far over the edge of a part of it. */
const place = v.pipe(v.number(), v.minValue(-100), v.maxValue(100));
/** Most points of one stroke. */
export const MOST_STROKE_POINTS = 1000;
/** A stroke of the brush over a defect, or of the eraser; see core/domain/defect-marks.ts. */
export const BrushStroke = v.object({
  points: v.pipe(v.array(v.tuple([place, place])), v.minLength(1), v.maxLength(MOST_STROKE_POINTS)),
  /** Share of the picture's longer side; of a small part of it more than that side. */
  width: v.pipe(v.number(), v.minValue(0.0005), v.maxValue(50)),
  erase: v.optional(v.boolean()),
});
export type BrushStroke = v.InferOutput<typeof BrushStroke>;
export const DefectRegion = v.union([Region, BrushStroke]);
export type DefectRegion = v.InferOutput<typeof DefectRegion>;
/** Most marks of one label, and most points of its strokes: as many as somebody may have the patience to draw. */
export const MOST_MARKS = 200;
export const MOST_MARK_POINTS = 4000;
/** Where one label's defect is, in the order in which it was drawn. */
export const Regions = v.pipe(
  v.array(DefectRegion),
  v.maxLength(MOST_MARKS),
  v.check(
    (marks) => marks.reduce((sum, mark) => sum + ('points' in mark ? mark.points.length : 0), 0) <= MOST_MARK_POINTS,
    'too many points',
  ),
);

/** One line of an images file (NDJSON): the core writes it, the engine reads it. Order is the order of results. */
export const ImageRow = v.object({
  id: count,
  path,
  /** Page of a multi-page file. */
  page: v.optional(count, 0),
  /**
   * The same page, decoded (core/imaging/raw-picture.ts): what is read then. Either all rows of a file have one or none; all
   * have the same channels. The core removes none while the call runs; where one is missing or torn all the same, the call
   * ends with `pixels_lost`, and the core decodes anew and calls again.
   */
  pixels: v.optional(path),
  /** Pictures of one group show the same part: never split between train and test. */
  group: v.optional(v.string()),
  /** Index into the class list that the call names; absent = unlabelled. */
  classIndex: v.optional(count),
  isDefect: v.optional(v.boolean()),
  /** Where the labelled defect is; absent = nobody said. */
  regions: v.optional(v.pipe(Regions, v.minLength(1))),
  split: v.optional(v.picklist(['train', 'test'])),
});
export type ImageRow = v.InferOutput<typeof ImageRow>;

/** Which changes of a picture the encoder learns to ignore; each must leave a defect visible (ml.md §2). */
export const AugmentConfig = v.object({
  flipHorizontal: v.optional(v.boolean(), true),
  flipVertical: v.optional(v.boolean(), true),
  quarterTurns: v.optional(v.boolean(), false),
  rotateDegrees: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(45)), 8),
  /** Side of the crop, in pixels of the picture, smallest and largest; resampled to `tilePx`. */
  cropMinPx: v.optional(positive, 45),
  cropMaxPx: v.optional(positive, 83),
  /** ± relative. */
  brightness: v.optional(share, 0.3),
  contrast: v.optional(share, 0.3),
  /** Standard deviation of sensor noise, 0..1 of full scale. */
  noise: v.optional(share, 0.03),
  blur: v.optional(v.boolean(), false),
  /** Hue and saturation; ignored for grey pictures. */
  colour: v.optional(share, 0),
});
export type AugmentConfig = v.InferOutput<typeof AugmentConfig>;

export const objectives = ['nt_xent', 'dcl', 'damaged'] as const;

/** The one configuration block of a pretraining; saved with every checkpoint. */
export const PretrainConfig = v.object({
  /**
   * nt_xent: SimCLR (Chen et al. 2020, eq. 1). dcl: decoupled contrast (Yeh et al. 2022). damaged: two clean views attract and
   * only synthetically damaged views repel, because pictures of one part are no negatives of each other (ml.md §5).
   */
  objective: v.optional(v.picklist(objectives), 'damaged'),
  /**
   * Beside the mask task. On folds of train rows 1 is ahead of 0.2 where defects are a texture (steel_xsdd, balanced accuracy
   * with 5 labels a class: 0.826 against 0.816 ± 0.03) and within the spread where they are small (magnetic_tile, AUROC with
   * 5 / 10 / 20 defects: 0.590 / 0.601 / 0.646 against 0.577 / 0.614 / 0.684 ± 0.06).
   */
  contrastWeight: v.optional(v.pipe(v.number(), v.minValue(0)), 1),
  /** Predict where a synthetic defect was painted; 0 switches the task off. */
  maskWeight: v.optional(v.pipe(v.number(), v.minValue(0)), 1),
  temperature: v.optional(positive, 0.2),
  tilePx: v.optional(v.pipe(v.number(), v.integer(), v.minValue(32), v.maxValue(256)), 64),
  /**
   * Side of the smallest defect that must be found, in pixels of the pictures as the camera takes them; null = not known. The core
   * sets the crops of `augment` by it before the engine sees them (core/domain/tile-crops.ts).
   */
  smallestDefectPx: v.optional(v.nullable(positive), null),
  /** Clean tiles a step; each gives two views. */
  batch: v.optional(v.pipe(v.number(), v.integer(), v.minValue(4), v.maxValue(4096)), 64),
  /**
   * Clean tiles that go through the network at a time; absent = the whole batch. A smaller number needs less memory and a third
   * more time; the contrast is still over the whole batch.
   */
  microBatch: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(4096))),
  /**
   * Over the workers of a cluster: losses over the views of all of them instead of each one's own. The step is then that of one large
   * batch, at the price of another way forward.
   */
  globalContrast: v.optional(v.boolean(), false),
  /** Damaged tiles a step; in a cluster these and `batch` are each worker's. */
  damagedBatch: v.optional(count, 32),
  /**
   * Channels of the first stage; the others follow as ×1, ×2, ×4, ×8. Where absent, that of `start`, else as wide as `minutes` allow
   * (core/domain/encoder-width.ts), 16 where `steps` are set.
   */
  width: v.optional(v.pipe(v.number(), v.integer(), v.minValue(4), v.maxValue(64))),
  learningRate: v.optional(positive, 0.002),
  weightDecay: v.optional(v.pipe(v.number(), v.minValue(0)), 0.001),
  warmupSteps: v.optional(count, 20),
  gradientClip: v.optional(positive, 5),
  /** Steps of the whole schedule; where absent, `minutes` sets them from the measured step time. */
  steps: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  minutes: v.optional(positive, 5),
  checkpointEverySeconds: v.optional(positive, 60),
  precision: v.optional(v.picklist(['auto', 'bf16', 'f32']), 'auto'),
  /** 1: grey, 3: colour; where absent, grey unless a sample of the pictures shows colour. */
  channels: v.optional(v.picklist([1, 3])),
  /**
   * Checkpoint file of another run whose encoder is the start, of the same width and channels; absent = random weights. On folds of
   * train rows (one encoder seed, spread about 0.02; AUROC of good pictures alone / of 5 / of 20 defects): ball_screw from
   * magnetic_tile 150 steps 0.81 / 0.85 / 0.88, 400 0.82 / 0.87 / 0.89; anew 150 0.79 / 0.88 / 0.87, 400 0.80 / 0.86 / 0.87, 1,000
   * 0.82 / 0.88 / 0.90. magnetic_tile from steel_xsdd 150 steps 0.79 / 0.74 / 0.80; anew 0.78 / 0.75 / 0.78. With no step on the new
   * pictures 0.85 / 0.85 / 0.87 there and 0.74 / 0.65 / 0.67 here.
   */
  start: v.optional(path),
  seed: v.optional(seed, 1),
  augment: v.optional(AugmentConfig, {}),
});
export type PretrainConfig = v.InferOutput<typeof PretrainConfig>;

export const EngineFacts = v.object({
  backend: v.picklist(['tensorflow-gpu', 'tensorflow-cpu', 'webgpu', 'cpu']),
  /** Why this backend and not a faster one: a message key `backend.<reason>`. */
  reason: v.string(),
  tensorflow: v.string(),
  devices: v.array(v.string()),
  bf16: v.boolean(),
  threads: count,
  pid: count,
});
export type EngineFacts = v.InferOutput<typeof EngineFacts>;

export const Representation = v.object({
  knnAccuracy: maybe,
  linearAccuracy: maybe,
  linearBalancedAccuracy: maybe,
  nmi: maybe,
  ari: maybe,
  /** Share of pictures whose cluster's most frequent class is theirs; absent in what an older version measured. */
  purity: v.optional(maybe, null),
  trainRows: count,
  testRows: count,
  /** test: the rows marked so; folds: group-wise cross-validation because no row was. */
  measuredOn: v.picklist(['test', 'folds']),
});
export type Representation = v.InferOutput<typeof Representation>;

/** What an encoder tells apart at a checkpoint: progress and alarms, on the same pictures at every look. */
export const Watched = v.object({
  /** Unlabelled pictures of which two views were compared. */
  pictures: count,
  /** Mean squared distance of both views; 0 = always the same (Wang and Isola 2020). */
  alignment: v.number(),
  /** 0 = all pictures are one point, lower is more even (ibid.). */
  uniformity: v.number(),
  /** RankMe (Garrido et al. 2023). */
  effectiveRank: v.number(),
  /** Share of views whose nearest neighbour is the other view of their picture. */
  retrieval: share,
  /** By folds over the groups of labelled train rows; null where too few are labelled. */
  labelled: v.nullable(Representation),
});
export type Watched = v.InferOutput<typeof Watched>;

const CheckpointFile = v.object({
  file: path,
  sha256: v.string(),
  step: count,
  steps: count,
  bytes: count,
  /** Of training so far, pauses and looks not counted. */
  seconds: v.number(),
  /** null with `paused`: a pause does not wait for a look. */
  watched: v.nullable(Watched),
});

/** A picture that the engine could not use; the core quarantines it. */
const Failed = v.object({ id: count, code: v.string() });

export const PretrainEvent = v.variant('kind', [
  /** finding or decoding the pictures */
  v.object({ kind: v.literal('reading'), done: count, total: count, failed: v.array(Failed) }),
  v.object({
    kind: v.literal('step'),
    step: count,
    steps: count,
    epoch: v.number(),
    /** Losses are means over the steps since the last such event: the curve is smoother, and no step waits to be read. */
    loss: v.number(),
    contrastLoss: maybe,
    maskLoss: maybe,
    learningRate: v.number(),
    viewsPerSecond: v.number(),
    /** Time left as a range, seconds. */
    leftLowSeconds: maybe,
    leftHighSeconds: maybe,
    /** Effective rank of the projected views (RankMe) and mean alignment: collapse alarms, never quality. */
    effectiveRank: maybe,
    alignment: maybe,
    health: v.picklist(['warming_up', 'learning', 'plateau', 'collapsed']),
  }),
  v.object({ kind: v.literal('checkpoint'), ...CheckpointFile.entries }),
  v.object({ kind: v.literal('paused'), ...CheckpointFile.entries }),
  v.object({
    kind: v.literal('done'),
    ...CheckpointFile.entries,
    views: count,
    viewsPerSecond: v.number(),
    epochs: v.number(),
    /** plateau: it stopped by itself because nothing improved any more. */
    endedBy: v.picklist(['schedule', 'plateau']),
  }),
  /** A worker that does not lead has done its part; the checkpoint is with the first one. */
  v.object({ kind: v.literal('followed'), ended: v.picklist(['done', 'paused']), step: count }),
]);
export type PretrainEvent = v.InferOutput<typeof PretrainEvent>;

/** Progress of the calls that walk over pictures or fits; ends with one `done`. */
const Progress = v.object({ kind: v.literal('progress'), phase: v.string(), done: count, total: count });

export const EmbedEvent = v.variant('kind', [
  Progress,
  v.object({
    kind: v.literal('done'),
    /** Float32, little endian, row-major [rows, dimension], rows in the order of the images file less `failed`. */
    file: path,
    rows: count,
    dimension: count,
    ids: v.array(count),
    failed: v.array(Failed),
    /** Two-dimensional map for looking at (PCA of the pooled features, scaled to −1..1) and k-means cluster, one per row. */
    map: v.array(v.tuple([v.number(), v.number()])),
    cluster: v.array(count),
    /** How unusual a picture is among all: 0 = like most, higher = more unusual (engine/learn/unusual.ts). */
    unusual: v.array(v.number()),
    /** Places that stand out in each picture (core/domain/noted-places.ts): so many bytes for each of these pictures, in their order. */
    places: v.object({ file: path, bytes: count, ids: v.array(count) }),
  }),
]);
export type EmbedEvent = v.InferOutput<typeof EmbedEvent>;

/** How well defects are told from good pictures. */
export const Detection = v.object({ auroc: maybe, averagePrecision: maybe });
export type Detection = v.InferOutput<typeof Detection>;
const FewLabelScore = v.object({ auroc: maybe, averagePrecision: maybe, balancedAccuracy: maybe });

/** Figures of one arm over label draws: mean and standard deviation. */
const Arm = v.object({ mean: FewLabelScore, sd: FewLabelScore });
export const LabelEfficiencyRow = v.object({ k: count, labels: count, draws: count, pretrained: Arm, randomInit: Arm });
export type LabelEfficiencyRow = v.InferOutput<typeof LabelEfficiencyRow>;

/** How a likeness to so few examples came out for kinds that are known, each playing a new one. */
export const ShotFigures = v.object({
  shots: count,
  /** Kinds of defect that played it. */
  kinds: count,
  /** Pictures given a probability of at least a half, over all draws, and how many of them were of the kind. */
  finds: count,
  right: count,
});
export type ShotFigures = v.InferOutput<typeof ShotFigures>;

/** Of pictures likened to a kind by a few examples: what each is, and how sure that is. */
export const Alike = v.object({
  /** Most alike first. */
  rows: v.array(
    v.object({
      id: count,
      /** Above 0 it is nearer to the examples than to any known kind. */
      likeness: v.number(),
      /** null where too few kinds are known to calibrate. */
      probability: v.nullable(share),
    }),
  ),
  /** How many could be read. */
  examples: count,
  confidence: v.nullable(ShotFigures),
});
export type Alike = v.InferOutput<typeof Alike>;

/** Finding a kind by a few examples that was not known before: average precision over kinds and draws. */
export const FewShotRow = v.object({ shots: count, kinds: count, pretrained: share, randomInit: share });
export type FewShotRow = v.InferOutput<typeof FewShotRow>;

export const EvaluateEvent = v.variant('kind', [
  Progress,
  v.object({
    kind: v.literal('done'),
    pretrained: Representation,
    randomInit: Representation,
    /** Good pictures only, no defect label used; null figures where there is no good class. */
    anomaly: Detection,
    anomalyRandomInit: Detection,
    labelEfficiency: v.array(LabelEfficiencyRow),
    /** Empty where no kind of defect can play a new one. */
    fewShot: v.array(FewShotRow),
    failed: v.array(Failed),
  }),
]);
export type EvaluateEvent = v.InferOutput<typeof EvaluateEvent>;

export const ScoreRow = v.object({
  id: count,
  /** What the threshold cuts: 0..1, higher = more likely to be a defect. */
  score: share,
  /** Calibrated probability of a defect; null before any defect was labelled. */
  defectProbability: v.nullable(share),
  /** z-score against held-out good pictures; null where no picture is known or presumed good. */
  anomaly: maybe,
  /** One per class of the model, same order; empty for a good-only model. */
  classProbabilities: v.array(share),
});
export type ScoreRow = v.InferOutput<typeof ScoreRow>;

/**
 * good_only: no defect labelled yet; frozen: head on frozen features; finetuned: the encoder was trained on, too, gently;
 * finetuned_full: at a rate and for as long as to fit the labels whatever it knew before.
 */
export const teachModes = ['good_only', 'frozen', 'finetuned', 'finetuned_full'] as const;

export const ModelCard = v.object({
  file: path,
  sha256: v.string(),
  bytes: count,
  mode: v.picklist(teachModes),
  classes: v.array(v.string()),
  /** Why this mode: cross-validated figures of each candidate, random start beside them. */
  candidates: v.array(
    v.object({
      mode: v.picklist(teachModes),
      start: v.picklist(['pretrained', 'random']),
      figures: FewLabelScore,
      folds: count,
      /**
       * How many of its own labels a trained encoder answers right; one that does not fit them was trained too little and is never
       * chosen. null where none was trained, and in what an older version taught.
       */
      fit: v.optional(v.nullable(v.object({ right: count, of: count, fits: v.boolean() })), null),
    }),
  ),
  /** Weight of each anomaly part (engine/learn/anomaly.ts), as earned on held-out groups. */
  anomalyWeights: v.record(v.string(), v.number()),
});
export type ModelCard = v.InferOutput<typeof ModelCard>;

export const TeachEvent = v.variant('kind', [
  Progress,
  v.object({
    kind: v.literal('done'),
    model: ModelCard,
    /** Scores of the labelled rows by models that did not see their group: what a threshold may be set on. */
    heldOut: v.array(ScoreRow),
    failed: v.array(Failed),
  }),
]);
export type TeachEvent = v.InferOutput<typeof TeachEvent>;

/** How fast a model scores on this machine. */
export const ScoreSpeed = v.object({
  /** Many at once, from their files to their scores, without the loading of the model. */
  picturesPerSecond: v.number(),
  /**
   * One picture alone with the model in memory, from its file to its score: middle and 95 % of `pictures` that were timed so,
   * one after the other, when the others were done. null where there were too few.
   */
  latency: v.nullable(v.object({ pictures: count, p50Ms: v.number(), p95Ms: v.number() })),
});
export type ScoreSpeed = v.InferOutput<typeof ScoreSpeed>;

export const ScoreEvent = v.variant('kind', [
  Progress,
  v.object({ kind: v.literal('scored'), rows: v.array(ScoreRow), failed: v.array(Failed) }),
  v.object({ kind: v.literal('done'), rows: count, seconds: v.number(), ...ScoreSpeed.entries }),
]);
export type ScoreEvent = v.InferOutput<typeof ScoreEvent>;

const Gauged = v.object({
  widthPx: count,
  heightPx: count,
  mean: v.number(),
  contrast: v.number(),
  sharpness: v.number(),
  sharpnessMiddle: v.number(),
  clippedLow: share,
  clippedHigh: share,
});

/** A picture's score as it was disturbed, and what the picture check measures before and after, at the size at which it is judged. */
export const DisturbedRow = v.object({
  ...ScoreRow.entries,
  before: Gauged,
  after: Gauged,
  /** How far what is shown has moved (core/domain/phase-correlation.ts). */
  shift: v.object({ x: v.number(), y: v.number(), peak: v.number() }),
});
export type DisturbedRow = v.InferOutput<typeof DisturbedRow>;
export const DisturbedEvent = v.variant('kind', [
  Progress,
  v.object({ kind: v.literal('done'), rows: v.array(DisturbedRow), failed: v.array(Failed) }),
]);
export type DisturbedEvent = v.InferOutput<typeof DisturbedEvent>;

const DisturbedInput = v.object({
  model: path,
  imagesFile: path,
  /** null: as they are. */
  disturbance: v.nullable(v.object({ kind: v.picklist(disturbanceKinds), amount: positive })),
  seed: v.optional(seed, 1),
});

const EvaluateInput = v.object({
  checkpoint: path,
  imagesFile: path,
  classes: v.array(v.string()),
  /** Which class is good; null where every class is a defect type. */
  goodClass: v.nullable(count),
  /** Defects of a draw, or of each kind where no class is good; above 20 no more than are labelled. */
  ks: v.optional(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), [5, 10, 20, 40]),
  draws: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 5),
  seed: v.optional(seed, 1),
});
export type EvaluateInput = v.InferOutput<typeof EvaluateInput>;

const TeachInput = v.object({
  checkpoint: path,
  /** Rows with a classIndex are labels; rows without are the unlabelled pool, presumed mostly good, for the anomaly parts. */
  imagesFile: path,
  classes: v.array(v.string()),
  goodClass: v.nullable(count),
  outDir: path,
  /** auto: by group-wise cross-validation among the others. */
  mode: v.optional(v.picklist(['auto', ...teachModes]), 'auto'),
  seed: v.optional(seed, 1),
});
export type TeachInput = v.InferOutput<typeof TeachInput>;

const PretrainInput = v.object({
  imagesFile: path,
  /** Holds the checkpoints of this run, and while it runs the decoded pictures of rows that name none. */
  runDir: path,
  config: PretrainConfig,
  /**
   * Labelled pictures by which progress is measured at each checkpoint; rows of the test split and without a label are passed
   * over. Nothing is learnt from them.
   */
  watch: v.optional(v.object({ imagesFile: path, classes: v.array(v.string()), goodClass: v.nullable(count) })),
  /** Continue from the newest whole checkpoint in `runDir`: same step, schedule, random state and data order. */
  resume: v.optional(v.boolean(), false),
  /** The steps are taken with the workers that {@link engineContract} `join` joined; rows are this worker's share of the pictures. */
  together: v.optional(v.boolean()),
  /** SHA-256 of the checkpoints that were recorded of this run: it goes on from none but these. Absent: from any that is whole. */
  recorded: v.optional(v.array(v.string())),
});
export type PretrainInput = v.InferOutput<typeof PretrainInput>;

/** Errors are data; whoever shows them makes the words. */
const base = oc.errors({ APP: { status: 422, data: ErrorView } });

export const engineContract = {
  probe: base.output(EngineFacts),
  /**
   * Makes this process a worker of a cluster, once in its life: waits for all others and sees that they are to do the same. Fails with
   * `cluster_port`, `worker_missing`, `tensorflow_missing` and `worker_differs` of one of `facts`, at every worker.
   */
  join: base
    .input(v.object({ place: ServerPlace, facts: v.record(v.string(), v.string()) }))
    .output(v.object({ index: count, size: count })),
  /** Ends after `paused`, `done` or `followed`. Aborting the call cancels without a last checkpoint. */
  pretrain: base.input(PretrainInput).output(eventIterator(PretrainEvent)),
  /** The running pretraining saves a checkpoint after its current step, emits `paused` and ends. */
  pause: base.output(v.object({ pausing: v.boolean() })),
  embed: base
    .input(v.object({ checkpoint: path, imagesFile: path, outFile: path, clusters: v.pipe(count, v.minValue(1)) }))
    .output(eventIterator(EmbedEvent)),
  evaluate: base.input(EvaluateInput).output(eventIterator(EvaluateEvent)),
  teach: base.input(TeachInput).output(eventIterator(TeachEvent)),
  /** `timed: false`: nobody waits for how fast it is, as where pictures come one by one. */
  score: base
    .input(v.object({ model: path, imagesFile: path, timed: v.optional(v.boolean()) }))
    .output(eventIterator(ScoreEvent)),
  /** Writes a model as an ONNX file that was compared with the app; see engine-export.ts. */
  exportModel: base.input(ExportModelInput).output(eventIterator(ExportModelEvent)),
  /** Makes a checkpoint of the encoder of another line's model. */
  importModel: base.input(ImportModelInput).output(ImportedEncoder),
  /** Scores pictures that are disturbed first: how much light, blur or movement a model bears. Nothing is learnt. */
  disturbed: base.input(DisturbedInput).output(eventIterator(DisturbedEvent)),
  /** What few labels come to on one encoder; nothing is chosen by it. */
  measureArm: base.input(ArmInput).output(eventIterator(ArmEvent)),
  /** What a file that looks is; see engine-archive.ts. */
  networkFacts: base.input(NetworkFile).output(NetworkFacts),
  /** Embeds pictures of which no database knows, and scores them where the file is a model. */
  lookAtArchive: base.input(LookInput).output(LookAnswer),
  /** Writes a heat map of one picture: grey 8-bit PNG at the picture's aspect, 0..255 on a scale fixed by the good pictures of the model. */
  explain: base
    .input(v.object({ model: path, image: ImageRow, outFile: path }))
    .output(v.object({ file: path, width: count, height: count, peak: v.number() })),
  /** Pictures likened to a kind that the model was not taught, or only now, by a few examples of it; nothing is learnt. */
  alike: base
    .input(
      v.object({
        model: path,
        examples: v.pipe(v.array(ImageRow), v.minLength(1), v.maxLength(20)),
        /** The examples' class in the model, which is then no other kind; null where it has none. */
        kind: v.nullable(count),
        pictures: v.pipe(v.array(ImageRow), v.maxLength(1000)),
      }),
    )
    .output(Alike),
  /**
   * The nearest rows of each row among those of other groups, by cosine. `vectorsFile`: float32, little endian, row-major
   * [groups.length, dimension]. `outFile` becomes float32 places [rows, count], −1 where there is none, then cosines [rows, count].
   */
  neighbours: base
    .input(
      v.object({
        vectorsFile: path,
        dimension: v.pipe(count, v.minValue(1)),
        groups: v.pipe(v.array(count), v.minLength(1)),
        count: v.pipe(count, v.minValue(1), v.maxValue(64)),
        outFile: path,
      }),
    )
    .output(v.object({ count })),
  /**
   * Both augmented views of a picture as PNG files: "can you still see your defect?", and the side of the crop that each view shows,
   * in pixels of the picture as it is learnt from.
   */
  preview: base
    .input(v.object({ image: ImageRow, config: PretrainConfig, outDir: path, pairs: v.optional(count, 4) }))
    .output(v.object({ files: v.array(v.tuple([path, path])), sidesPx: v.array(v.tuple([v.number(), v.number()])) })),
};
