import { app, dialog, powerMonitor, session } from 'electron';
import type { BrowserWindow, MessageBoxOptions } from 'electron';
import type { Log } from '#core/app-types.ts';
import type { AppState, Locale } from '#core/contract/views.ts';
import { createTranslator } from '#messages/translate.ts';
import { isTraining } from './line-status.ts';

export interface QuitTools {
  readonly window: () => BrowserWindow | null;
  readonly locale: () => Locale;
  /** The newest state of the core; null while there is none. */
  readonly state: () => AppState | null;
  /** Keeps everything and closes the core. */
  readonly close: () => Promise<void>;
  readonly log: Log;
}

export interface Quitting {
  /** To be told of each state: a quit may wait for a training. */
  readonly look: () => void;
  /** Everything is closed: windows may go. */
  readonly closed: () => boolean;
  /** Closes everything without a question: nobody is there to answer it. */
  readonly atOnce: (why: string) => void;
}

const answers = ['stop', 'wait', 'cancel'] as const;
type Answer = (typeof answers)[number];

/** Whether a training runs or waits for its turn. */
const learns = (state: AppState | null): boolean =>
  state?.jobs.some((job) => isTraining(job) && (job.state === 'running' || job.state === 'queued')) === true;

async function ask({ window, locale }: QuitTools): Promise<Answer> {
  const t = createTranslator(locale());
  const question: MessageBoxOptions = {
    type: 'question',
    title: 'Minarai',
    message: t('quit.message'),
    detail: t('quit.detail'),
    buttons: answers.map((answer) => t(`quit.${answer}`)),
    defaultId: answers.indexOf('wait'),
    cancelId: answers.indexOf('cancel'),
    noLink: true,
  };
  const parent = window();
  const { response } = await (parent ? dialog.showMessageBox(parent, question) : dialog.showMessageBox(question));
  return answers[response] ?? 'cancel';
}

/**
 * The first wish to quit asks where a training runs, then keeps and closes everything; the second one, ours, ends the process.
 * Where the system ends the session, or asks by a signal, nothing is asked: what was said is on the disk already, and a training goes
 * on from its last checkpoint even where there is no time to write one.
 */
export function closeBeforeQuit(tools: QuitTools): Quitting {
  const { log, close, state } = tools;
  let phase: 'open' | 'asking' | 'waiting' | 'closing' | 'closed' = 'open';

  const end = async (): Promise<void> => {
    phase = 'closing';
    await close().catch((error: unknown) => log('error', 'close_failed', { error }));
    // Judgements that the core has not acknowledged lie in the page's storage, for the next start.
    session.defaultSession.flushStorageData();
    phase = 'closed';
    app.quit();
  };
  const wish = async (): Promise<void> => {
    if (!learns(state())) return end();
    phase = 'asking';
    const answer = await ask(tools);
    // The session may have ended over the question.
    if (phase !== 'asking') return;
    if (answer === 'stop' || !learns(state())) return end();
    phase = answer === 'wait' ? 'waiting' : 'open';
  };
  const atOnce = (why: string): void => {
    log('info', 'quit_at_once', { why });
    if (phase !== 'closing' && phase !== 'closed') void end();
  };
  const failed = (error: unknown): void => log('error', 'quit_failed', { error });

  app.on('before-quit', (event) => {
    if (phase === 'closed') return;
    event.preventDefault();
    if (phase === 'open' || phase === 'waiting') void wish().catch(failed);
  });
  powerMonitor.on('shutdown', () => atOnce('shutdown'));
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.once(signal, () => atOnce(signal));
  return {
    look: () => {
      if (phase === 'waiting' && !learns(state())) void end();
    },
    closed: () => phase === 'closed',
    atOnce,
  };
}
