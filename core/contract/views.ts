import * as v from 'valibot';
import { AuditState } from './audit.ts';
import { ErrorView } from './error-view.ts';
import { GoldenState } from './golden.ts';
import { locales } from './locales.ts';
import { GovernanceState } from './rights.ts';
import { LiveView, TeachingState } from './models.ts';
import { OutputState } from './output-calls.ts';
import { NoticeView } from './watching.ts';
import { currencies } from '#core/domain/currency.ts';
import {
  EngineFacts,
  FewShotRow,
  LabelEfficiencyRow,
  ModelCard,
  PretrainConfig,
  Regions,
  Representation,
  ScoreSpeed,
  ShotFigures,
  Watched,
} from './engine.ts';

/*
 * What the renderer is shown: plain JSON, times in ms since 1970 UTC, ids as numbers, pictures by id only.
 */

export const id = v.pipe(v.number(), v.integer(), v.minValue(1));
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const atMs = v.pipe(v.number(), v.integer());
export const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
/** Names that people type: one line, no control characters. */
export const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(80), v.regex(/^[^\p{Cc}]+$/u));
export const reason = v.pipe(v.string(), v.trim(), v.maxLength(400));
export const folderPath = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(4096));
export const locale = v.picklist(locales);
export type { Locale } from './locales.ts';

export { ErrorView };

export const ClassView = v.object({
  id,
  name,
  isGood: v.boolean(),
  /** 1 OK, 2 NG; 4-9 defect classes; null beyond. */
  key: v.nullable(v.string()),
  labels: count,
});
export type ClassView = v.InferOutput<typeof ClassView>;

export const CameraView = v.object({
  id,
  lineId: id,
  name,
  folder: v.string(),
  /** asking: nothing is taken until a person answers what `error` says. */
  state: v.picklist(['watching', 'scanning', 'paused', 'unreachable', 'asking']),
  error: v.nullable(ErrorView),
  /** What is worth knowing though the camera is watched. */
  notices: v.array(NoticeView),
  images: count,
  quarantined: count,
  duplicates: count,
  waiting: count,
  /** Files of the last 24 hours that only a scan found though a watcher was running. */
  missed: count,
  lastScanAtMs: v.nullable(atMs),
  lastImageAtMs: v.nullable(atMs),
  /** Worst of the last 50 pictures' quality: green, yellow, red; null before a baseline exists. */
  light: v.nullable(v.picklist(['ok', 'warn', 'reject'])),
  reasons: v.array(v.string()),
  /** The camera has a pattern, and none of its newest names follows it. */
  namesMissed: v.boolean(),
  /** The newest pictures, for the live strip. */
  recent: v.array(id),
});
export type CameraView = v.InferOutput<typeof CameraView>;

export const jobKinds = ['pretrain', 'embed', 'evaluate', 'teach', 'score', 'export_model', 'import_model'] as const;
export const jobStates = ['queued', 'running', 'paused', 'done', 'cancelled', 'failed'] as const;

export const JobView = v.object({
  id,
  kind: v.picklist(jobKinds),
  state: v.picklist(jobStates),
  /** 0..1 */
  progress: share,
  /** Message key `phase.<phase>`. */
  phase: v.nullable(v.string()),
  leftLowSeconds: v.nullable(v.number()),
  leftHighSeconds: v.nullable(v.number()),
  startedAtMs: v.nullable(atMs),
  finishedAtMs: v.nullable(atMs),
  error: v.nullable(ErrorView),
  /** Of a pretraining: the smallest defect that its tiles were cut for, pixels of the pictures; null where it was not stated. */
  smallestDefectPx: v.nullable(v.number()),
  /** Newest step of a pretraining. */
  step: v.nullable(
    v.object({
      step: count,
      steps: count,
      epoch: v.number(),
      loss: v.number(),
      viewsPerSecond: v.number(),
      effectiveRank: v.nullable(v.number()),
      alignment: v.nullable(v.number()),
      health: v.string(),
    }),
  ),
});
export type JobView = v.InferOutput<typeof JobView>;

export const CheckpointView = v.object({
  id,
  jobId: id,
  step: count,
  steps: count,
  images: count,
  createdAtMs: atMs,
  /** Only a finished or deliberately chosen checkpoint is active. */
  active: v.boolean(),
  config: PretrainConfig,
});
export type CheckpointView = v.InferOutput<typeof CheckpointView>;

