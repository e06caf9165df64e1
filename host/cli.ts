import { archiveEmbed, archiveMerge } from '#core/archive-work.ts';
import { forkEngine } from '#core/engine-fork.ts';
import { openPilot, runPilot } from '#core/pilot.ts';
import { resetPin } from '#core/reset-pin.ts';
import { restoreBackup } from '#core/restore.ts';
import { inspectMachine } from '#native/doctor.ts';
import { runCli } from './cli/run-cli.ts';
import { browserPrinter } from './page-printer.ts';
import { onStopSignal } from './stop-signal.ts';
import { appVersion } from './version.ts';

/* The command line, `npm run --silent pilot -- …`: results on stdout, everything for the person on stderr. */

const stop = new AbortController();
onStopSignal(async () => stop.abort());

process.exitCode = await runCli(
  process.argv.slice(2),
  {
    ...{ openPilot, runPilot, restoreBackup, resetPin, archiveEmbed, archiveMerge, inspectMachine },
    launchEngine: forkEngine,
    printer: browserPrinter(),
  },
  { stdout: process.stdout, stderr: process.stderr, signal: stop.signal, version: appVersion(), env: process.env },
);
