import { EventPublisher, implement } from '@orpc/server';
import type { App, Picture } from '#core/app-types.ts';
import { defaultNotices, type NoticeSettings } from '#core/contract/desktop.ts';
import { uiContract } from '#core/contract/ui.ts';
import { defaultWatching } from '#core/contract/watching.ts';
import type { AppState } from '#core/contract/views.ts';
import { fakePeople } from './people.ts';

/** What a shell did with its core. */
export interface FakeApp extends App {
  readonly calls: string[];
  readonly askedPictures: string[];
  closed: boolean;
  /** What the desktop is told. */
  notices: NoticeSettings;
  /** The whole state again, as after a change. */
  show(state: Partial<AppState>): void;
}

/** A 1×1 PNG. */
export const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABc3UBGAAAAABJRU5ErkJggg==',
  'base64',
);

export const emptyState: AppState = {
  storeId: 'fake',
  version: '0.0.0',
  shell: 'browser',
  engine: { state: 'stopped', facts: null, error: null },
  lines: [],
  cameras: [],
  counts: {
    images: 0,
    labelled: 0,
    labelledGood: 0,
    labelledDefect: 0,
    held: 0,
    quarantined: 0,
    scored: 0,
    flagged: 0,
    toReview: 0,
    reviewed: 0,
    toAudit: 0,
    audited: 0,
  },
  classes: [],
  retiredClasses: [],
  jobs: [],
  checkpoint: null,
  model: null,
  scoring: null,
  threshold: null,
  marksThrough: 0,
  teaching: { labels: 0, corrections: 0, learnt: null, candidateId: null, because: [] },
  live: [],
  sample: null,
  lastSavedAtMs: null,
  warnings: [],
  drift: [],
  audit: [],
  golden: { state: 'none', why: null, checkedAtMs: null, running: false, untrusted: 0, sinceMs: null },
  governance: { blocked: [], grace: null, deletions: [] },
  outputs: [],
  currency: 'JPY',
  settings: { locale: 'ja', autoScore: true, autoTeach: false },
};

/**
 * A core without disk and engine, for tests of what the shells add around it. Serves the whole contract; pictures are the
 * ones given. One that lives goes on telling its state; otherwise the stream ends after the first.
 */
