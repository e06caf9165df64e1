import { join } from 'node:path';
import { processSide } from './side.ts';
import type { Side } from './side.ts';

/** Our side: work `name` of bench/ours/side.ts, in a process of its own. */
export function ourSide(label: string, work: string, params: object): Side {
  return processSide({
    name: label,
    command: process.execPath,
    args: [join(import.meta.dirname, 'ours', 'side.ts'), work],
    params,
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
  });
}
