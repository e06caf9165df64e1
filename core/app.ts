import type { App, AppOptions } from './app-types.ts';
import { implementer } from './calls/base.ts';
import { auditCalls } from './calls/audit.ts';
import { backupCalls } from './calls/backups.ts';
import { cameraCalls } from './calls/cameras.ts';
import { doubtCalls } from './calls/doubts.ts';
import { groupCalls } from './calls/groups.ts';
import { agreementCalls } from './calls/agreement.ts';
import { bookCalls } from './calls/book.ts';
import { classCalls } from './calls/classes.ts';
import { desktopCalls } from './calls/desktop.ts';
import { goldenCalls } from './calls/golden.ts';
import { guideCalls } from './calls/guide.ts';
import { practiceCalls } from './calls/practice.ts';
import { sheetCalls } from './calls/sheets.ts';
import { historyCalls } from './calls/history.ts';
import { figureCalls } from './calls/figures.ts';
import { findCalls } from './calls/finds.ts';
import { inspectionAreaCalls } from './calls/inspection-area.ts';
import { learnCalls } from './calls/learn.ts';
import { marksCalls } from './calls/marks.ts';
import { metadataCalls } from './calls/metadata.ts';
import { exchangeCalls } from './calls/exchange.ts';
import { modelCalls } from './calls/models.ts';
import { outputCalls } from './calls/outputs.ts';
import { moneyCalls } from './calls/money.ts';
import { planCalls } from './calls/plan.ts';
import { qualityCalls } from './calls/quality.ts';
import { lotCalls } from './calls/lots.ts';
import { retentionCalls } from './calls/retention.ts';
import { rightCalls } from './calls/rights.ts';
import { reviewCalls } from './calls/review.ts';
import { roiCalls } from './calls/roi.ts';
import { teachCalls } from './calls/teach.ts';
import { whatIfCalls } from './calls/what-if.ts';
import { createTranslator } from '#messages/translate.ts';
import { createBackups } from './backups.ts';
import { openCore, type Core } from './core.ts';
import { createDefectBookSheets } from './defect-book.ts';
import { createGate } from './calls/gate.ts';
import { peopleCalls } from './calls/people.ts';
import { createDaily } from './daily.ts';
import { createDeletions } from './deletions.ts';
import { writeDiagnostics } from './diagnostics.ts';
import { createExports } from './exports.ts';
import { createFigures } from './figures.ts';
import { createGolden } from './golden-check.ts';
import { createHeatMaps } from './heat-maps.ts';
import { createLineOutputs } from './line-outputs.ts';
import { createPictures } from './pictures.ts';
import { createPreviews } from './previews.ts';
import { createQualityCards } from './quality-card.ts';
import { createSeats } from './seats.ts';
import { createSamplePlay } from './sample-play.ts';
import { startForNewPictures } from './stages.ts';
import { readState, watchState } from './state.ts';
import { addAudit, verifyAudit } from './store/audit.ts';
import { AppError, toErrorData } from './contract/errors.ts';
import { addClass, listClasses } from './store/classes.ts';
import { teachWhenIdle } from './teaching-state.ts';
import { setSettings } from './store/settings.ts';

/** Between two looks whether a teaching is to start by itself. */
const IDLE_LOOK_MS = 60_000;

/** Between two looks whether a window was left. */
const SEAT_LOOK_MS = 1000;

/** A new pilot knows good and not good; kinds of defects are added as they are met. */
function ensureClasses({ store, settings, now }: Core): void {
  if (listClasses(store.read).length > 0) return;
  const translate = createTranslator(settings().locale);
  store.write.transaction(() => {
    addClass(store.write, { name: translate('class.good'), isGood: true, atMs: now() });
    addClass(store.write, { name: translate('class.defect'), isGood: false, atMs: now() });
  });
}

