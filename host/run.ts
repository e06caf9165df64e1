import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { createApp } from '#core/app.ts';
import { openLog } from '#core/shell/log-file.ts';
import { terminalLocale } from '#core/shell/system-locale.ts';
import { createTranslator } from '#messages/translate.ts';
import { clusterLine } from './cluster-line.ts';
import { openBrowser } from './open-browser.ts';
import { chosenLocale, readHostOptions } from './options.ts';
import { exitCodeOf, sentenceOf } from '#core/shell/sentence.ts';
import { startHost } from './start.ts';
import { onStopSignal } from './stop-signal.ts';

/*
 * The browser host: `npm start` where Electron's binary is absent. Prints where the window is, opens it where there is a
 * desktop, and ends cleanly on Ctrl-C.
 */

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const options = readHostOptions(process.argv.slice(2));
  const translate = createTranslator(options.terminal);
  const log = openLog(options.dataDir);
  const fail = (error: unknown): void => {
    log('error', 'host_failed', { error });
    const file = join(options.dataDir, 'logs', 'minarai.ndjson');
    process.stderr.write(`${sentenceOf(error, options.terminal)}\n${translate('host.log_at', { file })}\n`);
    process.exitCode = 1;
  };
  process.on('uncaughtException', (error) => {
    fail(error);
    process.exit(1);
  });

  try {
    const host = await startHost(options, createApp, log);
    onStopSignal(async () => {
      say(translate('host.closing'));
      await host.close();
      say(translate('host.closed'));
      process.exit(0);
    });
    const opened = await openBrowser(host.server.issueTicketUrl());
    say(translate(opened ? 'host.opened' : 'host.open_here'));
    say(`\n    ${host.server.startUrl}\n`);
    if (host.cluster) say(clusterLine(host.cluster, translate));
    say(translate('host.stop_hint'));
    // However this process ends, the next start has it.
    flushCompileCache();
  } catch (error) {
    fail(error);
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${sentenceOf(error, chosenLocale(process.argv) ?? terminalLocale())}\n`);
  process.exitCode = exitCodeOf(error);
}
