import { implement } from '@orpc/server';
import type { App, Picture } from '#core/app-types.ts';
import { uiContract } from '#core/contract/ui.ts';
import { defaultWatching } from '#core/contract/watching.ts';
import type { AppState } from '#core/contract/views.ts';

/** What a shell did with its core. */
export interface FakeApp extends App {
  readonly calls: string[];
  readonly askedPictures: string[];
  closed: boolean;
}

/** A 1×1 PNG. */
export const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABc3UBGAAAAABJRU5ErkJggg==',
  'base64',
);

export const emptyState: AppState = {
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
  jobs: [],
  checkpoint: null,
  model: null,
  scoring: null,
  threshold: null,
  sample: null,
  lastSavedAtMs: null,
  warnings: [],
  settings: { locale: 'ja', person: '佐藤', autoScore: true, auditPercent: 2 },
};

/**
 * A core without disk and engine, for tests of what the shells add around it. Serves the whole contract; pictures are the
 * ones given.
 */
export function createFakeApp(pictures: Readonly<Record<string, Picture>> = {}): FakeApp {
  const calls: string[] = [];
  const askedPictures: string[] = [];
  const os = implement(uiContract);
  const noted = (call: string): Record<string, never> => {
    calls.push(call);
    return {};
  };
  const savedAtMs = 1_700_000_000_000;
  const router = os.router({
    app: {
      watch: os.app.watch.handler(async function* () {
        yield emptyState;
      }),
      set: os.app.set.handler(() => noted('app.set')),
      doctor: os.app.doctor.handler(() => ({ facts: [] })),
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
    teach: {
      addClass: os.teach.addClass.handler(() => ({ classId: 1 })),
      next: os.teach.next.handler(() => ({ items: [] })),
      label: os.teach.label.handler(() => ({ ...noted('teach.label'), savedAtMs })),
      labelMany: os.teach.labelMany.handler(() => ({ ...noted('teach.labelMany'), savedAtMs })),
      undo: os.teach.undo.handler(() => ({ imageId: null })),
      redo: os.teach.redo.handler(() => ({ imageId: null })),
      start: os.teach.start.handler(() => ({ jobId: 1 })),
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
      decide: os.review.decide.handler(() => ({ ...noted('review.decide'), savedAtMs })),
      undo: os.review.undo.handler(() => ({ imageId: null })),
      alike: os.review.alike.handler(() => ({ examples: 1, compared: 0, items: [], found: 0, confidence: null })),
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
      since: os.finds.since.handler(() => ({ fromMs: 0 })),
      answer: os.finds.answer.handler(() => ({ ...noted('finds.answer'), savedAtMs, list: null })),
      proposal: os.finds.proposal.handler(({ errors }) => {
        throw errors.APP({ data: { code: 'not_found', params: {} } });
      }),
      export: os.finds.export.handler(() => ({ ...noted('finds.export'), pictures: 0, csv: '', html: '' })),
    },
    threshold: {
      data: os.threshold.data.handler(() => ({
        columns: { modelId: null, ids: [], scores: [], labels: [], sources: [] },
        active: null,
        history: [],
      })),
      apply: os.threshold.apply.handler(() => ({ thresholdId: 1, changed: 0 })),
      flips: os.threshold.flips.handler(() => ({ total: 0, items: [] })),
    },
    roi: {
      get: os.roi.get.handler(() => ({ inputs: {}, measured: [], startedAtMs: savedAtMs })),
      set: os.roi.set.handler(() => noted('roi.set')),
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
