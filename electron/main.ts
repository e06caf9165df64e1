import { join } from 'node:path';
import { createApp } from '#core/app.ts';
import { runShell } from './shell.ts';

// Built by electron/build.mjs into dist/electron/main.js, beside preload.cjs and engine.js.
const builtDir = import.meta.dirname;
// Not awaited: Electron says `ready` only after this module has been evaluated.
void runShell({ createApp, builtDir, rendererDir: join(builtDir, '..', 'renderer') });
