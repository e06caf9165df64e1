import type { App, AppOptions } from './app-types.ts';
import { implementer } from './calls/base.ts';
import { auditCalls } from './calls/audit.ts';
import { cameraCalls } from './calls/cameras.ts';
import { doubtCalls } from './calls/doubts.ts';
import { groupCalls } from './calls/groups.ts';
import { agreementCalls } from './calls/agreement.ts';
import { bookCalls } from './calls/book.ts';
import { classCalls } from './calls/classes.ts';
import { goldenCalls } from './calls/golden.ts';
import { findCalls } from './calls/finds.ts';
import { inspectionAreaCalls } from './calls/inspection-area.ts';
import { learnCalls } from './calls/learn.ts';
import { marksCalls } from './calls/marks.ts';
import { metadataCalls } from './calls/metadata.ts';
import { modelCalls } from './calls/models.ts';
import { moneyCalls } from './calls/money.ts';
import { qualityCalls } from './calls/quality.ts';
import { reviewCalls } from './calls/review.ts';
import { teachCalls } from './calls/teach.ts';
import { createTranslator } from '#messages/translate.ts';
import { openCore, type Core } from './core.ts';
import { createDefectBookSheets } from './defect-book.ts';
import { createDaily } from './daily.ts';
import { createExports } from './exports.ts';
import { createGolden } from './golden-check.ts';
import { createPictures } from './pictures.ts';
import { createPreviews } from './previews.ts';
import { createQualityCards } from './quality-card.ts';
import { createSamplePlay } from './sample-play.ts';
import { startForNewPictures } from './stages.ts';
import { readState, watchState } from './state.ts';
import { addAudit } from './store/audit.ts';
import { addClass, listClasses } from './store/classes.ts';
import { teachWhenIdle } from './teaching-state.ts';
import { setSettings } from './store/settings.ts';

/** Between two looks whether a teaching is to start by itself. */
const IDLE_LOOK_MS = 60_000;

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
  const { store, settings, now } = core;
  ensureClasses(core);
  const sample = createSamplePlay(core, () => {
    const translate = createTranslator(settings().locale);
    return { line: translate('sample.line'), camera: translate('sample.camera') };
  });
  const previews = createPreviews(core);
  const exports = createExports(core, options.version);
  const idle = setInterval(() => teachWhenIdle(core), IDLE_LOOK_MS).unref();
  const golden = createGolden(core);
  const daily = createDaily(core, golden);
  const read = () => readState(core, sample, golden, options);
  const os = implementer(core);
  const router = os.router({
    app: {
      watch: os.app.watch.handler(({ signal }) => watchState(core, read, signal)),
      set: os.app.set.handler(({ input }) => {
        store.write.transaction(() => {
          setSettings(store.write, input);
          addAudit(store.write, {
            who: settings().person,
            what: 'app.set',
            params: { changed: Object.keys(input).join(' ') },
            atMs: now(),
          });
        });
        startForNewPictures(core);
        core.changed();
        return {};
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
    ...modelCalls(os, core),
    ...teachCalls(os, core),
    ...groupCalls(os, core),
    ...doubtCalls(os, core),
    ...reviewCalls(os, core),
    ...findCalls(os, core),
    ...marksCalls(os, core),
    ...moneyCalls(os, core, exports),
    ...auditCalls(os, core),
    ...goldenCalls(os, core, golden),
  });
  daily.look();
  return {
    router,
    picture: createPictures(core, previews, exports),
    locale: () => settings().locale,
    async close() {
      clearInterval(idle);
      daily.close();
      await sample.stop();
      await golden.close();
      await core.close();
    },
  };
}
