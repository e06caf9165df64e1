import { join } from 'node:path';
import { processSide } from './side.ts';
import type { Side } from './side.ts';

const entry = join(import.meta.dirname, 'ours', 'side.ts');

/**
 * Our side: work `name` of bench/ours/side.ts, in a process of its own.
 *
 * @param taskset program that holds it to the first processor
 */
export function ourSide(label: string, work: string, params: object, taskset?: string): Side {
  const command = [process.execPath, entry, work];
  return processSide({
    name: label,
    command: taskset ?? process.execPath,
    args: taskset === undefined ? command.slice(1) : ['-c', '0', ...command],
    params,
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
  });
}
