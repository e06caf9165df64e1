import { EventPublisher, implement, ORPCError } from '@orpc/server';
import * as v from 'valibot';
import { uiContract } from '#core/contract/ui.ts';
import { PretrainConfig } from '#core/contract/engine.ts';
import type { DefectRegion } from '#core/contract/engine.ts';
import type { AppState, ImageView, JobView, LedgerLine, QuarantineView, QueueItem } from '#core/contract/views.ts';
import { defaultWatching, type WatchingSettings } from '#core/contract/watching.ts';
import { patternFilter } from '#core/domain/file-patterns.ts';
import { Random } from '#core/domain/random.ts';
import { suggestPattern } from '#core/domain/suggest-pattern.ts';
import { forAll } from '#core/domain/marks-for.ts';
import { verdictOf } from '#core/domain/threshold.ts';
import { emptyReport, report } from '../report/report-fixture.ts';
import { FixtureMarks } from './fixture-marks.ts';
import { FixtureModels } from './fixture-models.ts';
import { FixtureChecks } from './fixture-checks.ts';
import { fixtureEvaluation } from './fixture-evaluation.ts';
import { FixtureGroups } from './fixture-groups.ts';
import { FixtureAgreement } from './fixture-agreement.ts';
import { FixturePeople } from './fixture-people.ts';
import { FixtureBackups } from './fixture-backups.ts';
import { FixtureDesktop } from './fixture-desktop.ts';
import { FixtureHistory } from './fixture-history.ts';
import { FixtureBook } from './fixture-book.ts';
import { FixtureJudging } from './fixture-judging.ts';
import { FixtureExchange } from './fixture-exchange.ts';
import { FixtureFigures } from './fixture-figures.ts';
import { FixtureFinds, fixtureStanding } from './fixture-finds.ts';
import { FixtureWhatIf } from './fixture-what-if.ts';
import { FixtureNaming } from './fixture-naming.ts';
import { FixtureRights } from './fixture-rights.ts';
import { FixtureRoi } from './fixture-roi.ts';
import { FixtureOutputs } from './fixture-outputs.ts';
import { FixturePlan } from './fixture-plan.ts';
import { FixtureGuide } from './fixture-guide.ts';
import { fixtureExports } from './fixture-report.ts';
import { fixtureKeptOut, fixtureQuality } from './fixture-quality.ts';
import type { AreaVersion, PartSearch } from '#core/contract/inspection-area.ts';
import type { FixturePictures } from './fixture-pictures.ts';

export type FixtureStage = 'empty' | 'learning' | 'full';

const startMs = Date.UTC(2026, 10, 23, 1, 42, 7);
/** The camera that a picture was admitted from. */
const cameraOf = (id: number): number => (id % 9 === 0 ? 2 : 1);
const classNames = ['良品', '不良', 'ブローホール', '割れ', 'ひび'];

/**
 * The ui contract over data in memory, for looking at the renderer and testing it without engine, camera or disk: what is
 * labelled, decided, applied or set is remembered, so that the renderer's own behaviour shows.
 */