/** How large the smallest defect is where it is shown: its side relative to the side of what shows it. */
export const DefectMark = v.object({
  /** Of the picture's width and height. */
  ofPicture: v.tuple([share, share]),
  /** Of the tile, view by view. */
  ofViews: v.array(v.tuple([v.number(), v.number()])),
});
export type DefectMark = v.InferOutput<typeof DefectMark>;

/** What an encoder told apart after some training. */
export const ProgressPoint = v.object({ step: count, seconds: v.number(), watched: Watched });
export type ProgressPoint = v.InferOutput<typeof ProgressPoint>;

export const ModelView = v.object({
  id,
  checkpointId: id,
  createdAtMs: atMs,
  active: v.boolean(),
  labels: count,
  /** The classes that it tells apart, as the card names them in its day; a class may have another name by now. */
  classIds: v.array(id),
  card: ModelCard,
});
export type ModelView = v.InferOutput<typeof ModelView>;

/** What marks are for: a camera, a kind of defect, both, or all that has none of its own. */
export const MarksFor = v.object({ cameraId: v.nullable(id), classId: v.nullable(id) });

export const ThresholdView = v.object({
  id,
  modelId: id,
  /** Below `review` OK, from `reject` on NG, between them 要確認. */
  review: share,
  reject: share,
  reason: v.string(),
  who: v.string(),
  createdAtMs: atMs,
  active: v.boolean(),
  ...MarksFor.entries,
  /** What the camera and the kind are called; null where the marks are not for one. */
  camera: v.nullable(v.string()),
  kind: v.nullable(v.string()),
  /** false: marks of its own were given up; these are they. */
  own: v.boolean(),
  /** Verdicts that this changed; null where that was not kept. */
  changed: v.nullable(count),
});
export type ThresholdView = v.InferOutput<typeof ThresholdView>;

export const AppState = v.object({
  /** Which data the core holds: what a window keeps for one must not reach another. */
  storeId: v.string(),
  version: v.string(),
  shell: v.picklist(['browser', 'electron']),
  engine: v.object({
    state: v.picklist(['starting', 'ready', 'stopped', 'failed']),
    facts: v.nullable(EngineFacts),
    error: v.nullable(ErrorView),
  }),
  lines: v.array(v.object({ id, name })),
  cameras: v.array(CameraView),
  counts: v.object({
    images: count,
    labelled: count,
    labelledGood: count,
    labelledDefect: count,
    held: count,
    quarantined: count,
    scored: count,
    flagged: count,
    /** flagged by the machine and not yet judged by a person */
    toReview: count,
    reviewed: count,
    /** random sample of passed pictures waiting for a second look */
    toAudit: count,
    audited: count,
  }),
  /** In use, in the order that people gave them. */
  classes: v.array(ClassView),
  /** They take no labels any more; what was labelled so still says so. */
  retiredClasses: v.array(ClassView),
  /** At most one runs, and beside it one that scores; the others wait. Newest first, at most 20. */
  jobs: v.array(JobView),
  checkpoint: v.nullable(CheckpointView),
  model: v.nullable(ModelView),
  /** How fast the model in use scores on this machine; null before its first scoring. */
  scoring: v.nullable(ScoreSpeed),
  /** The common marks. */
  threshold: v.nullable(ThresholdView),
  /** Another number whenever any marks of the model in use are others; 0 before there were any. */
  marksThrough: count,
  teaching: TeachingState,
  live: v.array(LiveView),
  sample: v.nullable(v.object({ running: v.boolean(), written: count, total: count, folder: v.string() })),
  /** When a person's last work was committed to disk. */
  lastSavedAtMs: v.nullable(atMs),
  /** The audit of what passed, line by line. */
  audit: v.array(AuditState),
  golden: GoldenState,
  governance: GovernanceState,
  /** What leaves for the line. */
  outputs: v.array(OutputState),
  /** Message key `warning.<code>`. */
  warnings: v.array(ErrorView),
  /** In which the pilot's money is counted. */
  currency: v.picklist(currencies),
  settings: v.object({
    locale,
    /** Every admitted picture is scored as soon as a model is active. */
    autoScore: v.boolean(),
    /** A candidate is taught in the background where that would help and nobody labels. */
    autoTeach: v.boolean(),
  }),
});
export type AppState = v.InferOutput<typeof AppState>;

export const verdicts = ['ok', 'review', 'reject'] as const;

