import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/*
 * Who does what, on a folder that several hosts share and without a server. A claim is a file that only one can make (O_EXCL, which
 * every shared file system keeps), and its holder writes another number into it every few seconds. Whoever sees the same number for as
 * long as the lease takes it over by making the next generation's file, which again only one can: nobody's file is renamed or removed,
 * no two clocks are compared, and a worker that was killed, paused or cut off loses its claim and nothing else. Claims only spare
 * work: what is done twice all the same gives the same file, put in place whole.
 */

export interface Claim {
  /** Aborted when the claim went to another. */
  readonly lost: AbortSignal;
  /** Ends the claim; the result must be there by then. */
  release(): Promise<void>;
}

export interface ClaimsOptions {
  readonly folder: string;
  /** Who claims, for whoever looks into the folder. */
  readonly owner: string;
  /** How long a claim holds without a sign of life. */
  readonly leaseMs: number;
}

interface Seen {
  readonly what: string;
  readonly atMs: number;
}

const BEATS_A_LEASE = 6;
const has = (cause: unknown, code: string): boolean => cause instanceof Error && 'code' in cause && cause.code === code;

export class Claims {
  readonly #options: ClaimsOptions;
  /** What each claim of others said when it was last seen to say something new, by our own clock. */
  readonly #seen = new Map<string, Seen>();

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  #file(task: string, generation: number): string {
    return join(this.#options.folder, `${task}.${generation}`);
  }

  /** The highest generation of a task's claim; 0 where it has none. */
  async #generation(task: string): Promise<number> {
    const names = await readdir(this.#options.folder);
    const own = names.filter((name) => name.startsWith(`${task}.`)).map((name) => Number(name.slice(task.length + 1)));
    return Math.max(0, ...own.filter(Number.isInteger));
  }

  /** Whether the holder gave no sign of life for a whole lease. */
  async #expired(task: string, generation: number): Promise<boolean> {
    const text = await readFile(this.#file(task, generation), 'utf8').catch(() => '');
    const [what, atMs] = [`${generation} ${text}`, performance.now()];
    const seen = this.#seen.get(task);
    if (seen?.what === what) return atMs - seen.atMs >= this.#options.leaseMs;
    this.#seen.set(task, { what, atMs });
    return false;
  }

  /** Removes the claims of finished tasks: of workers that were killed between the result and the end of their claim. */
  async clear(tasks: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.#options.folder).catch(() => []);
    const left = names.filter((name) => tasks.has(name.slice(0, name.lastIndexOf('.'))));
    await Promise.all(left.map((name) => rm(join(this.#options.folder, name), { force: true })));
  }

  /** Claims a task. @returns null while another holds it */
  async take(task: string): Promise<Claim | null> {
    const { folder, owner, leaseMs } = this.#options;
    await mkdir(folder, { recursive: true });
    const former = await this.#generation(task);
    if (former > 0 && !(await this.#expired(task, former))) return null;
    const generation = former + 1;
    const file = this.#file(task, generation);
    try {
      await writeFile(file, `${owner} 0`, { flag: 'wx' });
    } catch (cause) {
      if (has(cause, 'EEXIST')) return null;
      throw cause;
    }
    const lost = new AbortController();
    let beats = 0;
    let beating: Promise<void> = Promise.resolve();
    const beat = async (): Promise<void> => {
      const newest = await this.#generation(task).catch(() => generation);
      if (newest !== generation) return lost.abort(new Error(`the claim of ${task} went to another`));
      // Not made anew where it is gone. A share that is away for a moment costs the claim only if it stays away.
      await using handle = await open(file, 'r+').catch(() => null);
      await handle?.write(`${owner} ${++beats}`, 0).catch(() => undefined);
    };
    const timer = setInterval(() => {
      beating = beat();
    }, leaseMs / BEATS_A_LEASE);
    return {
      lost: lost.signal,
      release: async () => {
        clearInterval(timer);
        await beating;
        if (lost.signal.aborted) return;
        for (let each = 1; each <= generation; each++) await rm(this.#file(task, each), { force: true });
        this.#seen.delete(task);
      },
    };
  }
}
