import type { Channel } from './transport.ts';

/** What Electron adds to `process` in a utility process. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

/**
 * The channel to whoever launched this process: Electron's parentPort in a utility process, else fork's IPC. A parent that is
 * gone counts as one that said stop, so that no child outlives its core.
 *
 * @throws Error when the process was launched by neither
 */
export function parentChannel(): Channel {
  const parentPort = (process as { parentPort?: ParentPort }).parentPort;
  if (parentPort)
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data)),
    };
  if (!process.send) throw new Error('this process is launched by the app, not by hand');
  return {
    // The callback takes the error of a parent that is just leaving; 'disconnect' follows and ends this process.
    send: (message) => void (process.connected && process.send?.(message, undefined, {}, () => undefined)),
    onMessage: (listener) => {
      process.on('message', listener);
      process.once('disconnect', () => listener({ control: 'stop' }));
    },
  };
}