/** The app core behind both shells. Throws `second_instance`, `database_newer`, `database_broken`, `database_on_network`. */
export async function createApp(options: AppOptions): Promise<App> {
  const core = openCore({ ...options, automatic: () => true, looksBeside: true });
  const { store, settings, person, now } = core;
  ensureClasses(core);
  const sample = createSamplePlay(core, () => {
    const translate = createTranslator(settings().locale);
    return { line: translate('sample.line'), camera: translate('sample.camera') };
  });
  const previews = createPreviews(core);
  const heat = createHeatMaps(core);
  const exports = createExports(core, { version: options.version, heat, printer: options.printer });
  const idle = setInterval(() => {
    try {
      teachWhenIdle(core);
    } catch (thrown) {
      // The next look tries again; a database that refuses must not end the app.
      core.log('error', 'idle_failed', { ...toErrorData(thrown) });
    }
  }, IDLE_LOOK_MS).unref();
  const golden = createGolden(core);
  const backups = createBackups(core);
  const deletions = createDeletions(core, options.version);
  const daily = createDaily(core, golden, backups, deletions);
  const figures = createFigures(core);
  const outputs = createLineOutputs(core);
  const historyBroken = verifyAudit(store.read) !== null;
  if (historyBroken) core.log('error', 'history_broken');
  const read = () => readState(core, { sample, golden, backups, deletions, outputs, historyBroken }, options);
  const seats = createSeats(store.read, now);
  const lock = setInterval(() => {
    try {
      for (const { name } of seats.look())
        addAudit(store.write, { who: '', what: 'people.lock', params: { person: name, idle: true }, atMs: now() });
    } catch (thrown) {
      // Nobody comes in for want of a line in the trail: whoever was idle is off the seat all the same.
      core.log('error', 'lock_failed', { ...toErrorData(thrown) });
    }
  }, SEAT_LOOK_MS).unref();
  const os = implementer(core, createGate(seats));
  const router = os.router({
    app: {
      watch: os.app.watch.handler(({ signal, context: { caller } }) =>
        watchState(core, read, seats.whileSeated(caller, signal)),
      ),
      set: os.app.set.handler(({ input }) => {
        store.write.transaction(() => {
          setSettings(store.write, input);
          addAudit(store.write, {
            who: person(),
            what: 'app.set',
            params: { changed: Object.keys(input).join(' ') },
            atMs: now(),
          });
        });
        startForNewPictures(core);
        core.changed();
        return {};
      }),
      diagnose: os.app.diagnose.handler(async () => {
        const file = await writeDiagnostics(core, options);
        addAudit(store.write, { who: person(), what: 'app.diagnose', params: {}, atMs: now() });
        return { file };
      }),
      doctor: os.app.doctor.handler(async () => ({
        facts: (await options.inspectMachine()).map((fact) => ({ ...fact })),
      })),
    },
    ...cameraCalls(os, core, sample),
    ...metadataCalls(os, core),
    ...qualityCalls(os, core, createQualityCards(core)),
    ...inspectionAreaCalls(os, core, previews),
    ...learnCalls(os, core, previews),
    ...classCalls(os, core),
    ...bookCalls(os, core, createDefectBookSheets(core)),
    ...agreementCalls(os, core),
    ...exchangeCalls(os, core),
    ...modelCalls(os, core),
    ...teachCalls(os, core),
    ...groupCalls(os, core),
    ...doubtCalls(os, core),
    ...reviewCalls(os, core),
    ...findCalls(os, core),
    ...marksCalls(os, core),
    ...moneyCalls(os, core, exports),
    ...roiCalls(os, core),
    ...planCalls(os, core),
    ...whatIfCalls(os, core),
    ...auditCalls(os, core),
    ...goldenCalls(os, core, golden),
    ...rightCalls(os, core),
    ...retentionCalls(os, core, deletions),
    ...lotCalls(os, core, options.version),
    ...guideCalls(os, core, golden),
    ...practiceCalls(os, core),
    ...sheetCalls(os, core, golden, () => read().warnings),
    ...backupCalls(os, core, backups),
    ...historyCalls(os, core),
    ...figureCalls(os, core, figures),
    ...desktopCalls(os, core, options.pickFolder),
    ...peopleCalls(os, core, seats),
    ...outputCalls(os, core, outputs),
  });
  daily.look();
  outputs.watch(read);
  const picture = createPictures(core, previews, exports, heat);
  return {
    router,
    async picture(urlPath, caller) {
      if (caller !== 'program' && seats.personAt(caller.seat) === null) throw new AppError('not_signed_in');
      return picture(urlPath);
    },
    locale: () => settings().locale,
    async close() {
      clearInterval(idle);
      clearInterval(lock);
      daily.close();
      await deletions.close();
      await figures.close();
      await outputs.close();
      await sample.stop();
      await golden.close();
      await backups.close();
      await core.close();
    },
  };
}
