import { availableParallelism, freemem, totalmem } from 'node:os';
import type { MachineFact } from '#core/app-types.ts';

/**
 * What the shell knows of this machine. TensorFlow's version and device come from the running engine; `npm run pilot -- doctor`
 * looks at everything else by starting Node, which a packaged Electron cannot be.
 */
export async function machineFacts(): Promise<readonly MachineFact[]> {
  const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
  const fact = (what: string, value: string): MachineFact => ({ what, status: 'ok', value, hint: null });
  return [
    fact('electron', process.versions['electron'] ?? ''),
    fact('node', process.versions.node),
    fact('cores', String(availableParallelism())),
    fact('memory', `${gigabytes(totalmem())} GB (${gigabytes(freemem())} GB)`),
  ];
}
