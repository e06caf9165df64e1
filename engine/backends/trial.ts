import { attempt } from './attempt.ts';
import { trials } from './choose.ts';

/*
 * Run as a child process: tries what its argument names and prints a TrialResult as JSON. Whatever a driver does, it does to
 * this process only.
 */
const what = trials.find((name) => name === process.argv[2]);
if (what === undefined) throw new RangeError(`one of ${trials.join(', ')}, not ${process.argv[2] ?? 'nothing'}`);
process.stdout.write(`${JSON.stringify(await attempt(what))}\n`);
