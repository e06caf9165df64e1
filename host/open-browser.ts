import { spawn } from 'node:child_process';

type Env = Readonly<Record<string, string | undefined>>;

/** The system's way of opening an address, or null where no person sits at a desktop (server, container, CI). */
export function browserCommand(env: Env, platform: NodeJS.Platform): readonly [string, ...string[]] | null {
  if (env['MINARAI_NO_OPEN'] || env['CI']) return null;
  // Not `cmd /c start`: its shell would read "&" in an address as the end of the command.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  if (platform === 'darwin') return ['open'];
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? ['xdg-open'] : null;
}

/**
 * Opens an address in the person's browser and does not wait for it.
 *
 * @returns whether a browser was asked to; false where there is no desktop or no way to open one
 */
export async function openBrowser(
  url: string,
  env: Env = process.env,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const command = browserCommand(env, platform);
  if (!command) return false;
  const [program, ...args] = command;
  const child = spawn(program, [...args, url], { detached: true, stdio: 'ignore' });
  const started = await new Promise<boolean>((resolve) => {
    child.once('spawn', () => resolve(true));
    child.once('error', () => resolve(false));
  });
  child.unref();
  return started;
}