export function createFakeApp(
  pictures: Readonly<Record<string, Picture>> = {},
  { lives = false }: { readonly lives?: boolean } = {},
): FakeApp {
  const calls: string[] = [];
  const askedPictures: string[] = [];
  const os = implement(uiContract);
  const changes = new EventPublisher<{ state: AppState }>();
  let state = emptyState;
  const noted = (call: string): Record<string, never> => {
    calls.push(call);
    return {};
  };
  const savedAtMs = 1_700_000_000_000;
  const noBackups = { backups: [], folder: '', error: null, notice: null, next: null };
  const noRights = { sets: [], clearers: [], mayClear: true };
  const nothingKept = { sets: [], orders: [], certificates: [], delayDays: 7 };
  const recorded = { savedAtMs, labelId: 1, between: null };
  const router = os.router({
    app: {
      watch: os.app.watch.handler(async function* ({ signal }) {
        const later = lives ? changes.subscribe('state', signal ? { signal } : {}) : null;
        yield state;
        if (later) yield* later;
      }),
      set: os.app.set.handler(() => noted('app.set')),
      diagnose: os.app.diagnose.handler(() => ({ ...noted('app.diagnose'), file: '' })),
      doctor: os.app.doctor.handler(() => ({ facts: [] })),
    },
    exchange: {
      list: os.exchange.list.handler(() => ({ exports: [], origins: [], customers: [] })),
      export: os.exchange.export.handler(() => ({ ...noted('exchange.export'), jobId: 1 })),
      import: os.exchange.import.handler(() => ({ ...noted('exchange.import'), jobId: 1 })),
      use: os.exchange.use.handler(() => noted('exchange.use')),
    },
    rollout: {
      contents: os.rollout.contents.handler(() => ({
        line: '',
        sections: [],
        customers: [],
        samplesKept: 0,
        taken: [],
      })),
      write: os.rollout.write.handler(() => ({ ...noted('rollout.write'), file: 'line.minarai-line' })),
      preview: os.rollout.preview.handler(() => {
        throw new Error('no file');
      }),
      take: os.rollout.take.handler(() => ({ ...noted('rollout.take'), changed: 0, jobId: null, keys: null })),
      transfers: os.rollout.transfers.handler(() => ({ transfers: [] })),
      measure: os.rollout.measure.handler(() => ({ ...noted('rollout.measure'), jobId: 1 })),
      removeSample: os.rollout.removeSample.handler(() => noted('rollout.removeSample')),
    },
    desktop: {
      notices: os.desktop.notices.handler(() => app.notices),
      setNotices: os.desktop.setNotices.handler(() => noted('desktop.setNotices')),
      pickFolder: os.desktop.pickFolder.handler(() => ({ folder: null })),
      pickFile: os.desktop.pickFile.handler(() => ({ file: null })),
    },
    area: {
      get: os.area.get.handler(() => ({ versions: [], pictures: [] })),
      set: os.area.set.handler(() => ({ ...noted('area.set'), versionId: 1 })),
      propose: os.area.propose.handler(() => ({
        pictures: 0,
        alike: 0,
        outcome: 'too_few',
        region: null,
        follow: null,
      })),
      place: os.area.place.handler(() => ({ shift: null })),
      preview: os.area.preview.handler(() => {
        const seen = { width: 8, height: 8, scale: 1 };
        return { token: '', before: seen, after: seen };
      }),
    },
    cameras: {
      add: os.cameras.add.handler(({ input, errors }) => {
        noted('cameras.add');
        if (input.folder === '/missing') {
          throw errors.APP({ data: { code: 'folder_missing', params: { path: input.folder } } });
        }
        return { cameraId: 1 };
      }),
      pause: os.cameras.pause.handler(() => noted('cameras.pause')),
      remove: os.cameras.remove.handler(() => noted('cameras.remove')),
      rescan: os.cameras.rescan.handler(() => noted('cameras.rescan')),
      watching: os.cameras.watching.handler(() => ({
        settings: defaultWatching,
        ...{ marked: false, polling: null, scan: null, waiting: 0, passedOver: 0 },
        missed: { sinceStart: 0, lastDay: 0 },
      })),
      setWatching: os.cameras.setWatching.handler(() => noted('cameras.setWatching')),
      acceptFolder: os.cameras.acceptFolder.handler(() => noted('cameras.acceptFolder')),
      previewFolder: os.cameras.previewFolder.handler(() => ({
        ...{ wanted: 0, leftOut: 0, wantedNames: [], leftOutNames: [], deep: 0 },
        ...{ complete: true, writable: true, error: null },
      })),
      browse: os.cameras.browse.handler(() => ({ folder: null, parent: null, folders: [], images: 0 })),
      quarantine: os.cameras.quarantine.handler(() => ({ rows: [], total: 0 })),
    },
    metadata: {
      get: os.metadata.get.handler(() => ({
        ...{ pattern: null, lineId: 1, shifts: [], redoing: false, takenSources: [] },
        sideCars: { read: 0, broken: 0, rows: [] },
      })),
      preview: os.metadata.preview.handler(() => ({ problem: null, rows: [], understood: 0, of: 0 })),
      suggest: os.metadata.suggest.handler(() => ({ pattern: null })),
      setPattern: os.metadata.setPattern.handler(() => noted('metadata.setPattern')),
      setShifts: os.metadata.setShifts.handler(() => noted('metadata.setShifts')),
      facts: os.metadata.facts.handler(() => ({
        ...{ lot: null, lotSource: null, serial: null, serialSource: null, shift: null, shiftSource: null },
        ...{ line: null, camera: null, takenAtMs: 0, takenSource: 'file', productionDay: '2026-11-23', shifts: [] },
      })),
      edit: os.metadata.edit.handler(() => ({ savedAtMs: 1 })),
    },
    quality: {
      get: os.quality.get.handler(() => ({
        ...{ baseline: null, pictures: [], measures: [], normalPicture: null },
        repeats: { by: null, found: 0, newest: [] },
      })),
      keptOut: os.quality.keptOut.handler(() => ({ rows: [], total: 0 })),
      say: os.quality.say.handler(() => ({ ...noted('quality.say'), savedAtMs })),
      learnAgain: os.quality.learnAgain.handler(() => noted('quality.learnAgain')),
      card: os.quality.card.handler(() => ({ ...noted('quality.card'), file: 'card.html' })),
    },
    drift: {
      get: os.drift.get.handler(() => ({ measures: [], alarms: [], advice: null, answers: [] })),
      clear: os.drift.clear.handler(() => noted('drift.clear')),
    },
    classes: {
      history: os.classes.history.handler(() => ({ changes: [], movedAway: [] })),
      rename: os.classes.rename.handler(() => noted('classes.rename')),
      describe: os.classes.describe.handler(() => noted('classes.describe')),
      setKey: os.classes.setKey.handler(() => noted('classes.setKey')),
      move: os.classes.move.handler(() => noted('classes.move')),
      retire: os.classes.retire.handler(() => noted('classes.retire')),
      bringBack: os.classes.bringBack.handler(() => noted('classes.bringBack')),
    },
    book: {
      get: os.book.get.handler(() => ({ version: 0, changedAtMs: null, classes: [], history: [] })),
      add: os.book.add.handler(() => ({ ...noted('book.add'), sampleId: 1, savedAtMs })),
      remove: os.book.remove.handler(() => noted('book.remove')),
      propose: os.book.propose.handler(() => ({ proposals: [] })),
      print: os.book.print.handler(() => ({ file: 'book.html' })),
    },
    agreement: {
      rounds: os.agreement.rounds.handler(() => ({ rounds: [] })),
      begin: os.agreement.begin.handler(() => ({ roundId: 1 })),
      stop: os.agreement.stop.handler(() => noted('agreement.stop')),
      next: os.agreement.next.handler(() => ({ items: [] })),
      picture: os.agreement.picture.handler(() => ({ items: [] })),
      answer: os.agreement.answer.handler(() => ({ ...noted('agreement.answer'), savedAtMs })),
      undo: os.agreement.undo.handler(() => ({ imageId: null })),
      result: os.agreement.result.handler(({ errors }) => {
        throw errors.APP({ data: { code: 'not_found', params: {} } });
      }),
      resolve: os.agreement.resolve.handler(() => ({ ...noted('agreement.resolve'), savedAtMs })),
      adopt: os.agreement.adopt.handler(() => ({ ...noted('agreement.adopt'), labels: 0 })),
    },
    images: { list: os.images.list.handler(() => ({ rows: [], total: 0 })) },
    sample: {
      start: os.sample.start.handler(() => noted('sample.start')),
      stop: os.sample.stop.handler(() => noted('sample.stop')),
    },
    learn: {
      start: os.learn.start.handler(() => ({ jobId: 1 })),
      pause: os.learn.pause.handler(() => noted('learn.pause')),
      resume: os.learn.resume.handler(() => noted('learn.resume')),
      history: os.learn.history.handler(() => ({ points: [] })),
      preview: os.learn.preview.handler(() => ({ token: 't', pairs: 0, defect: null })),
      evaluate: os.learn.evaluate.handler(() => ({ jobId: 1 })),
      progress: os.learn.progress.handler(() => ({ points: [], stoppedByItself: false })),
      evaluation: os.learn.evaluation.handler(() => ({ evaluation: null })),
      map: os.learn.map.handler(() => ({ points: [] })),
    },
    jobs: { cancel: os.jobs.cancel.handler(() => noted('jobs.cancel')) },
    robustness: {
      get: os.robustness.get.handler(({ input }) => ({
        ...{ modelId: input.modelId, card: null, offer: null, usable: true },
        have: { defects: 0, good: 0, heldOutDefects: 0, heldOutGood: 0 },
      })),
      start: os.robustness.start.handler(() => ({ ...noted('robustness.start'), jobId: 1 })),
    },
    models: {
      list: os.models.list.handler(() => ({
        models: [],
        frozen: { sets: [], test: { defects: 0, good: 0, escapesAtMost: 1 } },
      })),
      compare: os.models.compare.handler(({ errors }) => {
        throw errors.APP({ data: { code: 'needs_model', params: {} } });
      }),
      use: os.models.use.handler(() => ({ ...noted('models.use'), changed: 0 })),
      setAside: os.models.setAside.handler(() => noted('models.setAside')),
      plan: os.models.plan.handler(() => ({
        ...{ defects: 0, good: 0, drawn: 0, left: { defects: 0, good: 0 }, escapesAtMost: 1 },
      })),
      freeze: os.models.freeze.handler(() => noted('models.freeze')),
      unfreeze: os.models.unfreeze.handler(() => noted('models.unfreeze')),
      setTakt: os.models.setTakt.handler(() => noted('models.setTakt')),
    },
    teach: {
      addClass: os.teach.addClass.handler(() => ({ classId: 1 })),
      next: os.teach.next.handler(() => ({ items: [] })),
      label: os.teach.label.handler(() => ({ ...noted('teach.label'), ...recorded })),
      undo: os.teach.undo.handler(() => ({ imageId: null })),
      redo: os.teach.redo.handler(() => ({ imageId: null })),
      takeBack: os.teach.takeBack.handler(() => ({ imageId: null })),
      effort: os.teach.effort.handler(() => ({
        ...{ actions: 0, medianDurationMs: null, medianKeystrokes: null, medianClicks: null },
      })),
      start: os.teach.start.handler(() => ({ jobId: 1 })),
    },
    groups: {
      list: os.groups.list.handler(() => ({ clusters: null, checks: [] })),
      unseen: os.groups.unseen.handler(() => ({ labels: 0 })),
      members: os.groups.members.handler(() => ({ ids: [], others: 0 })),
      start: os.groups.start.handler(() => ({ ...noted('groups.start'), checkId: 1 })),
      check: os.groups.check.handler(({ errors }) => {
        throw errors.APP({ data: { code: 'group_ended', params: {} } });
      }),
      answer: os.groups.answer.handler(({ errors }) => {
        throw errors.APP({ data: { code: 'group_ended', params: {} } });
      }),
      apart: os.groups.apart.handler(() => ({ parts: [] })),
      finish: os.groups.finish.handler(() => ({ ...noted('groups.finish'), labelled: 0, kept: 0, savedAtMs })),
      undo: os.groups.undo.handler(() => ({ ...noted('groups.undo'), takenBack: 0 })),
    },
    doubts: {
      list: os.doubts.list.handler(() => ({ wants: 'encoder', labels: 0, found: 0, by: 'neighbours', rows: [] })),
      keep: os.doubts.keep.handler(() => ({ ...noted('doubts.keep'), savedAtMs })),
    },
    review: {
      next: os.review.next.handler(() => ({ items: [] })),
      evidence: os.review.evidence.handler(({ errors }) => {
        throw errors.APP({ data: { code: 'not_found', params: {} } });
      }),
      standing: os.review.standing.handler(({ errors }) => {
        throw errors.APP({ data: { code: 'not_found', params: {} } });
      }),
      exportLedger: os.review.exportLedger.handler(() => ({ csv: '', html: '' })),
      decide: os.review.decide.handler(() => ({ ...noted('review.decide'), ...recorded })),
      undo: os.review.undo.handler(() => ({ imageId: null })),
      redo: os.review.redo.handler(() => ({ imageId: null })),
      alike: os.review.alike.handler(() => ({ examples: 1, compared: 0, items: [], found: 0, confidence: null })),
    },
    figures: {
      get: os.figures.get.handler(({ errors }) => {
        throw errors.APP({ data: { code: 'not_found', params: {} } });
      }),
      pictures: os.figures.pictures.handler(() => ({ rows: [], total: 0 })),
      export: os.figures.export.handler(() => ({ file: '' })),
    },
    audit: {
      overview: os.audit.overview.handler(({ errors }) => {
        throw errors.APP({ data: { code: 'not_found', params: {} } });
      }),
      plan: os.audit.plan.handler(() => noted('audit.plan')),
    },
    people: fakePeople(os, noted),
    history: {
      state: os.history.state.handler(() => ({ entries: 0, brokenAt: null, hash: '' })),
      list: os.history.list.handler(() => ({ rows: [], total: 0 })),
      export: os.history.export.handler(() => ({ ...noted('history.export'), file: '' })),
    },
    rights: {
      list: os.rights.list.handler(() => noRights),
      history: os.rights.history.handler(() => ({ versions: [] })),
      say: os.rights.say.handler(() => ({ ...noted('rights.say'), ...noRights })),
      setClearers: os.rights.setClearers.handler(() => ({ ...noted('rights.setClearers'), ...noRights })),
      export: os.rights.export.handler(() => ({ ...noted('rights.export'), file: '' })),
    },
    retention: {
      list: os.retention.list.handler(() => nothingKept),
      preview: os.retention.preview.handler(() => ({
        ...{ pictures: 0, bytes: 0, kinds: [], keptPictures: 0, examples: [], learnt: [], pausedJob: null },
        kept: { labelled: 0, samples: 0, frozen: 0, waiting: 0 },
      })),
      setRule: os.retention.setRule.handler(() => ({ ...noted('retention.setRule'), ...nothingKept })),
      order: os.retention.order.handler(() => ({ ...noted('retention.order'), ...nothingKept })),
      cancel: os.retention.cancel.handler(() => ({ ...noted('retention.cancel'), ...nothingKept })),
      certificate: os.retention.certificate.handler(() => ({ html: '', csv: '' })),
    },
    lots: {
      list: os.lots.list.handler(() => ({ lots: [] })),
      export: os.lots.export.handler(() => ({ ...noted('lots.export'), folder: '', pictures: 0, withoutPicture: 0 })),
    },
    backups: {
      get: os.backups.get.handler(() => noBackups),
      make: os.backups.make.handler(() => ({ ...noted('backups.make'), ...noBackups })),
      restore: os.backups.restore.handler(() => ({ ...noted('backups.restore'), ...noBackups })),
      keep: os.backups.keep.handler(() => ({ ...noted('backups.keep'), ...noBackups })),
      read: os.backups.read.handler(() => ({ ...noted('backups.read'), ...noBackups })),
    },
    golden: {
      get: os.golden.get.handler(() => ({ set: null, last: null, history: [], clearings: [] })),
      propose: os.golden.propose.handler(() => ({ pictures: [] })),
      fix: os.golden.fix.handler(() => noted('golden.fix')),
      check: os.golden.check.handler(() => ({ ...noted('golden.check'), outcome: 'passed' })),
      clear: os.golden.clear.handler(() => ({ ...noted('golden.clear'), rescored: 0 })),
      affected: os.golden.affected.handler(() => ({ rows: [], total: 0, toJudge: 0 })),
    },
    finds: {
      passed: os.finds.passed.handler(() => ({ rows: [], total: 0 })),
      ranked: os.finds.ranked.handler(() => ({ rows: [], total: 0, by: 'score', known: true })),
      add: os.finds.add.handler(() => ({ ...noted('finds.add'), findId: 1, savedAtMs })),
      list: os.finds.list.handler(() => ({ finds: [], falseFlagLimit: 0.01 })),
      say: os.finds.say.handler(() => ({ ...noted('finds.say'), savedAtMs })),
      setLimit: os.finds.setLimit.handler(() => ({ ...noted('finds.setLimit'), savedAtMs })),
      look: os.finds.look.handler(async function* () {
        yield { kind: 'progress', done: 0, total: 0 };
      }),
      since: os.finds.since.handler(() => ({ fromMs: 0, because: 'month' })),
      answer: os.finds.answer.handler(() => ({ ...noted('finds.answer'), savedAtMs, list: null })),
      proposal: os.finds.proposal.handler(({ errors }) => {
        throw errors.APP({ data: { code: 'not_found', params: {} } });
      }),
      export: os.finds.export.handler(() => ({ ...noted('finds.export'), pictures: 0, csv: '', html: '' })),
    },
    plan: {
      get: os.plan.get.handler(() => ({
        ...{ draft: null, versions: [], today: '2026-11-23', lines: [], judgedSinceStart: null },
        baseline: { entries: [], draft: {} },
        frozen: { sets: [], test: { defects: 0, good: 0, escapesAtMost: 1 } },
      })),
      keep: os.plan.keep.handler(() => noted('plan.keep')),
      agree: os.plan.agree.handler(() => ({ ...noted('plan.agree'), versionId: 1 })),
      keepBaseline: os.plan.keepBaseline.handler(() => noted('plan.keepBaseline')),
      count: os.plan.count.handler(() => ({ ...noted('plan.count'), countId: 1, savedAtMs })),
      withdraw: os.plan.withdraw.handler(() => noted('plan.withdraw')),
    },
    marks: {
      follow: os.marks.follow.handler(() => ({ ...noted('marks.follow'), thresholdId: 1, changed: 0 })),
      wouldFollow: os.marks.wouldFollow.handler(() => ({ changed: 0 })),
    },
    threshold: {
      data: os.threshold.data.handler(() => ({
        columns: { modelId: null, ids: [], scores: [], labels: [], sources: [], cameras: [], kinds: [] },
        active: null,
        inForce: [],
        history: [],
        kinds: [],
      })),
      apply: os.threshold.apply.handler(() => ({ thresholdId: 1, changed: 0 })),
      flips: os.threshold.flips.handler(() => ({ total: 0, items: [] })),
    },
    whatIf: {
      get: os.whatIf.get.handler(() => ({
        aims: { maxEscape: 0.05, maxOverkill: 0.01 },
        audited: [],
        auditEscape: null,
      })),
      setAims: os.whatIf.setAims.handler(() => noted('whatIf.setAims')),
      past: os.whatIf.past.handler(() => ({ days: [], ids: [], dayOf: [], happened: [] })),
    },
    roi: {
      get: os.roi.get.handler(() => ({ inputs: {}, measured: [], currency: 'JPY' as const, startedAtMs: savedAtMs })),
      set: os.roi.set.handler(() => noted('roi.set')),
      clear: os.roi.clear.handler(() => noted('roi.clear')),
      history: os.roi.history.handler(() => ({ changes: [], currencies: [] })),
      setCurrency: os.roi.setCurrency.handler(() => noted('roi.setCurrency')),
    },
    guide: {
      facts: os.guide.facts.handler(() => ({
        ...{ cameras: 0, pictures: 0, pretrained: false, pretraining: false, plan: null, baselineMissing: 4 },
        ...{
          labelledGood: 0,
          labelledDefect: 0,
          taught: false,
          teaching: false,
          marks: false,
          golden: 'none' as const,
        },
        ...{ toReview: 0, reviewed: 0, audit: { waiting: 0, overdue: 0, answered: 0 }, moneyMissing: 12 },
        ...{ escape: { judged: 0, missed: 0 }, maxEscape: 0.05, goodJudged: 0, maxOverkill: 0.01, judged: null },
        report: { exported: false, signed: false },
      })),
      signatures: os.guide.signatures.handler(() => ({ signatures: [], exported: false })),
      sign: os.guide.sign.handler(() => ({ ...noted('guide.sign'), savedAtMs })),
    },
    practice: {
      results: os.practice.results.handler(() => ({ results: [] })),
      answer: os.practice.answer.handler(() => ({ ...noted('practice.answer'), savedAtMs })),
    },
    sheets: {
      handover: os.sheets.handover.handler(() => ({
        ...{ atMs: savedAtMs, lines: [], toReview: 0, held: 0, quarantined: 0, golden: emptyState.golden },
        ...{ warnings: [], cameras: [] },
      })),
      printHandover: os.sheets.printHandover.handler(() => ({ ...noted('sheets.printHandover'), file: '' })),
      printHandout: os.sheets.printHandout.handler(() => ({ ...noted('sheets.printHandout'), file: '' })),
    },
    outputs: {
      list: os.outputs.list.handler(() => ({ outputs: [] })),
      add: os.outputs.add.handler(() => ({ ...noted('outputs.add'), outputId: 1 })),
      set: os.outputs.set.handler(() => noted('outputs.set')),
      pause: os.outputs.pause.handler(() => noted('outputs.pause')),
      remove: os.outputs.remove.handler(() => noted('outputs.remove')),
      tryNow: os.outputs.tryNow.handler(() => noted('outputs.tryNow')),
      discard: os.outputs.discard.handler(() => ({ ...noted('outputs.discard'), discarded: 0 })),
      test: os.outputs.test.handler(() => ({ ...noted('outputs.test'), milliseconds: 1, failed: null })),
      preview: os.outputs.preview.handler(() => ({ text: '' })),
      log: os.outputs.log.handler(() => ({ rows: [], total: 0, outages: [] })),
    },
    report: {
      get: os.report.get.handler(() => ({ report: null })),
      export: os.report.export.handler(() => ({ folder: '', files: [] })),
    },
  });

  const app: FakeApp = {
    router,
    calls,
    askedPictures,
    closed: false,
    notices: defaultNotices,
    show: (change) => {
      state = { ...state, ...change };
      changes.publish('state', state);
    },
    locale: () => 'ja',
    picture: async (urlPath) => {
      askedPictures.push(urlPath);
      return pictures[urlPath] ?? null;
    },
    close: async () => {
      app.closed = true;
    },
  };
  return app;
}
