import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { processFlags } from '#core/contract/process-flags.mjs';

const root = join(import.meta.dirname, '..');

export interface Host {
  readonly address: string;
  readonly stop: () => Promise<void>;
}

/** The real host over a data folder, without the simulated line. */
export async function startHost(dataDir: string): Promise<Host> {
  const child = spawn(process.execPath, [...processFlags, join(root, 'host/main.ts'), '--no-sample'], {
    cwd: root,
    env: { ...process.env, MINARAI_DATA: dataDir, MINARAI_NO_OPEN: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(said);
      if (found) resolve(found[0]);
    });
    void ended.then(() => reject(new Error(`the host ended:\n${said}`)));
  });
  return {
    address,
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}
