import type { Router } from '@orpc/server';
import type { PickedFile } from './contract/desktop.ts';
import type { EnginePort } from './contract/transport.ts';
import type { ScoreSpeed } from './contract/engine.ts';
import type { ErrorData, ErrorParams } from './contract/errors.ts';
import type { ServerPlace } from './contract/tf-config.ts';
import type { uiContract } from './contract/ui.ts';
import type { Locale } from './contract/views.ts';

/** One line of the structured log; the shell decides where it goes. Never holds pixels or tokens. */
export type Log = (level: 'debug' | 'info' | 'warn' | 'error', event: string, params?: Record<string, unknown>) => void;

export interface AppOptions {
  /** Holds the database, checkpoints, models, caches and exports; created when absent. */
  readonly dataDir: string;
  readonly shell: 'browser' | 'electron';
  readonly version: string;
  /** Language of a new installation; afterwards the stored setting counts. */
  readonly defaultLocale: Locale;
  /** Starts an engine process; called again after a crash. */
  readonly launchEngine: (how: EngineLaunch) => EnginePort;
  /** Starts a decode worker; where absent, a forked process of the source tree. */
  readonly launchDecoder?: () => EnginePort;
  /** Makes PDF and pictures of pages; absent where the shell cannot. */
  readonly printer?: PagePrinter;
  /** Asks for a folder with the system's own dialog, null where the person chose none; absent in a browser. */
  readonly pickFolder?: () => Promise<string | null>;
  /** The same for a file. */
  readonly pickFile?: (what: PickedFile) => Promise<string | null>;
  /** Facts for Settings and `doctor`. */
  readonly inspectMachine: () => Promise<readonly MachineFact[]>;
  /** This machine's place in a cluster, with which it pretrains; absent: alone. */
  readonly cluster?: ServerPlace;
  readonly log: Log;
}

/**
 * Makes paper of a self-contained page, by whatever browser the shell has: the core has none. Both throw `no_browser` where none
 * is there and `print_failed` where it did not do it.
 */
export interface PagePrinter {
  /** The page as a PDF in the page size that its style asks for. */
  readonly pdf: (html: string) => Promise<Uint8Array>;
  /** The page as a PNG of exactly so many pixels. */
  readonly png: (html: string, size: { readonly width: number; readonly height: number }) => Promise<Uint8Array>;
}

/** What this machine can do, one line of `doctor`. */
export interface MachineFact {
  readonly what: string;
  readonly status: 'ok' | 'missing' | 'optional';
  readonly value: string;
  /** Message key `hint.<hint>`; null where nothing is to be installed. */
  readonly hint: string | null;
}

export interface Picture {
  readonly bytes: Uint8Array;
  readonly mime: string;
  /** immutable: the address always means the same bytes. */
  readonly cache: 'immutable' | 'none';
  /** Set for exports: the browser saves instead of showing. */
  readonly download?: string;
}

/** Who calls: a window by its seat, where somebody signs in (core/seats.ts), or the program itself. */
export type Caller = { readonly seat: string } | 'program';

/** What a shell hands over with each call. A call without a caller is refused. */
export interface CallContext {
  readonly caller?: Caller;
}

/** The app core: one for each running shell. */
export interface App {
  readonly router: Router<typeof uiContract, CallContext>;
  /**
   * Answers /picture/:id, /thumb/:id, /heat/:id, /preview/:token/:n and /export/:fileName by id; null = 404. Pictures are
   * re-encoded, never the original's bytes. Throws `not_signed_in` where nobody is signed in at the caller's seat.
   */
  readonly picture: (urlPath: string, caller: Caller) => Promise<Picture | null>;
  readonly locale: () => Locale;
  /** Pauses the running job at a checkpoint, stops the engine and closes the store. */
  readonly close: () => Promise<void>;
}

/** `background`: the process gives way to whatever else wants the processor. */
export interface EngineLaunch {
  readonly background: boolean;
}

export interface PilotOptions {
  /** The pilot's data folder (database, checkpoints, models). */
  readonly dataDir: string;
  readonly locale: Locale;
  readonly version: string;
  readonly launchEngine: (how: EngineLaunch) => EnginePort;
  readonly printer?: PagePrinter;
  /** Told of each file of a report that could not be made, while the others are there. */
  readonly onUnwritten?: (file: string, error: ErrorData) => void;
  /** Whose pictures they are, as whoever runs the command line says. */
  readonly rightsOwner?: string;
  /** Told of the data sets of which running the command line declared that they may teach. */
  readonly onDeclared?: (dataSets: readonly string[]) => void;
  /** This machine's place in a cluster, with which it pretrains; absent: alone. */
  readonly cluster?: ServerPlace;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PilotRunProgress) => void;
}