export const ImageView = v.object({
  id,
  cameraId: id,
  fileName: v.string(),
  width: count,
  height: count,
  takenAtMs: atMs,
  quality: v.nullable(v.picklist(['ok', 'warn', 'reject'])),
  qualityReasons: v.array(v.string()),
  classId: v.nullable(id),
  held: v.boolean(),
  /** The label that counts; null: nobody has judged it. */
  labelId: v.nullable(id),
  /** Where the labelled defect is; empty where nobody said. */
  regions: Regions,
  score: v.nullable(v.number()),
  anomaly: v.nullable(v.number()),
  verdict: v.nullable(v.picklist(verdicts)),
  reviewed: v.boolean(),
});
export type ImageView = v.InferOutput<typeof ImageView>;

export const QuarantineView = v.object({
  id,
  cameraId: id,
  fileName: v.string(),
  /** Message key `error.<code>`. */
  error: ErrorView,
  atMs,
});
export type QuarantineView = v.InferOutput<typeof QuarantineView>;

/** Why a picture is shown next: a chip, message key `why.<why>`. */
export const whys = [
  'typical',
  'varied',
  'unusual',
  'unsure',
  'suspect',
  'random',
  'flagged',
  'audit',
  'agreement',
  'like_missed',
  'untrusted',
] as const;
export const QueueItem = v.object({
  image: ImageView,
  why: v.picklist(whys),
  /** like_missed: when the defect that it looks like was found. */
  missedAtMs: v.optional(atMs),
});
export type QueueItem = v.InferOutput<typeof QueueItem>;

/** One line of a picture's ledger, message key `ledger.<event>`. */
export const LedgerLine = v.object({
  atMs,
  event: v.string(),
  who: v.string(),
  params: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
});
export type LedgerLine = v.InferOutput<typeof LedgerLine>;

export const Evidence = v.object({
  image: ImageView,
  /** false while no model can draw one */
  heatMap: v.boolean(),
  /** Nearest labelled pictures by cosine similarity of the embedding. */
  nearestGood: v.array(v.object({ id, similarity: v.number() })),
  nearestDefect: v.array(v.object({ id, similarity: v.number(), classId: id })),
  /** Kinds that the model was not taught and that the picture is nearest to, by a few examples of each. */
  lookAlikes: v.array(v.object({ classId: id, examples: count, probability: v.nullable(share) })),
  /** The newest lines, oldest first, and how many there are in all. */
  ledger: v.array(LedgerLine),
  ledgerLength: count,
});
export type Evidence = v.InferOutput<typeof Evidence>;

/** Pictures that look like the examples of a class. */
export const LookAlikes = v.object({
  examples: count,
  compared: count,
  /** Nearer to the examples than to any known kind, the most alike first. */
  items: v.array(v.object({ image: ImageView, probability: v.nullable(share) })),
  /** How many there are in all. */
  found: count,
  /** How such finds came out for known kinds; null where too few are known to tell. */
  confidence: v.nullable(ShotFigures),
});
export type LookAlikes = v.InferOutput<typeof LookAlikes>;

/** Columns, so that 100,000 scores stay small; `label`: 1 defect, 0 good, −1 not judged. */
export const ScoreColumns = v.object({
  modelId: v.nullable(id),
  ids: v.array(id),
  scores: v.array(v.number()),
  labels: v.array(v.picklist([0, 1, -1])),
  /** held_out: labelled, scored by a model that did not see its group; fresh: labelled after scoring; test: never used to teach; unlabelled. */
  sources: v.array(v.picklist(['held_out', 'fresh', 'test', 'unlabelled'])),
  /** The camera that each was admitted from, and the kind of defect that it is likeliest to show; 0 where that is not known. */
  cameras: v.array(id),
  kinds: v.array(count),
});
export type ScoreColumns = v.InferOutput<typeof ScoreColumns>;

export const Evaluation = v.object({
  checkpointId: id,
  createdAtMs: atMs,
  pretrained: Representation,
  randomInit: Representation,
  anomaly: v.object({ auroc: v.nullable(v.number()), averagePrecision: v.nullable(v.number()) }),
  anomalyRandomInit: v.object({ auroc: v.nullable(v.number()), averagePrecision: v.nullable(v.number()) }),
  labelEfficiency: v.array(LabelEfficiencyRow),
  /** Empty in what an older version measured. */
  fewShot: v.array(FewShotRow),
});
export type Evaluation = v.InferOutput<typeof Evaluation>;

export const inputKinds = ['measured', 'entered', 'assumed'] as const;
/** Costs and pilot inputs by name (core/domain/roi.ts lists the names and their units); low and high bound the scenarios. */
export const RoiInputs = v.record(
  v.string(),
  v.object({
    value: v.number(),
    kind: v.picklist(inputKinds),
    low: v.optional(v.number()),
    high: v.optional(v.number()),
  }),
);
export type RoiInputs = v.InferOutput<typeof RoiInputs>;
