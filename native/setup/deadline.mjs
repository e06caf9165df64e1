import { spawn } from 'node:child_process';

/**
 * Runs a program on our terminal and kills it with all its children when it takes too long: a native library that
 * hangs blocks its process's own timers.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, limitSeconds: number, toStderr?: boolean }} options
 * `toStderr`: standard output is for what the caller has to say
 * @returns {Promise<number | null>} the exit code, or null when a signal or the deadline ended it
 */
export function runWithin(command, args, { cwd, env, limitSeconds, toStderr = false }) {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that one signal reaches the workers too.
    const ownGroup = process.platform !== 'win32';
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', toStderr ? 2 : 'inherit', 'inherit'],
      detached: ownGroup,
    });
    const killAll = () => {
      if (child.pid === undefined) return;
      try {
        process.kill(ownGroup ? -child.pid : child.pid, 'SIGKILL');
      } catch (error) {
        // It ended by itself a moment ago.
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
      }
    };
    const timer = setTimeout(() => {
      console.error(`✗ no end after ${limitSeconds} s: stopped`);
      killAll();
    }, limitSeconds * 1000);
    const interrupted = () => {
      killAll();
      process.exit(130);
    };
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearTimeout(timer);
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      // Workers that outlived their parent.
      if (code === null) killAll();
      resolve(code);
    });
  });
}