export class FixtureCore {
  readonly pictures: FixturePictures;
  /** Every call that arrived, in order. */
  readonly calls: { readonly path: string; readonly input: unknown }[] = [];
  /** What people said, and how a call is refused. */
  readonly judging = new FixtureJudging();
  /** The next call of this path is refused, as by a full disk unless `judging` says otherwise. */
  failNext: string | null = null;
  /** Calls of this path are answered once `until` has resolved, as by a busy disk. */
  slow: { readonly path: string; readonly until: Promise<unknown> } | null = null;
  readonly models = new FixtureModels();
  /** Costs and inputs. */
  readonly roi = new FixtureRoi(startMs);
  /** Marks of all, of cameras and of kinds. */
  readonly marks = new FixtureMarks({
    pictures: () => Array.from({ length: this.pictures.count }, (_, index) => index + 1),
    score: (id) => this.#scores[id] ?? 0,
    ...{ cameraOf, startMs, isDefect: (id) => this.pictures.isDefect(id) },
    cameraName: (id) => this.#state.cameras.find((one) => one.id === id)?.name ?? null,
    className: (id) => classNames[id - 1] ?? null,
  });
  /** Names, shifts and facts of the pictures. */
  readonly naming = new FixtureNaming();
  readonly groups: FixtureGroups;
  /** Classes and their limit samples. */
  readonly book = new FixtureBook({
    state: () => this.#state,
    change: (patch) => this.change(patch),
    image: (id) => this.image(id),
    labelled: (classId) => [...this.#labels].flatMap(([id, of]) => (of === classId ? [id] : [])),
    nowMs: startMs,
  });
  readonly agreement = new FixtureAgreement((id) => this.image(id), startMs);
  readonly people = new FixturePeople((locale) => this.change({ settings: { ...this.#state.settings, locale } }));
  readonly backups = new FixtureBackups();
  /** What a window of its own has. */
  readonly desktop = new FixtureDesktop();
  /** Data rights, keeping and deleting. */
  readonly rights = new FixtureRights(
    () => this.people.door.signedIn?.name ?? '',
    (governance) => this.change({ governance }),
  );
  readonly history = new FixtureHistory();
  /** What leaves for the line. */
  readonly outputs = new FixtureOutputs((outputs) => this.change({ outputs }), startMs);
  /** Models that leave for other lines and come from them. */
  readonly exchange = new FixtureExchange({
    jobs: () => this.#state.jobs,
    change: (jobs) => this.change({ jobs }),
    startMs,
  });
  /** The audit of what passed and the golden check. */
  readonly checks = new FixtureChecks(
    (id) => this.image(id),
    (change) => this.change(change),
  );
  /** Defects that were found further down. */
  readonly finds = new FixtureFinds(
    (id) => this.image(id),
    () => this.#passed(),
    startMs,
  );
  /** The pilot's plan and the baseline before it. */
  readonly plan = new FixturePlan();
  /** Where the pilot stands, signatures, practice and sheets. */
  readonly guide = new FixtureGuide();
  /** Figures of a line with a real store behind them. */
  readonly figures: FixtureFigures;
  /** What the next export of the report makes. */
  exported = fixtureExports();
  /** What marks are held to, the random check and the days behind. */
  readonly whatIf = new FixtureWhatIf(
    () => this.pictures.count,
    (id) => this.#scores[id] ?? 0,
  );
  /** Scores handed out beside those of the pictures, for a line that has run for months. */
  extraScores = 0;
  readonly #changes = new EventPublisher<{ state: AppState }>();
  readonly #labels = new Map<number, number | null>();
  readonly #regions = new Map<number, readonly DefectRegion[]>();
  readonly #qualityWords = new Map<number, 'use' | 'reject' | 'judged'>();
  readonly #undo: number[] = [];
  readonly #redo: [number, number | null][] = [];
  readonly #decided = new Map<number, number | null>();
  readonly #decisionUndo: number[] = [];
  readonly #scores: Float64Array;
  readonly #stage: FixtureStage;
  #state: AppState;
  /** Newest first. */
  #quarantined: readonly QuarantineView[] = [
    {
      id: 2,
      cameraId: 1,
      fileName: 'exp3_num_4411.jpg',
      error: { code: 'image_broken', params: {} },
      atMs: startMs - 90_000,
    },
    {
      id: 1,
      cameraId: 1,
      fileName: 'notes.svg',
      error: { code: 'image_type_refused', params: {} },
      atMs: startMs - 600_000,
    },
  ];
  #areas: AreaVersion[] = [];
  /** What a search for the part finds instead of one that lies still. */
  partSearch: Partial<PartSearch> = {};
  #watching: WatchingSettings = { ...defaultWatching, marker: true };
  #clockMs = startMs;

  /** So many files that could not be read, their names made by `name`. */
  quarantine(count: number, name: (n: number) => string): void {
    const reasons = ['truncated', 'damaged', 'hidden_data', 'decoder_memory', 'file_name'];
    this.#quarantined = Array.from({ length: count }, (_, at) => ({
      id: count - at,
      cameraId: 1,
      fileName: name(count - at),
      error: { code: 'image_broken', params: { reason: reasons[at % reasons.length] ?? '' } },
      atMs: startMs - at * 1000,
    }));
    this.change({ counts: { ...this.#state.counts, quarantined: count } });
  }

  constructor(pictures: FixturePictures, stage: FixtureStage = 'full') {
    this.pictures = pictures;
    this.groups = new FixtureGroups({ count: pictures.count, labels: this.#labels, image: (id) => this.image(id) });
    this.figures = new FixtureFigures(pictures, stage === 'full');
    if (stage !== 'full') this.exchange.clear();
    this.#stage = stage;
    const random = new Random(7);
    this.#scores = Float64Array.from({ length: pictures.count + 1 }, (_, id) => {
      const centre = pictures.isDefect(id) ? 0.72 : 0.18;
      return Math.min(1, Math.max(0, centre + 0.14 * random.normal()));
    });
    if (stage === 'full') {
      for (let id = 1; id <= 160; id++) this.#labels.set(id, pictures.isDefect(id) ? (id % 3 ? 2 : 4) : 1);
      this.marks.set({ review: 0.4, reject: 0.68 }, forAll, 'first marks from held-out good pictures');
    }
    this.#state = this.#firstState();
  }

  /** A picture that the machine stops just now, surer of it than of any other. */
  flag(id: number): void {
    this.#scores[id] = 1.5;
    this.change({ counts: this.#counts() });
  }

  get state(): AppState {
    return this.#state;
  }

  /** Changes the state as the core would and tells the windows. */
  change(patch: Partial<AppState>): void {
    this.#state = { ...this.#state, ...patch };
    if (patch.settings && patch.settings.locale !== this.people.door.locale)
      this.people.change({ locale: patch.settings.locale });
    this.#changes.publish('state', this.#state);
  }

  #firstState(): AppState {
    const empty = this.#stage === 'empty';
    const full = this.#stage === 'full';
    const n = this.pictures.count;
    const config = v.parse(PretrainConfig, {});
    const recent = Array.from({ length: 12 }, (_, index) => n - index);
    const camera = {
      state: 'watching',
      error: null,
      duplicates: 3,
      waiting: 0,
      missed: 0,
      lastScanAtMs: startMs,
      namesMissed: false,
    } as const;
    return {
      storeId: 'fixture',
      version: '0.1.0',
      shell: 'browser',
      engine: {
        state: 'ready',
        facts: {
          backend: 'tensorflow-cpu',
          reason: 'backend.no_gpu',
          tensorflow: '2.18.1',
          devices: ['/device:CPU:0'],
          bf16: true,
          threads: 2,
          pid: 4711,
        },
        error: null,
      },
      lines: empty ? [] : [{ id: 1, name: '第2ライン 磁石タイル' }],
      cameras: empty
        ? []
        : [
            {
              ...camera,
              id: 1,
              lineId: 1,
              name: 'カメラ1 上面',
              folder: '/mnt/line2/camera1',
              images: n - 40,
              quarantined: 2,
              notices: [],
              lastImageAtMs: startMs - 4000,
              light: 'ok',
              reasons: [],
              recent,
            },
            {
              ...camera,
              id: 2,
              lineId: 1,
              name: 'カメラ2 側面',
              folder: '/mnt/line2/camera2',
              images: 40,
              quarantined: 0,
              notices: [],
              lastImageAtMs: startMs - 61_000,
              light: 'warn',
              reasons: ['too_dark'],
              recent: recent.slice(3, 9),
            },
          ],
      counts: this.#counts(),
      classes: this.#classes(),
      retiredClasses: [],
      jobs: full ? [this.#job(2, 'teach', 'done'), this.#job(1, 'pretrain', 'done')] : empty ? [] : [this.#learning()],
      checkpoint: full
        ? { id: 1, jobId: 1, step: 550, steps: 550, images: n, createdAtMs: startMs - 3_600_000, active: true, config }
        : null,
      scoring: full ? { picturesPerSecond: 92.4, latency: { pictures: 40, p50Ms: 11.6, p95Ms: 19.2 } } : null,
      model: full
        ? {
            id: 1,
            checkpointId: 1,
            createdAtMs: startMs - 1_800_000,
            active: true,
            labels: 160,
            classIds: [1, 2, 3, 4],
            card: {
              file: 'models/1.bin',
              sha256: 'a'.repeat(64),
              bytes: 4_200_000,
              mode: 'frozen',
              classes: classNames.slice(0, 4),
              candidates: (['frozen', 'finetuned'] as const).flatMap((mode) =>
                (['pretrained', 'random'] as const).map((start) => ({
                  mode,
                  start,
                  figures: {
                    auroc: start === 'random' ? 0.571 : mode === 'frozen' ? 0.874 : 0.851,
                    averagePrecision: start === 'random' ? 0.36 : mode === 'frozen' ? 0.741 : 0.702,
                    balancedAccuracy: start === 'random' ? 0.55 : mode === 'frozen' ? 0.81 : 0.79,
                  },
                  folds: mode === 'frozen' ? 5 : 3,
                  fit:
                    mode === 'frozen'
                      ? null
                      : { right: start === 'random' ? 131 : 160, of: 160, fits: start !== 'random' },
                })),
              ),
              anomalyWeights: { defect_map: 0.62, patch_bank: 0.28, global: 0.1 },
            },
          }
        : null,
      threshold: this.marks.common,
      marksThrough: this.marks.history[0]?.id ?? 0,
      teaching: full
        ? this.models.teaching
        : { labels: 0, corrections: 0, learnt: null, candidateId: null, because: [] },
      live: full ? [...this.models.live] : [],
      sample: null,
      lastSavedAtMs: empty ? null : startMs,
      warnings: full ? [{ code: 'needs_labels', params: { missing: 12, have: 8, need: 20 } }] : [],
      audit: full ? [this.checks.auditState()] : [],
      golden: this.checks.golden,
      governance: { blocked: [], grace: null, deletions: [] },
      outputs: full ? this.outputs.states : [],
      currency: this.roi.currency,
      settings: { locale: 'ja', autoScore: true, autoTeach: false },
    };
  }

  #job(id: number, kind: JobView['kind'], state: JobView['state']): JobView {
    return {
      id,
      kind,
      state,
      progress: 1,
      phase: null,
      leftLowSeconds: null,
      leftHighSeconds: null,
      startedAtMs: startMs - 4_000_000,
      finishedAtMs: startMs - 3_600_000,
      error: null,
      smallestDefectPx: kind === 'pretrain' ? 12 : null,
      step: null,
    };
  }

  #learning(): JobView {
    return {
      ...this.#job(1, 'pretrain', 'running'),
      progress: 0.43,
      phase: 'pretrain',
      leftLowSeconds: 150,
      leftHighSeconds: 210,
      finishedAtMs: null,
      step: {
        step: 236,
        steps: 550,
        epoch: 9.2,
        loss: 1.284,
        viewsPerSecond: 812,
        effectiveRank: 41.3,
        alignment: 0.72,
        health: 'learning',
      },
    };
  }

  #classes(): AppState['classes'] {
    if (this.#stage === 'empty') return [];
    const keys = ['1', '2', '4', '5', '6'];
    return classNames.map((name, index) => ({
      id: index + 1,
      name,
      isGood: index === 0,
      key: keys[index] ?? null,
      labels: [...this.#labels.values()].filter((classId) => classId === index + 1).length,
    }));
  }

  #counts(): AppState['counts'] {
    const labels = [...this.#labels.values()];
    const images = this.#stage === 'empty' ? 0 : this.pictures.count;
    const flagged = this.#flagged().length;
    return {
      images,
      labelled: labels.filter((classId) => classId !== null).length,
      labelledGood: labels.filter((classId) => classId === 1).length,
      labelledDefect: labels.filter((classId) => classId !== null && classId !== 1).length,
      held: labels.filter((classId) => classId === null).length,
      quarantined: images ? 2 : 0,
      scored: this.#stage === 'full' ? images : 0,
      flagged,
      toReview: flagged - [...this.#decided.keys()].length,
      reviewed: this.#decided.size,
      toAudit: this.#stage === 'full' ? 6 : 0,
      audited: this.#stage === 'full' ? 24 : 0,
    };
  }

  #flagged(): number[] {
    return Array.from(this.#scores.keys())
      .slice(161)
      .filter((id) => (this.#verdict(id) ?? 'ok') !== 'ok')
      .sort((a, b) => (this.#scores[b] ?? 0) - (this.#scores[a] ?? 0));
  }

  /** Newest first. */
  #passed(): number[] {
    const flagged = new Set(this.#flagged());
    return Array.from({ length: this.pictures.count }, (_, at) => this.pictures.count - at).filter(
      (id) => id > 160 && !flagged.has(id),
    );
  }

  image(id: number): ImageView {
    const classId = this.#decided.get(id) ?? this.#labels.get(id) ?? null;
    const score = this.#stage === 'full' ? (this.#scores[id] ?? 0) : null;
    return {
      id,
      cameraId: cameraOf(id),
      fileName: this.pictures.fileName(id),
      width: 256,
      height: 220,
      takenAtMs: startMs - (this.pictures.count - id) * 7000,
      quality: 'ok',
      qualityReasons: [],
      classId,
      held: this.#labels.get(id) === null,
      labelId: this.judging.newest(id)?.labelId ?? null,
      regions: [...(this.#regions.get(id) ?? [])],
      score,
      anomaly: score === null ? null : score * 6 - 1,
      verdict: score === null ? null : this.#verdict(id),
      reviewed: this.#decided.has(id),
    };
  }

  #verdict(id: number): ImageView['verdict'] {
    const marks = this.marks.marksOf(id);
    return marks && verdictOf(this.#scores[id] ?? 0, marks);
  }

  #marksSaved<Applied>(applied: Applied): Applied {
    this.change({ threshold: this.marks.common, marksThrough: this.marks.history[0]?.id ?? 0 });
    this.#saved();
    return applied;
  }

  #saved(): { savedAtMs: number } {
    this.#clockMs += 3000;
    const labelled = new Map(this.#classes().map(({ id, labels }) => [id, labels]));
    // Names, keys and order may have been changed since.
    const classes = this.#state.classes.map((one) => ({ ...one, labels: labelled.get(one.id) ?? 0 }));
    this.change({ counts: this.#counts(), classes, lastSavedAtMs: this.#clockMs });
    return { savedAtMs: this.#clockMs };
  }

  #items(ids: readonly number[], limit: number, why: (index: number) => QueueItem['why']): QueueItem[] {
    return ids.slice(0, limit).map((id, index) => ({ image: this.image(id), why: why(index) }));
  }

  readonly router = (() => {
    const os = implement(uiContract).use(async ({ path, next }, input) => {
      const name = path.join('.');
      this.calls.push({ path: name, input });
      if (this.slow?.path === name) await this.slow.until;
      if (this.failNext === name) {
        this.failNext = null;
        throw new ORPCError('APP', { status: 422, data: this.judging.refusal });
      }
      return next();
    });
    const all = () => Array.from({ length: this.pictures.count }, (_, index) => index + 1);
    return os.router({
      people: this.people.router(os),
      outputs: this.outputs.router(os),
      exchange: this.exchange.router(os),
      app: {
        watch: os.app.watch.handler(({ signal }) => this.#watch(signal)),
        set: os.app.set.handler(({ input }) => {
          const settings = { ...this.#state.settings };
          for (const [key, value] of Object.entries(input))
            if (value !== undefined) Object.assign(settings, { [key]: value });
          this.change({ settings });
          return {};
        }),
        diagnose: os.app.diagnose.handler(() => ({ file: 'diagnostics-20261123-104207.json' })),
        doctor: os.app.doctor.handler(() => ({
          facts: [
            { what: 'node', status: 'ok', value: '24.21.0', hint: null },
            { what: 'tensorflow', status: 'ok', value: '2.18.1', hint: null },
            { what: 'gpu', status: 'optional', value: '–', hint: 'add_gpu' },
            { what: 'electron', status: 'missing', value: '–', hint: 'install_electron' },
          ],
        })),
      },
      cameras: {
        add: os.cameras.add.handler(({ input, errors }) => {
          if (!input.folder.startsWith('/mnt'))
            throw errors.APP({ data: { code: 'folder_missing', params: { path: input.folder } } });
          return { cameraId: 3 };
        }),
        pause: os.cameras.pause.handler(({ input }) => {
          this.change({
            cameras: this.#state.cameras.map((camera) =>
              camera.id === input.cameraId ? { ...camera, state: input.paused ? 'paused' : 'watching' } : camera,
            ),
          });
          return {};
        }),
        remove: os.cameras.remove.handler(({ input }) => {
          this.change({ cameras: this.#state.cameras.filter((camera) => camera.id !== input.cameraId) });
          return {};
        }),
        rescan: os.cameras.rescan.handler(() => ({})),
        browse: os.cameras.browse.handler(({ input }) => ({
          folder: input.folder,
          parent: input.folder === null ? null : null,
          folders:
            input.folder === null ? ['/home/line2', '/mnt'] : [`${input.folder}/camera1`, `${input.folder}/camera2`],
          images: input.folder?.endsWith('camera1') ? 644 : 0,
        })),
        watching: os.cameras.watching.handler(() => ({
          settings: this.#watching,
          marked: this.#watching.marker,
          polling: this.#watching.mode === 'polling' ? ('chosen' as const) : null,
          scan: { atMs: startMs, seconds: 2.4, whole: true, files: 650, leftOut: 12 },
          waiting: 0,
          passedOver: 0,
          missed: { sinceStart: 3, lastDay: 2 },
        })),
        setWatching: os.cameras.setWatching.handler(({ input }) => {
          this.#watching = input.settings;
          return {};
        }),
        acceptFolder: os.cameras.acceptFolder.handler(() => {
          this.change({ cameras: this.#state.cameras.map((one) => ({ ...one, state: 'watching', error: null })) });
          return {};
        }),
        previewFolder: os.cameras.previewFolder.handler(({ input }) => {
          const all = ['2026-11-23/top_0001.png', '2026-11-23/top_0002.png', '2026-11-23/side_0001.png'];
          const { wants } = patternFilter(input);
          const [taken, left] = [all.filter(wants), all.filter((one) => !wants(one))];
          return {
            ...{ wanted: taken.length, leftOut: left.length, wantedNames: taken, leftOutNames: left },
            ...{ deep: input.maxDepth === 0 ? 1 : 0, complete: true, writable: true, error: null },
          };
        }),
        quarantine: os.cameras.quarantine.handler(({ input }) => {
          const below = this.#quarantined.filter(({ id }) => input.beforeId === undefined || id < input.beforeId);
          return { rows: below.slice(0, input.limit), total: this.#quarantined.length };
        }),
      },
      metadata: {
        get: os.metadata.get.handler(() => this.naming.get()),
        preview: os.metadata.preview.handler(({ input }) => this.naming.preview(input.pattern)),
        suggest: os.metadata.suggest.handler(() => ({ pattern: suggestPattern(this.naming.names) })),
        setPattern: os.metadata.setPattern.handler(({ input }) => this.naming.set({ pattern: input.pattern || null })),
        setShifts: os.metadata.setShifts.handler(({ input }) => this.naming.set({ shifts: input.shifts })),
        facts: os.metadata.facts.handler(() => this.naming.facts),
        edit: os.metadata.edit.handler(({ input }) => {
          this.naming.edit(input);
          return this.#saved();
        }),
      },
      quality: {
        get: os.quality.get.handler(({ input }) => fixtureQuality(input.cameraId, this.pictures.count, startMs)),
        keptOut: os.quality.keptOut.handler(() => fixtureKeptOut(this.#qualityWords, this.pictures, startMs)),
        say: os.quality.say.handler(({ input }) => {
          this.#qualityWords.set(input.imageId, input.says);
          return this.#saved();
        }),
        learnAgain: os.quality.learnAgain.handler(() => ({})),
        card: os.quality.card.handler(({ input }) => ({ file: `photo-card-${input.cameraId}-20261123-104207.html` })),
      },
      classes: {
        history: os.classes.history.handler(() => this.book.history()),
        rename: os.classes.rename.handler(({ input }) => (this.book.rename(input.classId, input.name), {})),
        describe: os.classes.describe.handler(
          ({ input }) => (this.book.describe(input.classId, input.description), {}),
        ),
        setKey: os.classes.setKey.handler(({ input }) => (this.book.setKey(input.classId, input.key), {})),
        move: os.classes.move.handler(({ input }) => (this.book.move(input.classId, input.by), {})),
        retire: os.classes.retire.handler(({ input }) => (this.book.retire(input.classId), {})),
        bringBack: os.classes.bringBack.handler(({ input }) => (this.book.bringBack(input.classId), {})),
      },
      book: {
        get: os.book.get.handler(() => this.book.get()),
        add: os.book.add.handler(({ input }) => ({ sampleId: this.book.add(input), ...this.#saved() })),
        remove: os.book.remove.handler(({ input }) => (this.book.remove(input.sampleId, input.reason), {})),
        propose: os.book.propose.handler(({ input }) => ({
          proposals: this.book.propose(input.classId, input.limit),
        })),
        print: os.book.print.handler(() => ({ file: 'defect-book-20261123-104207.html' })),
      },
      agreement: {
        rounds: os.agreement.rounds.handler(() => ({ rounds: this.agreement.rounds() })),
        begin: os.agreement.begin.handler(({ input, errors }) => {
          if (!input.repeat && input.personA === input.personB)
            throw errors.APP({ data: { code: 'agreement_same_person', params: {} } });
          return { roundId: this.agreement.begin(input) };
        }),
        stop: os.agreement.stop.handler(({ input }) => (this.agreement.stop(input.roundId), {})),
        next: os.agreement.next.handler(({ input }) => ({
          items: this.agreement.next(input.roundId, input.side, input.limit),
        })),
        picture: os.agreement.picture.handler(({ input }) => ({ items: this.agreement.items([input.imageId]) })),
        answer: os.agreement.answer.handler(({ input }) => {
          this.agreement.answer(input.roundId, input.side, input.imageId, input.classId);
          return this.#saved();
        }),
        undo: os.agreement.undo.handler(({ input }) => ({
          imageId: this.agreement.undo(input.roundId, input.side),
        })),
        result: os.agreement.result.handler(({ input }) => this.agreement.result(input.roundId)),
        resolve: os.agreement.resolve.handler(({ input }) => {
          this.agreement.resolve(input.imageId, input.classId, this.people.door.signedIn?.name ?? '', input.reason);
          return this.#saved();
        }),
        adopt: os.agreement.adopt.handler(() => ({ labels: this.agreement.adopt() })),
      },
      images: {
        list: os.images.list.handler(({ input }) => {
          const ids = all()
            .filter((id) => input.filter !== 'unlabelled' || !this.#labels.has(id))
            .filter((id) => input.filter !== 'passed' || this.image(id).verdict === 'ok')
            .filter((id) => input.beforeId === undefined || id < input.beforeId)
            .reverse();
          return { rows: ids.slice(0, input.limit).map((id) => this.image(id)), total: ids.length };
        }),
      },
      area: {
        get: os.area.get.handler(() => ({
          versions: this.#areas,
          pictures: this.#state.cameras
            .flatMap(({ recent }) => recent.map((id) => ({ id, width: 256, height: 220 })))
            .slice(0, 12),
        })),
        set: os.area.set.handler(({ input: { area, reason } }) => {
          const versionId = this.#areas.length + 1;
          this.#areas = [
            { id: versionId, area, reason, who: '佐藤', atMs: startMs + versionId * 60_000 },
            ...this.#areas,
          ];
          return { versionId };
        }),
        propose: os.area.propose.handler(() => ({
          ...{ pictures: 50, alike: 48, outcome: 'stable' as const },
          region: { x: 0.1, y: 0.08, width: 0.8, height: 0.82 },
          follow: null,
          ...this.partSearch,
        })),
        // The part of odd pictures is not found.
        place: os.area.place.handler(({ input }) => ({ shift: input.imageId % 2 === 0 ? { x: 0.1, y: -0.05 } : null })),
        preview: os.area.preview.handler(() => ({
          token: 'machine',
          before: { width: 512, height: 440, scale: 0.25 },
          after: { width: 512, height: 440, scale: 0.5 },
        })),
      },
      sample: {
        start: os.sample.start.handler(() => {
          this.change({ sample: { running: true, written: 12, total: 400, folder: '/data/sample-line' } });
          return {};
        }),
        stop: os.sample.stop.handler(() => {
          this.change({ sample: null });
          return {};
        }),
      },
      learn: {
        start: os.learn.start.handler(() => {
          this.change({ jobs: [this.#learning(), ...this.#state.jobs.filter((job) => job.id !== 1)] });
          return { jobId: 1 };
        }),
        pause: os.learn.pause.handler(() => this.#jobTo('paused')),
        resume: os.learn.resume.handler(() => this.#jobTo('running')),
        progress: os.learn.progress.handler(() => ({
          points: [60, 120, 180, 240, 300].map((seconds, at) => ({
            step: 110 * (at + 1),
            seconds,
            watched: {
              ...{ pictures: 128, alignment: 0.2, uniformity: -2.4, effectiveRank: 31, retrieval: 0.96 },
              labelled: {
                ...{ knnAccuracy: 0.8, linearAccuracy: 0.82, nmi: 0.3, ari: 0.2, purity: 0.7 },
                linearBalancedAccuracy: [0.58, 0.66, 0.69, 0.7, 0.7][at] ?? null,
                ...{ trainRows: 162, testRows: 162, measuredOn: 'folds' as const },
              },
            },
          })),
          stoppedByItself: false,
        })),
        history: os.learn.history.handler(() => {
          const random = new Random(3);
          return {
            points: Array.from({ length: 236 }, (_, step) => ({
              step: step + 1,
              loss: 1.1 + 1.6 * Math.exp(-step / 60) + 0.05 * random.normal(),
              effectiveRank: 20 + 22 * (1 - Math.exp(-step / 80)),
            })),
          };
        }),
        preview: os.learn.preview.handler(({ input }) => ({
          token: `t${input.imageId}`,
          pairs: 4,
          defect:
            input.config.smallestDefectPx === null
              ? null
              : { ofPicture: [0.1, 0.13], ofViews: Array.from({ length: 4 }, () => [0.2, 0.24]) },
        })),
        evaluate: os.learn.evaluate.handler(() => ({ jobId: 9 })),
        evaluation: os.learn.evaluation.handler(() => ({
          evaluation: this.#stage === 'full' ? fixtureEvaluation(startMs) : null,
        })),
        map: os.learn.map.handler(() => {
          const random = new Random(5);
          return {
            points: all().map((id) => {
              const cluster = id % 6;
              const away = this.pictures.isDefect(id) ? 0.35 : 0.16;
              return {
                id,
                x: Math.max(-1, Math.min(1, 0.6 * Math.cos(cluster) + away * random.normal())),
                y: Math.max(-1, Math.min(1, 0.6 * Math.sin(cluster) + away * random.normal())),
                cluster,
                classId: this.#labels.get(id) ?? null,
              };
            }),
          };
        }),
      },
      jobs: { cancel: os.jobs.cancel.handler(({ input }) => this.#jobTo('cancelled', input.jobId)) },
      models: {
        list: os.models.list.handler(() => this.models.list()),
        compare: os.models.compare.handler(({ input }) => this.models.compare(input.modelId)),
        use: os.models.use.handler(({ input }) => {
          const done = this.models.use(input.modelId, input.reason);
          this.change({ teaching: this.models.teaching });
          return done;
        }),
        setAside: os.models.setAside.handler(({ input }) => {
          this.models.setAside(input.modelId, input.reason);
          this.change({ teaching: this.models.teaching });
          return {};
        }),
        plan: os.models.plan.handler(({ input }) => this.models.plan(input.parts)),
        freeze: os.models.freeze.handler(({ input }) => {
          this.models.freeze(input.parts, input.reason);
          return {};
        }),
        unfreeze: os.models.unfreeze.handler(() => {
          this.models.unfreeze();
          return {};
        }),
        setTakt: os.models.setTakt.handler(({ input }) => {
          const live = this.#state.live.map((one) =>
            one.cameraId === input.cameraId ? { ...one, takt: input.seconds } : one,
          );
          this.change({ live });
          return {};
        }),
      },
      teach: {
        addClass: os.teach.addClass.handler(({ input }) => {
          const classId = this.#state.classes.length + 1;
          this.change({
            classes: [...this.#state.classes, { id: classId, ...input, key: String(classId + 2), labels: 0 }],
          });
          return { classId };
        }),
        next: os.teach.next.handler(({ input }) => ({
          items: this.#items(
            all().filter((id) => !this.judging.nothingLeft && !this.#labels.has(id)),
            input.limit,
            (index) => (['unusual', 'typical', 'unsure', 'random'] as const)[index % 4] ?? 'random',
          ),
        })),
        label: os.teach.label.handler(({ input }) => {
          this.#labels.set(input.imageId, input.classId);
          this.#regions.set(input.imageId, input.regions ?? []);
          this.#undo.push(input.imageId);
          return this.judging.record(input, input.who ?? '佐藤', this.#saved().savedAtMs);
        }),
        takeBack: os.teach.takeBack.handler(({ input }) => {
          const back = this.judging.takeBack(input.labelId);
          if (back?.word) this.#labels.set(back.imageId, back.word.classId);
          this.#saved();
          return { imageId: back?.imageId ?? null };
        }),
        effort: os.teach.effort.handler(() => ({
          ...{
            actions: this.#stage === 'full' ? 124 : 0,
            medianDurationMs: 1800,
            medianKeystrokes: 1,
            medianClicks: 0,
          },
        })),
        undo: os.teach.undo.handler(() => {
          const imageId = this.#undo.pop() ?? null;
          if (imageId !== null) {
            this.#redo.push([imageId, this.#labels.get(imageId) ?? null]);
            this.#labels.delete(imageId);
            this.judging.undo(imageId);
            this.#saved();
          }
          return { imageId };
        }),
        redo: os.teach.redo.handler(() => {
          const last = this.#redo.pop();
          if (last) this.#labels.set(...last);
          this.#saved();
          return { imageId: last?.[0] ?? null };
        }),
        start: os.teach.start.handler(() => ({ jobId: 3 })),
      },
      groups: {
        list: os.groups.list.handler(() => this.groups.list()),
        unseen: os.groups.unseen.handler(() => ({ labels: this.groups.unseen })),
        members: os.groups.members.handler(({ input }) => this.groups.members(input.of)),
        start: os.groups.start.handler(({ input }) => this.groups.start(input)),
        check: os.groups.check.handler(({ input, errors }) => {
          const check = this.groups.check(input.checkId);
          if (!check) throw errors.APP({ data: { code: 'group_ended', params: {} } });
          return check;
        }),
        answer: os.groups.answer.handler(({ input, errors }) => {
          const check = this.groups.answer(input);
          if (!check) throw errors.APP({ data: { code: 'group_ended', params: {} } });
          return check;
        }),
        apart: os.groups.apart.handler(({ input }) => this.groups.apart(input.checkId)),
        finish: os.groups.finish.handler(({ input }) => {
          const given = this.groups.finish(input);
          for (const [id, classId] of given) this.#labels.set(id, classId);
          return { labelled: given.size, kept: 0, ...this.#saved() };
        }),
        undo: os.groups.undo.handler(() => ({ takenBack: 1, ...this.#saved() })),
      },
      doubts: {
        list: os.doubts.list.handler(({ input }) => this.groups.doubts(input.limit)),
        keep: os.doubts.keep.handler(({ input }) => {
          this.groups.keep(input);
          return this.#saved();
        }),
      },
      review: {
        next: os.review.next.handler(({ input }) => ({
          items:
            input.queue === 'flagged'
              ? this.#items(
                  this.#flagged().filter((id) => !this.#decided.has(id)),
                  input.limit,
                  () => 'flagged',
                )
              : this.#items(
                  (input.queue === 'audit' ? [301, 322, 345, 366, 402, 431] : this.checks.untrustedIds).filter(
                    (id) => !this.#decided.has(id),
                  ),
                  input.limit,
                  () => (input.queue === 'audit' ? 'audit' : 'untrusted'),
                ).map(({ why, image }) => ({ why, image: { ...image, score: null, anomaly: null, verdict: null } })),
        })),
        evidence: os.review.evidence.handler(({ input }) => {
          const good = all().filter((id) => id <= 160 && !this.pictures.isDefect(id));
          const bad = all().filter((id) => id <= 160 && this.pictures.isDefect(id));
          const near = (ids: number[], n: number) =>
            Array.from({ length: n }, (_, index) => ({
              id: ids[(input.imageId + index * 7) % ids.length] ?? 1,
              similarity: 0.94 - 0.04 * index,
            }));
          const line = (event: string, minutes: number, params: LedgerLine['params']): LedgerLine => ({
            atMs: startMs - minutes * 60_000,
            event,
            who: event === 'admitted' || event === 'scored' ? '' : '佐藤',
            params,
          });
          return {
            image: this.image(input.imageId),
            heatMap: true,
            nearestGood: near(good, 3),
            nearestDefect: near(bad, 3).map((row) => ({ ...row, classId: this.#labels.get(row.id) ?? 2 })),
            lookAlikes: [{ classId: 4, examples: 3, probability: 0.4 }],
            ledgerLength: 2,
            ledger: [
              line('admitted', 62, { camera: 'カメラ1 上面' }),
              line('scored', 30, { model: 1, score: this.#scores[input.imageId] ?? 0 }),
            ],
          };
        }),
        standing: os.review.standing.handler(({ input }) =>
          fixtureStanding(this.#scores[input.imageId] ?? null, startMs),
        ),
        exportLedger: os.review.exportLedger.handler(() => ({ csv: 'ledger-1.csv', html: 'ledger-1.html' })),
        decide: os.review.decide.handler(({ input }) => {
          this.#decided.set(input.imageId, input.classId);
          this.#decisionUndo.push(input.imageId);
          return this.judging.record(input, '佐藤', this.#saved().savedAtMs);
        }),
        undo: os.review.undo.handler(() => {
          const imageId = this.#decisionUndo.pop() ?? null;
          if (imageId !== null) this.#decided.delete(imageId);
          this.#saved();
          return { imageId };
        }),
        redo: os.review.redo.handler(() => ({ imageId: null })),
        alike: os.review.alike.handler(() => ({
          examples: 1,
          compared: 300,
          items: [301, 305, 309, 311].map((id) => ({ image: this.image(id), probability: 0.4 })),
          found: 4,
          confidence: { shots: 1, kinds: 3, finds: 40, right: 24 },
        })),
      },
      figures: {
        get: os.figures.get.handler(({ input }) => this.figures.view(input)),
        pictures: os.figures.pictures.handler(({ input }) => this.figures.pictures(input)),
        export: os.figures.export.handler(async ({ input }) => ({ file: await this.figures.write(input) })),
      },
      audit: {
        overview: os.audit.overview.handler(() => this.checks.overview()),
        plan: os.audit.plan.handler(({ input }) => this.checks.plan(input.perShift)),
      },
      history: {
        state: os.history.state.handler(() => this.history.state()),
        list: os.history.list.handler(({ input }) => this.history.list(input.beforeId, input.limit)),
        export: os.history.export.handler(() => this.history.export()),
      },
      desktop: {
        notices: os.desktop.notices.handler(() => this.desktop.notices),
        setNotices: os.desktop.setNotices.handler(({ input }) => this.desktop.setNotices(input)),
        pickFolder: os.desktop.pickFolder.handler(() => ({ folder: this.desktop.picked })),
      },
      rights: {
        list: os.rights.list.handler(() => this.rights.rights),
        history: os.rights.history.handler(({ input }) => ({ versions: this.rights.versions(input.cameraId) })),
        say: os.rights.say.handler(({ input }) => this.rights.say(input)),
        setClearers: os.rights.setClearers.handler(({ input }) => this.rights.setClearers(input.names)),
        export: os.rights.export.handler(() => ({ file: 'rights-20261123-104207.csv' })),
      },
      retention: {
        list: os.retention.list.handler(() => this.rights.retention),
        preview: os.retention.preview.handler(({ input }) => this.rights.preview(input)),
        setRule: os.retention.setRule.handler(({ input }) => this.rights.setRule(input.cameraId, input.rule)),
        order: os.retention.order.handler(({ input }) => this.rights.order(input)),
        cancel: os.retention.cancel.handler(({ input }) => this.rights.cancel(input.deletionId)),
        certificate: os.retention.certificate.handler(({ input }) => ({
          html: `deletion-${input.number}-${input.locale}.html`,
          csv: `deletion-${input.number}.csv`,
        })),
      },
      lots: {
        list: os.lots.list.handler(({ input }) => ({
          lots: this.rights.lots.filter(({ lot }) => lot.toLowerCase().includes(input.text.toLowerCase())),
        })),
        export: os.lots.export.handler(({ input }) => ({
          ...{ folder: `/data/minarai/exports/${input.lot}`, pictures: 92, withoutPicture: 4 },
        })),
      },
      backups: {
        get: os.backups.get.handler(() => this.backups.view),
        make: os.backups.make.handler(() => this.backups.make()),
        restore: os.backups.restore.handler(({ input }) => this.backups.restore(input.name)),
        keep: os.backups.keep.handler(() => this.backups.change({ next: null })),
        read: os.backups.read.handler(() => this.backups.change({ notice: null })),
      },
      golden: {
        get: os.golden.get.handler(() => this.checks.view),
        propose: os.golden.propose.handler(() => this.checks.propose()),
        fix: os.golden.fix.handler(({ input, errors }) => {
          if (!this.checks.fix(input.pictures, input.reason))
            throw errors.APP({ data: { code: 'golden_too_few', params: { good: 0, defects: 0, need: 3 } } });
          return {};
        }),
        check: os.golden.check.handler(() => ({ outcome: this.checks.check() })),
        clear: os.golden.clear.handler(({ input }) => this.checks.clear(input, input.rescore)),
        affected: os.golden.affected.handler(() => this.checks.affected((id) => this.#decided.has(id))),
      },
      finds: {
        passed: os.finds.passed.handler(({ input }) => {
          const text = (input.filter.text ?? '').toLowerCase();
          const ids = this.#passed().filter((id) => this.pictures.fileName(id).toLowerCase().includes(text));
          const page = ids.filter((id) => id < (input.beforeId ?? Infinity)).slice(0, input.limit);
          return { rows: page.map((id) => this.image(id)), total: ids.length };
        }),
        ranked: os.finds.ranked.handler(({ input }) => ({
          rows: this.#passed()
            .slice(0, 40)
            .map((id) => this.image(id)),
          total: 40,
          by: input.classId === null ? 'score' : 'likeness',
          known: input.filter.lot !== 'unknown',
        })),
        add: os.finds.add.handler(({ input }) => {
          if (input.imageId !== null) this.#decided.set(input.imageId, input.classId);
          return { findId: this.finds.add(input), ...this.#saved() };
        }),
        list: os.finds.list.handler(() => ({ finds: this.finds.list, falseFlagLimit: this.finds.falseFlagLimit })),
        say: os.finds.say.handler(({ input }) => {
          this.finds.say(input.findId, input.says);
          return this.#saved();
        }),
        setLimit: os.finds.setLimit.handler(({ input }) => {
          this.finds.falseFlagLimit = input.falseFlagLimit;
          return this.#saved();
        }),
        look: os.finds.look.handler(() => this.finds.look()),
        since: os.finds.since.handler(() => ({ fromMs: startMs - 86_400_000, because: 'golden' })),
        answer: os.finds.answer.handler(({ input }) => ({
          list: this.finds.answer(input.imageId, input.says),
          ...this.#saved(),
        })),
        proposal: os.finds.proposal.handler(() => this.finds.propose()),
        export: os.finds.export.handler(() => ({ pictures: 12, csv: 'contain-1.csv', html: 'contain-1.html' })),
      },
      marks: {
        follow: os.marks.follow.handler(({ input }) => this.#marksSaved(this.marks.follow(input.for, input.reason))),
        wouldFollow: os.marks.wouldFollow.handler(({ input }) => ({
          changed: this.marks.flips(null, input.for).length,
        })),
      },
      threshold: {
        data: os.threshold.data.handler(() => this.#thresholdData()),
        apply: os.threshold.apply.handler(({ input }) => {
          const { review, reject, reason } = input;
          return this.#marksSaved(this.marks.set({ review, reject }, input.for, reason));
        }),
        flips: os.threshold.flips.handler(({ input }) => {
          const changed = this.marks.flips(input, input.for);
          const items = changed.slice(0, input.limit).map(({ id, from, to }) => ({ image: this.image(id), from, to }));
          return { total: changed.length, items };
        }),
      },
      whatIf: {
        get: os.whatIf.get.handler(() => this.whatIf.facts()),
        setAims: os.whatIf.setAims.handler(({ input }) => {
          this.whatIf.aims = input;
          return {};
        }),
        past: os.whatIf.past.handler(({ input }) => this.whatIf.past(input.days)),
      },
      roi: {
        get: os.roi.get.handler(() => ({
          inputs: this.whatIf.priced(this.roi.inputs),
          measured: this.roi.measured,
          currency: this.roi.currency,
          startedAtMs: startMs - 14 * 86_400_000,
        })),
        set: os.roi.set.handler(({ input }) => (this.roi.set(input.inputs), {})),
        clear: os.roi.clear.handler(({ input }) => (this.roi.clear(input.name), {})),
        history: os.roi.history.handler(() => this.roi.history),
        setCurrency: os.roi.setCurrency.handler(({ input }) => {
          this.roi.setCurrency(input.currency, input.rate);
          this.change({ currency: input.currency });
          return {};
        }),
      },
      plan: {
        get: os.plan.get.handler(() => this.plan.view(this.models.frozen)),
        keep: os.plan.keep.handler(({ input }) => this.plan.keep(input.draft)),
        agree: os.plan.agree.handler(({ input }) => this.plan.agree(input.plan, input.reason)),
        keepBaseline: os.plan.keepBaseline.handler(({ input }) => this.plan.keepBaseline(input.draft)),
        count: os.plan.count.handler(({ input }) => this.plan.count(input)),
        withdraw: os.plan.withdraw.handler(({ input }) => this.plan.withdraw(input.countId)),
      },
      guide: {
        facts: os.guide.facts.handler(() =>
          this.guide.factsOf(
            this.#state,
            this.plan.intoReport(this.#stage === 'full' ? report : emptyReport),
            this.whatIf.priced(this.roi.inputs),
            this.plan.today,
          ),
        ),
        signatures: os.guide.signatures.handler(() => ({
          signatures: this.guide.signatures,
          exported: this.guide.exported,
        })),
        sign: os.guide.sign.handler(({ input }) => {
          this.guide.sign(input);
          this.change({});
          return { savedAtMs: startMs };
        }),
      },
      practice: {
        results: os.practice.results.handler(() => ({ results: this.guide.results })),
        answer: os.practice.answer.handler(({ input: { course, exercise, mistakes } }) => {
          this.guide.answer({ course, exercise, mistakes }, this.people.door.signedIn?.name ?? '');
          return { savedAtMs: startMs };
        }),
      },
      sheets: {
        handover: os.sheets.handover.handler(() => this.guide.handover(this.#state)),
        printHandover: os.sheets.printHandover.handler(() => ({ file: 'handover-20261123-104207.html' })),
        printHandout: os.sheets.printHandout.handler(() => ({ file: 'handout-20261123-104207.html' })),
      },
      report: {
        get: os.report.get.handler(() => ({
          report: this.plan.intoReport(this.#stage === 'full' ? report : emptyReport),
        })),
        export: os.report.export.handler(() => ({
          folder: '/home/line2/minarai/exports',
          files: this.exported,
        })),
      },
    });
  })();

  #thresholdData() {
    const given = this.whatIf.columns;
    const ids = this.#stage === 'full' ? Array.from({ length: this.pictures.count }, (_, index) => index + 1) : [];
    const extra = Array.from({ length: this.extraScores }, (_, index) => index);
    const inMind = {
      modelId: ids.length > 0 ? this.marks.modelId : null,
      ids: [...ids, ...extra.map((index) => 1_000_000 + index)],
      scores: [...ids.map((id) => this.#scores[id] ?? 0), ...extra.map((index) => ((index * 7919) % 9973) / 9973)],
      labels: [
        ...ids.map((id) => (id > 160 ? -1 : this.pictures.isDefect(id) ? 1 : 0)),
        ...extra.map(() => -1 as const),
      ],
      sources: [
        ...ids.map((id) => (id > 160 ? ('unlabelled' as const) : ('held_out' as const))),
        ...extra.map(() => 'unlabelled' as const),
      ],
      cameras: [...ids.map(cameraOf), ...extra.map(() => 1)],
      kinds: [...ids.map((id) => this.marks.kindOf(id)), ...extra.map(() => 0)],
    };
    return {
      columns: given ? { ...given, cameras: given.ids.map(() => 1), kinds: given.ids.map(() => 0) } : inMind,
      active: this.marks.common,
      inForce: this.marks.inForce,
      history: this.marks.history,
      kinds: this.#stage === 'full' ? this.marks.kinds : [],
    };
  }

  async *#watch(signal: AbortSignal | undefined): AsyncGenerator<AppState, void> {
    yield this.#state;
    yield* this.#changes.subscribe('state', signal ? { signal } : {});
  }

  #jobTo(state: JobView['state'], id = 1): Record<never, never> {
    this.change({ jobs: this.#state.jobs.map((job) => (job.id === id ? { ...job, state } : job)) });
    return {};
  }
}
