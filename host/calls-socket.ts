import { RPCHandler } from '@orpc/server/ws';
import type { WebSocket } from '@fastify/websocket';
import type { App, Log } from '#core/app-types.ts';

/** Why a socket is ended (RFC 6455, 7.4.1). */
const NOT_JSON = 1003;
const TOO_MANY = 1008;

export interface CallsSocket {
  /** Answers the calls of one window, of whoever is signed in at its seat; `isWithinLimit` is asked for each message. */
  serve(socket: WebSocket, seat: string, isWithinLimit: () => Promise<boolean>): void;
}

/** Whether a message is one of oRPC's: an object in JSON with the number of a call. What is not comes from no window of ours. */
function isMessage(text: string): boolean {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null && 'i' in message && typeof message.i === 'string';
  } catch {
    return false;
  }
}

/**
 * The window's calls over a WebSocket. Messages are JSON text: anything else (a binary frame would be read as a form with files) ends
 * the socket, as does a flood. Calls that are not answered by then are sent again by the window when it has opened the next one.
 */
export function createCallsSocket({ router }: App, log: Log): CallsSocket {
  const calls = new RPCHandler(router);
  return {
    serve(socket, seat, isWithinLimit) {
      let isOpen = true;
      const end = (code: number, event: string): void => {
        if (!isOpen) return;
        isOpen = false;
        log('warn', event, {});
        socket.close(code);
      };
      socket.on('error', (error) => log('warn', 'socket_failed', { error }));
      const admitted = new EventTarget();
      const hear = async (text: string, isBinary: boolean): Promise<void> => {
        if (isBinary || !isMessage(text)) end(NOT_JSON, 'socket_not_json');
        else if (isOpen && !(await isWithinLimit())) end(TOO_MANY, 'socket_flooded');
        if (isOpen) admitted.dispatchEvent(new MessageEvent('message', { data: text }));
      };
      socket.on('message', (data, isBinary) => void hear(Buffer.isBuffer(data) ? data.toString() : '', isBinary));
      socket.on('close', () => admitted.dispatchEvent(new Event('close')));
      void calls.upgrade(
        {
          send: socket.send.bind(socket),
          addEventListener: admitted.addEventListener.bind(admitted) as WebSocket['addEventListener'],
        },
        { context: { caller: { seat } } },
      );
    },
  };
}
