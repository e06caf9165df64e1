import { eventIterator, oc } from '@orpc/contract';
import * as v from 'valibot';
import { auditInputs, AuditOverview } from './audit.ts';
import { backupInputs, BackupsView } from './backups.ts';
import { PretrainConfig, Region } from './engine.ts';
import { GoldenChecked, goldenInputs, GoldenProposal, GoldenView } from './golden.ts';
import { HistoryPage, historyInputs, HistoryState } from './history.ts';
import { judgingInputs, LabelEffort, Recorded, reviewQueues, Stepped } from './judging.ts';
import { CameraNaming, FactsView, metadataInputs, PatternPreview } from './metadata.ts';
import { agreementInputs, AgreementQueue, AgreementResult, RoundView } from './agreement.ts';
import { bookInputs, DefectBook, SampleProposal } from './book.ts';
import { classInputs, ClassHistory } from './classes.ts';
import { exchangeInputs, ExchangeView } from './exchange.ts';
import { ComparisonView, FreezePlanView, FrozenView, ModelEntry, modelInputs } from './models.ts';
import { AreaPreview, AreaVersion, InspectionArea, PartPlace, PartSearch } from './inspection-area.ts';
import {
  AppState,
  atMs,
  count,
  DefectMark,
  ErrorView,
  Evaluation,
  Evidence,
  folderPath,
  id,
  ImageView,
  LookAlikes,
  locale,
  name,
  ProgressPoint,
  QuarantineView,
  QueueItem,
  reason,
  ScoreColumns,
  share,
  ThresholdView,
  verdicts,
} from './views.ts';
import { PastDays, WhatIfFacts, whatIfInputs } from './what-if.ts';
import { FolderPreview, WatchingSettings, WatchingView } from './watching.ts';
import { desktopContract } from './desktop.ts';
import { figuresContract } from './figures.ts';
import { ExportedFile } from './exports.ts';
import { findsContract } from './finds.ts';
import { roiContract } from './roi.ts';
import { outputsContract } from './output-calls.ts';
import { peopleContract } from './people.ts';
import { planContract } from './plan.ts';
import { guideContract } from './guide.ts';
import { practiceContract } from './practice.ts';
import { sheetsContract } from './sheets.ts';
import { KindSeen, marksContract, marksMeant } from './marks.ts';
import { rightInputs, RightsView, RightVersionView } from './rights.ts';
import { DeletionPreview, DeletionScope, retentionInputs, RetentionView } from './retention.ts';
import { lotInputs, LotsView } from './lots.ts';
import { Standing } from './standing.ts';
import { KeptOutView, QualityView } from './quality-views.ts';
import {
  doubtInputs,
  DoubtsView,
  GroupCheckView,
  groupInputs,
  GroupLabelled,
  GroupMembers,
  GroupParts,
  GroupsView,
} from './groups.ts';

/*
 * What the window may ask of the app core: the same router behind a MessagePort (Electron) and a WebSocket (browser host).
 * JSON only. Pictures come by id: /picture/:id, /thumb/:id, /heat/:id, /preview/:token/:n, exports /export/:fileName
 * (app:// in Electron), all answered by `core/pictures.ts`.
 */

/** Errors are data; the renderer makes the words. */
const base = oc.errors({ APP: { status: 422, data: ErrorView } });

const nothing = v.object({});
const imageId = v.object({ imageId: id });

