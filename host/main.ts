import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/*
 * Most of a start is the reading of our own modules, which takes twice as long, and with a busy machine several times as long,
 * where each is compiled anew. What was compiled lies beside the built pages, not in the data folder: it is code. Where the
 * folder cannot be written nothing is kept, and nothing else changes. The processes that are started from here use it too.
 */
const compiled = join(import.meta.dirname, '..', 'dist', 'compiled');
enableCompileCache(compiled);
process.env['NODE_COMPILE_CACHE'] = compiled;
await import('./run.ts');
