import { createInterface } from 'node:readline';

/** What a side that follows a script (its argument, JSON) does, for tests of what happens around it. */
export interface Script {
  readonly detail: string;
  readonly parameters?: number;
  /** To the runs, in order; where absent, 10, 20, … items in 2 s. */
  readonly answers?: readonly object[];
  /** The run at which it dies, with last words. */
  readonly dieAt?: number;
  readonly silent?: boolean;
}

const script: Script = JSON.parse(process.argv[2] ?? '{}');
let runs = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { command, params }: { command: string; params?: { word: string } } = JSON.parse(line);
  let answer: object = { ready: true, detail: `${script.detail} ${params?.word}`, parameters: script.parameters };
  if (command === 'run') {
    runs += 1;
    if (runs === script.dieAt) {
      process.stderr.write('out of memory\n', () => process.exit(3));
      await new Promise(() => undefined);
    }
    answer = script.answers?.[runs - 1] ?? { seconds: 2, items: 10 * runs };
  }
  if (script.silent !== true) process.stdout.write(`${JSON.stringify(answer)}\n`);
}