export const uiContract = {
  app: {
    /** First event: the whole state; then the whole (small) state again whenever something changed, at most 4 a second. */
    watch: base.output(eventIterator(AppState)),
    set: base
      .input(
        v.partial(
          v.object({
            autoScore: v.boolean(),
            autoTeach: v.boolean(),
          }),
        ),
      )
      .output(nothing),
    /** Writes one file for a supporter, without names, paths, pictures or tokens; fetched from /export/:fileName. */
    diagnose: base.output(v.object({ file: v.string() })),
    doctor: base.output(
      v.object({
        facts: v.array(
          v.object({
            what: v.string(),
            status: v.picklist(['ok', 'missing', 'optional']),
            value: v.string(),
            hint: v.nullable(v.string()),
          }),
        ),
      }),
    ),
  },
  cameras: {
    add: base
      .input(v.object({ name, folder: folderPath, lineName: v.optional(name), watching: v.optional(WatchingSettings) }))
      .output(v.object({ cameraId: id })),
    pause: base.input(v.object({ cameraId: id, paused: v.boolean() })).output(nothing),
    /** Stops watching; pictures, labels and the ledger stay. */
    remove: base.input(v.object({ cameraId: id })).output(nothing),
    rescan: base.input(v.object({ cameraId: id })).output(nothing),
    watching: base.input(v.object({ cameraId: id })).output(WatchingView),
    setWatching: base.input(v.object({ cameraId: id, settings: WatchingSettings })).output(nothing),
    /** The folder is the right one as it is, though its marker or most of its pictures are gone. */
    acceptFolder: base.input(v.object({ cameraId: id })).output(nothing),
    /** What patterns would take of a folder to be added, or of a camera's. */
    previewFolder: base
      .input(
        v.object({
          of: v.union([v.object({ cameraId: id }), v.object({ folder: folderPath })]),
          ...v.pick(WatchingSettings, ['include', 'exclude', 'maxDepth']).entries,
        }),
      )
      .output(FolderPreview),
    /** Sub-folders of a folder of this computer, to choose one without a native dialog; null = the starting places. */
    browse: base.input(v.object({ folder: v.nullable(folderPath) })).output(
      v.object({
        folder: v.nullable(v.string()),
        parent: v.nullable(v.string()),
        folders: v.array(v.string()),
        images: count,
      }),
    ),
    quarantine: base
      .input(
        v.object({
          cameraId: v.optional(id),
          /** Rows below this id, newest first. */
          beforeId: v.optional(id),
          limit: v.optional(v.pipe(count, v.maxValue(500)), 200),
        }),
      )
      .output(v.object({ rows: v.array(QuarantineView), total: count })),
  },
  /** Lot, serial, shift and time of pictures: read from names and side-cars, put right by people. */
  metadata: {
    get: base.input(metadataInputs.camera).output(CameraNaming),
    /** What the newest 50 names would say by a pattern, and how many of the newest 1,000 follow it. */
    preview: base.input(metadataInputs.pattern).output(PatternPreview),
    /** A pattern made from the newest names; null where nothing can be told from them. */
    suggest: base.input(metadataInputs.camera).output(v.object({ pattern: v.nullable(v.string()) })),
    /** Empty: names say nothing. The camera's pictures are derived anew. */
    setPattern: base.input(metadataInputs.pattern).output(nothing),
    setShifts: base.input(metadataInputs.shifts).output(nothing),
    facts: base.input(metadataInputs.picture).output(FactsView),
    edit: base.input(metadataInputs.edit).output(v.object({ savedAtMs: atMs })),
  },
  /** A camera's picture quality: core/contract/quality-views.ts. */
  quality: {
    get: base.input(v.object({ cameraId: id })).output(QualityView),
    /** Pictures kept out of training and, not counted in `total`, those that a person let in after all; newest first. */
    keptOut: base
      .input(v.object({ cameraId: id, limit: v.optional(v.pipe(count, v.maxValue(500)), 60) }))
      .output(v.object({ rows: v.array(KeptOutView), total: count })),
    /** A person's word on a picture goes before the gate's; `judged` hands it back. */
    say: base
      .input(v.object({ ...imageId.entries, says: v.picklist(['use', 'reject', 'judged']) }))
      .output(v.object({ savedAtMs: atMs })),
    /** Lamp, lens or place were changed: what is normal is learnt from the pictures that come from now on. */
    learnAgain: base.input(v.object({ cameraId: id, reason: v.optional(reason, '') })).output(nothing),
    /** Writes the photo-taking standard card; fetched by its name from /export/:fileName. */
    card: base.input(v.object({ cameraId: id, locale })).output(v.object({ file: v.string() })),
  },
  area: {
    /** Versions of a camera's inspected area, the newest, which counts, first; and its newest pictures to paint over. */
    get: base.input(v.object({ cameraId: id })).output(
      v.object({
        versions: v.array(AreaVersion),
        pictures: v.array(v.object({ id, width: count, height: count })),
      }),
    ),
    set: base.input(v.object({ cameraId: id, area: InspectionArea, reason })).output(v.object({ versionId: id })),
    /** Where the part lies in the newest pictures, where that is stable. */
    propose: base.input(v.object({ cameraId: id })).output(PartSearch),
    /** Where an area that follows the part lies in one picture. */
    place: base.input(v.object({ ...imageId.entries, box: Region })).output(PartPlace),
    /** A picture as it is learnt from now and would be by a drawn area. */
    preview: base.input(v.object({ ...imageId.entries, area: InspectionArea })).output(AreaPreview),
  },
  /** Classes over time: core/contract/classes.ts. */
  classes: {
    history: base.output(ClassHistory),
    rename: base.input(classInputs.rename).output(nothing),
    describe: base.input(classInputs.describe).output(nothing),
    /** Whichever class had the key gets the old one in exchange. */
    setKey: base.input(classInputs.setKey).output(nothing),
    move: base.input(classInputs.move).output(nothing),
    retire: base.input(classInputs.retire).output(nothing),
    bringBack: base.input(classInputs.bringBack).output(nothing),
  },
  /** Limit samples of each class: core/contract/book.ts. */
  book: {
    get: base.output(DefectBook),
    add: base.input(bookInputs.add).output(v.object({ sampleId: id, savedAtMs: atMs })),
    remove: base.input(bookInputs.remove).output(nothing),
    /** Labelled pictures that may show the limit of a class. */
    propose: base.input(bookInputs.propose).output(v.object({ proposals: v.array(SampleProposal) })),
    /** Writes the book to be printed; fetched by its name from /export/:fileName. */
    print: base.input(bookInputs.print).output(v.object({ file: v.string() })),
  },
  /** Two people judge the same pictures blind: core/contract/agreement.ts. */
  agreement: {
    /** Newest first. */
    rounds: base.output(v.object({ rounds: v.array(RoundView) })),
    begin: base.input(agreementInputs.begin).output(v.object({ roundId: id })),
    stop: base.input(agreementInputs.round).output(nothing),
    next: base.input(agreementInputs.next).output(AgreementQueue),
    /** One picture as it is shown blind, to go back to it. */
    picture: base.input(agreementInputs.picture).output(AgreementQueue),
    answer: base.input(agreementInputs.answer).output(v.object({ savedAtMs: atMs })),
    undo: base.input(agreementInputs.side).output(v.object({ imageId: v.nullable(id) })),
    result: base.input(agreementInputs.round).output(AgreementResult),
    /** A third word, which becomes the picture's label. */
    resolve: base.input(agreementInputs.resolve).output(v.object({ savedAtMs: atMs })),
    /** Makes labels of what both said of pictures that nobody has labelled. */
    adopt: base.input(agreementInputs.round).output(v.object({ labels: count })),
  },
  images: {
    list: base
      .input(
        v.object({
          filter: v.optional(v.picklist(['all', 'unlabelled', 'labelled', 'flagged', 'passed', 'poor_quality']), 'all'),
          classId: v.optional(id),
          /** Rows below this id, newest first. */
          beforeId: v.optional(id),
          limit: v.optional(v.pipe(count, v.maxValue(500)), 200),
        }),
      )
      .output(v.object({ rows: v.array(ImageView), total: count })),
  },
  sample: {
    /** Plays the simulated camera into a folder of its own and watches it. */
    start: base.output(nothing),
    stop: base.output(nothing),
  },
  learn: {
    /** `startFrom`: the checkpoint whose encoder is the start; a path in `config` is passed over. */
    start: base.input(v.object({ config: PretrainConfig, startFrom: v.optional(id) })).output(v.object({ jobId: id })),
    pause: base.output(nothing),
    resume: base.input(v.object({ jobId: id })).output(nothing),
    /** Points of the loss curve, thinned to at most 400. */
    history: base.input(v.object({ jobId: id })).output(
      v.object({
        points: v.array(v.object({ step: count, loss: v.number(), effectiveRank: v.nullable(v.number()) })),
      }),
    ),
    /** What the encoder told apart at each checkpoint of a run, and whether the run stopped by itself. */
    progress: base
      .input(v.object({ jobId: id }))
      .output(v.object({ points: v.array(ProgressPoint), stoppedByItself: v.boolean() })),
    preview: base
      .input(v.object({ imageId: id, config: PretrainConfig }))
      .output(v.object({ token: v.string(), pairs: count, defect: v.nullable(DefectMark) })),
    evaluate: base.output(v.object({ jobId: id })),
    evaluation: base.output(v.object({ evaluation: v.nullable(Evaluation) })),
    map: base.output(
      v.object({
        points: v.array(v.object({ id, x: v.number(), y: v.number(), cluster: count, classId: v.nullable(id) })),
      }),
    ),
  },
  jobs: {
    cancel: base.input(v.object({ jobId: id })).output(nothing),
  },
  teach: {
    addClass: base.input(v.object({ name, isGood: v.boolean() })).output(v.object({ classId: id })),
    next: base.input(v.object({ limit: v.optional(count, 11) })).output(v.object({ items: v.array(QueueItem) })),
    /** classId null = hold (set aside, ask again later). */
    label: base.input(judgingInputs.label).output(Recorded),
    undo: base.output(Stepped),
    redo: base.output(Stepped),
    /** Takes one label back, so that the word before it counts again; null: it is taken back already. */
    takeBack: base.input(v.object({ labelId: id })).output(Stepped),
    /** What a label takes, over the newest 200 that were measured. */
    effort: base.output(LabelEffort),
    start: base.output(v.object({ jobId: id })),
  },
  /** Pictures that look alike, labelled at once after a spot check: core/contract/groups.ts. */
  groups: {
    list: base.output(GroupsView),
    /** Labels in force that nobody looked at one by one: they teach and are not counted. */
    unseen: base.output(v.object({ labels: count })),
    members: base.input(groupInputs.members).output(GroupMembers),
    /** Draws what is to be looked at. Nothing is labelled before `finish`. */
    start: base.input(groupInputs.start).output(v.object({ checkId: id })),
    check: base.input(groupInputs.check).output(GroupCheckView),
    answer: base.input(groupInputs.answer).output(GroupCheckView),
    /** The group of a check in parts that look more alike; the check stays open. */
    apart: base.input(groupInputs.check).output(GroupParts),
    /** all: once every drawn picture is answered. checked: those that were looked at, also before. */
    finish: base.input(groupInputs.finish).output(GroupLabelled),
    /** Takes the labels of an ended check back, all that still stand. */
    undo: base.input(groupInputs.check).output(v.object({ takenBack: count })),
  },
  /** Labels that are likely to be wrong, the most doubtful first. */
  doubts: {
    list: base.input(doubtInputs.list).output(DoubtsView),
    /** The label is right: it is not doubted again, unless taken back. */
    keep: base.input(doubtInputs.keep).output(v.object({ savedAtMs: atMs })),
  },
  /** The models that were taught, candidates, and pictures that only measure: core/contract/models.ts. */
  /** Models that leave this line, and encoders that came from others: core/contract/exchange.ts. */
  exchange: {
    list: base.output(ExchangeView),
    export: base.input(exchangeInputs.export).output(v.object({ jobId: id })),
    import: base.input(exchangeInputs.import).output(v.object({ jobId: id })),
    use: base.input(exchangeInputs.use).output(nothing),
  },
  models: {
    /** Newest first. */
    list: base.output(v.object({ models: v.array(ModelEntry), frozen: FrozenView })),
    compare: base.input(modelInputs.model).output(ComparisonView),
    /** This model judges from now on; what it has scored is judged anew. `changed`: verdicts that are others now. */
    use: base.input(modelInputs.use).output(v.object({ changed: count })),
    setAside: base.input(modelInputs.setAside).output(nothing),
    plan: base.input(modelInputs.plan).output(FreezePlanView),
    freeze: base.input(modelInputs.freeze).output(nothing),
    unfreeze: base.input(modelInputs.unfreeze).output(nothing),
    /** Seconds from one part to the next before a camera; null: not stated. */
    setTakt: base.input(modelInputs.takt).output(nothing),
  },
  review: {
    next: base
      .input(v.object({ queue: v.picklist(reviewQueues), limit: v.optional(count, 11) }))
      .output(v.object({ items: v.array(QueueItem) })),
    evidence: base.input(imageId).output(Evidence),
    standing: base.input(imageId).output(Standing),
    /** Writes a picture's whole ledger as a table and as a page; fetched by name from /export/:fileName. */
    exportLedger: base
      .input(v.object({ ...imageId.entries, locale }))
      .output(v.object({ csv: v.string(), html: v.string() })),
    /** The person's judgement of a scored picture; also becomes a label. classId null = hold. */
    decide: base.input(judgingInputs.decide).output(Recorded),
    undo: base.output(Stepped),
    redo: base.output(Stepped),
    /** Pictures that look like the newest examples of a class: passed ones, or those that nobody has judged. */
    alike: base
      .input(v.object({ classId: id, imageId: v.optional(id), among: v.picklist(['passed', 'unlabelled']) }))
      .output(LookAlikes),
  },
  /** The audit of what passed: core/contract/audit.ts. */
  audit: {
    overview: base.input(auditInputs.line).output(AuditOverview),
    /** How many passed pictures of each shift are looked at again; from the running shift on. */
    plan: base.input(auditInputs.plan).output(nothing),
  },
  /** The daily check by pictures whose verdicts are known: core/contract/golden.ts. */
  golden: {
    get: base.output(GoldenView),
    propose: base.output(GoldenProposal),
    /** Scores the pictures freshly and fixes them with these scores; refused where a verdict is not the expected one. */
    fix: base.input(goldenInputs.fix).output(nothing),
    check: base.output(GoldenChecked),
    /** The verdicts may be trusted again. */
    clear: base.input(goldenInputs.clear).output(v.object({ rescored: count })),
    /** Pictures whose verdicts are not trusted, newest first; `toJudge`: of all, those that passed and that no person has judged. */
    affected: base
      .input(goldenInputs.affected)
      .output(v.object({ rows: v.array(ImageView), total: count, toJudge: count })),
  },
  /** Who allows what with each data set: core/contract/rights.ts. */
  rights: {
    /** The register, with what is missing in each data set and who may clear it. */
    list: base.output(RightsView),
    /** Everything that was said of a data set, the newest first. */
    history: base.input(rightInputs.of).output(v.object({ versions: v.array(RightVersionView) })),
    say: base.input(rightInputs.say).output(RightsView),
    setClearers: base.input(rightInputs.clearers).output(RightsView),
    /** Writes the register with its history as a table; fetched from /export/:fileName. */
    export: base.output(v.object({ file: v.string() })),
  },
  /** How long pictures are kept: core/contract/retention.ts. */
  retention: {
    list: base.output(RetentionView),
    preview: base.input(DeletionScope).output(DeletionPreview),
    setRule: base.input(retentionInputs.rule).output(RetentionView),
    /** Orders a deletion, which is carried out after some days. */
    order: base.input(retentionInputs.order).output(RetentionView),
    cancel: base.input(retentionInputs.cancel).output(RetentionView),
    /** Writes a certificate as a page to print and the list of hashes as a table. */
    certificate: base.input(retentionInputs.certificate).output(v.object({ html: v.string(), csv: v.string() })),
  },
  /** All data of a lot: core/contract/lots.ts. */
  lots: {
    list: base.input(lotInputs.list).output(LotsView),
    /** Writes all data of a lot into a folder of its own. */
    export: base
      .input(lotInputs.export)
      .output(v.object({ folder: v.string(), pictures: count, withoutPicture: count })),
  },
  /** Backups of the database: core/contract/backups.ts. */
  backups: {
    get: base.output(BackupsView),
    make: base.output(BackupsView),
    /** At the next start this backup takes the database's place; the database is kept. */
    restore: base.input(backupInputs.backup).output(BackupsView),
    /** The database stays after all. */
    keep: base.output(BackupsView),
    /** The notice was read. */
    read: base.output(BackupsView),
  },
  /** What leaves for the line: core/contract/output-calls.ts. */
  outputs: outputsContract,
  /** People, roles and who is signed in: core/contract/people.ts. */
  people: peopleContract,
  /** Who did what: core/contract/history.ts. */
  history: {
    /** Looks through the whole chain. */
    state: base.output(HistoryState),
    list: base.input(historyInputs.page).output(HistoryPage),
    /** Writes the whole trail as a table; fetched by its name from /export/:fileName. */
    export: base.output(v.object({ file: v.string() })),
  },
  /** Defects found further down: core/contract/finds.ts. */
  finds: findsContract,
  /** The pilot's plan and the baseline before it: core/contract/plan.ts. */
  plan: planContract,

  guide: guideContract,

  practice: practiceContract,

  sheets: sheetsContract,
  /** Figures of a period, group by group: core/contract/figures.ts. */
  figures: figuresContract,
  /** Marks of a camera or a kind: core/contract/marks.ts. */
  marks: marksContract,
  threshold: {
    data: base.output(
      v.object({
        columns: ScoreColumns,
        /** The common marks. */
        active: v.nullable(ThresholdView),
        /** All marks in force: the common ones, and those of cameras and kinds. */
        inForce: v.array(ThresholdView),
        history: v.array(ThresholdView),
        /** Kinds of defect that the model in use tells apart; empty where there is nothing to choose between. */
        kinds: v.array(KindSeen),
      }),
    ),
    apply: base
      .input(v.object({ review: share, reject: share, reason, ...marksMeant }))
      .output(v.object({ thresholdId: id, changed: count })),
    /** Pictures whose verdict would change under other marks. */
    flips: base
      .input(v.object({ review: share, reject: share, for: marksMeant.for, limit: v.optional(count, 24) }))
      .output(
        v.object({
          total: count,
          items: v.array(v.object({ image: ImageView, from: v.picklist(verdicts), to: v.picklist(verdicts) })),
        }),
      ),
  },
  whatIf: {
    get: base.output(WhatIfFacts),
    /** What marks are suggested by and what is promised, from now on, on the page and in the report. */
    setAims: base.input(whatIfInputs.aims).output(nothing),
    past: base.input(whatIfInputs.days).output(PastDays),
  },
  /** What only a window of its own has: core/contract/desktop.ts. */
  desktop: desktopContract,
  /** Costs and inputs: core/contract/roi.ts. */
  roi: roiContract,
  report: {
    /** The report object as the page shows it (core/report types), in JSON. */
    get: base.output(v.object({ report: v.unknown() })),
    /** Files are fetched by their name from /export/:fileName. */
    export: base.input(v.object({ locale })).output(v.object({ folder: v.string(), files: v.array(ExportedFile) })),
  },
};