/** What the command line can say of a pretraining. */
export interface PretrainSettings {
  /** Time budget. */
  readonly minutes: number;
  readonly seed: number;
  /** Side of the smallest defect that must be found, pixels of the pictures; null = not known. */
  readonly smallestDefectPx: number | null;
  /** Checkpoint file whose encoder is the start. */
  readonly start?: string;
  /** In a cluster: the contrast is over the views of all workers. */
  readonly globalContrast?: boolean;
}

/**
 * A pilot without a window, stage by stage: what the command line runs (core/pilot.ts: `openPilot(options): Promise<Pilot>`).
 * Each stage reads the rows that the former one wrote, so a stage can be run again by itself.
 */
export interface Pilot {
  /** Admits the pictures below a folder, and the labels of a manifest (design.md §7) when one is given. */
  readonly ingest: (
    imagesDir: string,
    labelsFile?: string,
  ) => Promise<{ images: number; rejected: number; duplicates: number }>;
  readonly pretrain: (settings: PretrainSettings) => Promise<void>;
  /** Whether the labels at hand tell at least two kinds of pictures apart, so that something can be measured. */
  readonly measurable: () => boolean;
  readonly evaluate: (seed: number) => Promise<void>;
  /** Measures what the model in use bears. Sentences, and the figures as metrics.json has them. Throws `needs_model`, `robustness_too_few`. */
  readonly robustness: (
    seed: number,
  ) => Promise<{ readonly lines: readonly string[]; readonly figures: PilotMetrics['robustness'] }>;
  readonly teach: (seed: number) => Promise<void>;
  /** How fast the model scores here; null where nothing was scored with it. */
  readonly score: () => Promise<ScoreSpeed | null>;
  /** Sets the marks from held-out scores and the costs; null where there is no good class or too little to go by. */
  readonly threshold: () => Promise<{ review: number; reject: number } | null>;
  /**
   * Writes report.html, report.xlsx, scores.csv, metrics.json and, where a browser is there, report.pdf and report.png into a
   * folder; returns the metrics. Throws `file_in_use`, `disk_full`.
   */
  readonly report: (outDir: string) => Promise<PilotMetrics>;
  /** Watches a folder and scores what arrives until the signal aborts. */
  readonly watch: (imagesDir: string) => Promise<void>;
  /** Writes what this line settled and its encoder into `outDir` as a file for another line. @returns its name */
  readonly copyLine: (outDir: string) => Promise<string>;
  /** Takes over what another line's file holds, less costs and keys. Answers how much is other than before. */
  readonly startFromLine: (file: string) => Promise<{ readonly changed: number; readonly encoder: boolean }>;
  /** All data of a lot into a new folder. Throws `lot_unknown`, `out_folder_not_empty`, `disk_full`. */
  readonly exportLot: (
    lot: string,
    outDir: string,
    originals: boolean,
  ) => Promise<{ pictures: number; withoutPicture: number }>;
  /**
   * Writes the model in use for others, compared with the app before, into a new file; `difference` is the greatest of a score.
   * Throws `bad_input` where the file is there, `needs_model`, `export_customer` unless `agreed`, `export_area`, `export_differs`.
   */
  readonly exportModel: (
    file: string,
    agreed: boolean,
  ) => Promise<{ model: number; bytes: number; difference: number }>;
  /** Takes the encoder of another line's model over. Throws `not_found`, `model_file_broken`, `model_file_newer`, `model_file_unlike`. */
  readonly importModel: (file: string) => Promise<{ from: string; inUse: boolean }>;
  /** A verified copy of the database into a new file. */
  readonly backup: (file: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The command `run`: all stages in order; core/pilot.ts: `runPilot(options): Promise<PilotMetrics>`. */
export interface PilotRunOptions extends Omit<PilotOptions, 'dataDir'>, PretrainSettings {
  readonly imagesDir: string;
  readonly labelsFile?: string;
  /** Must be absent or empty; the data folder is `outDir`/pilot. */
  readonly outDir: string;
}

export interface PilotRunProgress {
  /** Message key `phase.<phase>`. */
  readonly phase: string;
  /** 0..1 within the phase. */
  readonly progress: number;
  readonly leftLowSeconds: number | null;
  readonly leftHighSeconds: number | null;
  readonly params: ErrorParams;
}

/** How well defects are told from good pictures; null = not measured. */
export interface DetectionMetrics {
  readonly auroc: number | null;
  readonly average_precision: number | null;
}

/** metrics.json of design.md §7. */
export interface PilotMetrics {
  readonly images: number;
  readonly rejected: number;
  readonly backend: string;
  readonly pretrain: {
    readonly views: number;
    readonly seconds: number;
    readonly views_per_s: number;
    readonly epochs: number;
  };
  readonly representation: {
    readonly knn_accuracy: number | null;
    readonly linear_accuracy: number | null;
    readonly linear_balanced_accuracy: number | null;
    readonly nmi: number | null;
    readonly ari: number | null;
  };
  readonly label_efficiency: readonly {
    readonly k: number;
    readonly labels: number;
    readonly draws: number;
    readonly pretrained: FewLabelMetrics;
    readonly random_init: FewLabelMetrics;
  }[];
  /** Average precision of finding a kind of defect by so many examples that was not known before. */
  readonly few_shot: readonly {
    readonly shots: number;
    readonly kinds: number;
    readonly pretrained: { readonly average_precision: number };
    readonly random_init: { readonly average_precision: number };
  }[];
  /** From good pictures only. */
  readonly anomaly: DetectionMetrics & { readonly random_init: DetectionMetrics };
  readonly classifier: FewLabelMetrics & {
    /** Expected calibration error of the probability that is shown; null where good pictures alone taught, which give none. */
    readonly calibration_error: number | null;
    /** What it would be on average with so many pictures, were every probability right. */
    readonly calibration_error_by_chance: number | null;
    readonly escape_rate: number | null;
    readonly overkill_rate: number | null;
  };
  readonly threshold: {
    readonly review: number | null;
    readonly reject: number | null;
    readonly escape_upper95: number | null;
    readonly overkill_upper95: number | null;
    /** The common marks and those of cameras and kinds of defect, each by itself; empty while there are common ones only. */
    readonly each: readonly {
      readonly camera: string | null;
      readonly class: string | null;
      readonly review: number;
      readonly reject: number;
      readonly pictures: number;
      readonly escape_rate: number | null;
      readonly overkill_rate: number | null;
    }[];
  };
  /** What the model bears (`robustness`); null: not measured. */
  readonly robustness: {
    /** held_out: pictures that taught nothing; folds: each by a model that was taught without it. */
    readonly measured_on: 'held_out' | 'folds';
    readonly defects: number;
    readonly good: number;
    readonly clean: DisturbedMetrics;
    /** `amount`: blur in pixels of the judged picture; light, shift and noise as shares; rotation in degrees. */
    readonly disturbed: readonly (DisturbedMetrics & { readonly kind: string; readonly amount: number })[];
    /** Kinds that were left out of a teaching. */
    readonly untaught: readonly { readonly class: string; readonly found: number; readonly of: number }[];
  } | null;
  /** What the pilot returns in each scenario; null before there are marks. `payback_months` null: it does not pay back. */
  readonly money: Readonly<Record<'conservative' | 'expected' | 'upside', MoneyMetrics>> | null;
  /** By whose word the pictures of each folder could teach; `declared`: whoever ran the command line. */
  readonly rights: readonly { readonly data_set: string; readonly state: string; readonly owner: string }[];
  readonly seconds: number;
}

/** With the picture check before the model; `kept_out` null: it knows nothing of these cameras. */
export interface DisturbedMetrics {
  readonly escape_rate: number | null;
  readonly overkill_rate: number | null;
  readonly kept_out: number | null;
  readonly auroc: number | null;
  readonly balanced_accuracy: number | null;
}

export interface MoneyMetrics {
  readonly hours_saved_per_month: number;
  /** In cash: only whole persons saved are money. */
  readonly net_yen_per_month: number;
  readonly payback_months: number | null;
  readonly npv_yen: number;
}

export interface FewLabelMetrics {
  readonly auroc: number | null;
  readonly average_precision: number | null;
  readonly balanced_accuracy: number | null;
}
