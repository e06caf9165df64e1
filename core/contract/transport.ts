import type { ErrorData } from './errors.ts';

/*
 * How two processes talk: whole messages in order over some channel (fork's IPC, Electron's parentPort, a MessagePort).
 * oRPC's messages are strings or bytes; the few objects with a `control` field are ours and tell about the process itself.
 */

/** What a process says about itself, beside the calls it answers. */
export type Control =
  /** engine → core: loaded and serving. */
  | { readonly control: 'ready' }
  /** engine → core: cannot start; the process ends after this. */
  | { readonly control: 'failed'; readonly error: ErrorData }
  /** core → engine: stop what runs and end. */
  | { readonly control: 'stop' };

/** One end of a channel, whatever carries it. */
export interface Channel {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** How a process ended. Exit code 0, or any end after it was asked to stop, is no crash. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** Last lines it wrote to stderr: the only trace that a crash in native code leaves. */
  readonly lastWords: string;
}

/** The core's end of a process that it launched. */
export interface EnginePort extends Channel {
  readonly pid: number | undefined;
  /** Resolves once the process is gone and all its messages have been delivered; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Ends it now, without asking. */
  kill(): void;
}

/** @returns the message as {@link Control}, or `undefined` when it is one of oRPC's. */
export function asControl(message: unknown): Control | undefined {
  if (typeof message !== 'object' || message === null || !('control' in message)) return undefined;
  return message as Control;
}

/** The shape that oRPC's MessagePort adapters want, and the switch that makes them reject whatever is pending. */
export interface PortShim {
  postMessage(data: unknown): void;
  on(event: string, callback: (event?: { data: unknown }) => void): void;
  close(): void;
}

/** Shows a {@link Channel} to oRPC as a MessagePort; control messages are kept from it. */
export function asMessagePort(channel: Channel): PortShim {
  const closers: (() => void)[] = [];
  return {
    postMessage: (data) => channel.send(data),
    on: (event, callback) => {
      if (event === 'close') closers.push(callback);
      else channel.onMessage((data) => void (asControl(data) ?? callback({ data })));
    },
    close: () => closers.splice(0).forEach((closer) => closer()),
  };
}
