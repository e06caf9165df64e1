/** Builds dist/electron; `npm start` calls it where Electron's binary is installed. */
import { join } from 'node:path';
import { bundleShell } from './bundle.ts';

await bundleShell(join(import.meta.dirname, '..', 'dist', 'electron'));
